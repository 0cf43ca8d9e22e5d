/** How a verdict is read: a table for a terminal, Markdown for a pull request, JUnit XML for a CI. Pure. */
import type { Spread } from '../micro/measure.ts'
import type { GateReport } from './gate.ts'
import { type Ratio, type Result, type Verdict, warnRatio } from './verdict.ts'

const HEADLINE = {
  pass: 'pass: no slower than the base',
  warn: 'pass, with a warning',
  fail: 'FAIL: slower than the base',
  void: 'VOID: could not be measured here; try again with less beside it',
} as const satisfies Record<GateReport['verdict'], string>

export function gateTable(report: GateReport): string {
  const rows = report.results.filter(isShown).map(cellsOf)
  const header = ['', 'base', 'candidate', 'times worse (96 %)', 'fails above', 'verdict']
  const widths = header.map((name, i) =>
    Math.max(...[header, ...rows].map((row) => row[i].length), name.length),
  )
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => (i === 0 || i === 5 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`.trimEnd()
  return [
    `gate, ${report.form} form: ${HEADLINE[report.verdict]}`,
    `  base       ${baseText(report)}`,
    `  candidate  ${report.candidate}`,
    `  on         ${report.machine}; ${report.rounds} rounds in ${report.seconds.toFixed(0)} s`,
    '',
    line(header),
    ...rows.map(line),
    '',
    `  answers    ${report.work.verdict}: ${report.work.text}`,
    ...report.notes.map((note) => `  note       ${note}`),
  ].join('\n')
}

export function gateMarkdown(report: GateReport): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `### Gate, ${report.form} form: ${HEADLINE[report.verdict]}`,
    '',
    row(['measure', 'base', 'candidate', 'times worse (96 %)', 'fails above', 'verdict']),
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...report.results.filter(isShown).map((result) => {
      const cells = cellsOf(result)
      return row([...cells.slice(0, 5), isBad(result.verdict) ? `**${cells[5]}**` : cells[5]])
    }),
    '',
    `Answers: ${report.work.verdict}, ${report.work.text}.`,
    `Base ${baseText(report)}; candidate ${report.candidate}; ${report.machine}; ${report.rounds} rounds in ${report.seconds.toFixed(0)} s.`,
    ...report.notes.map((note) => `\n- ${note}`),
    '',
  ].join('\n')
}

/** A test case a measure: failed, in error where it is void, skipped where it is only told. */
export function gateJunit(report: GateReport): string {
  const cases = [
    ...report.results.map((result) => ({
      name: result.measure.name,
      verdict: result.verdict,
      text: sentenceOf(result),
    })),
    { name: 'answers', verdict: report.work.verdict, text: report.work.text },
  ]
  const count = (...verdicts: Verdict[]) => cases.filter(({ verdict }) => verdicts.includes(verdict)).length
  const counts = `tests="${cases.length}" failures="${count('fail')}" errors="${count('void')}" skipped="${count('told', 'not measured')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `<testsuite name="gate" ${counts} time="${report.seconds.toFixed(1)}">`,
    ...cases.map(
      ({ name, verdict, text }) =>
        `<testcase classname="gate.${report.form}" name="${escaped(name)}">${outcomeElement(verdict, text)}</testcase>`,
    ),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function outcomeElement(verdict: Verdict, text: string): string {
  const message = `message="${escaped(text)}"`
  if (verdict === 'fail') return `<failure ${message}/>`
  if (verdict === 'void') return `<error ${message}/>`
  if (verdict === 'told' || verdict === 'not measured') return `<skipped ${message}/>`
  return `<system-out>${escaped(`${verdict}: ${text}`)}</system-out>`
}

function isShown({ verdict }: Result): boolean {
  return verdict !== 'not measured'
}

function isBad(verdict: Verdict): boolean {
  return verdict === 'fail' || verdict === 'warn' || verdict === 'void'
}

function cellsOf({ measure, base, candidate, ratio, verdict }: Result): string[] {
  const { name, unit, failRatio } = measure
  return [
    `${name}, ${unit}`,
    spread(base),
    spread(candidate),
    ratioText(ratio),
    verdict === 'told' ? '-' : `${failRatio.toFixed(2)} (warns ${warnRatio(failRatio).toFixed(3)})`,
    verdict,
  ]
}

function sentenceOf({ measure, base, candidate, ratio, rounds, verdict }: Result): string {
  if (verdict === 'not measured') return 'not measured in this form'
  if (ratio === undefined) return 'no round could measure it: the generator was the limit in each'
  const { unit, failRatio, why } = measure
  return `${spread(candidate)} ${unit} against ${spread(base)}, times worse ${ratioText(ratio)} in ${rounds} rounds, fails above ${failRatio}: ${why}`
}

function ratioText(ratio: Ratio | undefined): string {
  if (ratio === undefined) return '-'
  const { median, low, high } = ratio
  return `${median.toFixed(3)} (${high === Infinity ? 'too few rounds' : `${low.toFixed(3)}-${high.toFixed(3)}`})`
}

function spread(of: Spread | undefined): string {
  if (of === undefined) return '-'
  const { median, least, most } = of
  const number = (value: number) =>
    value.toLocaleString('en-US', { maximumFractionDigits: median < 1000 ? 1 : 0 })
  return `${number(median)} (${number(least)}-${number(most)})`
}

function baseText({ base }: GateReport): string {
  return `${base.commit.slice(0, 7)} "${base.subject}" (${base.choice})`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
