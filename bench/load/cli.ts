/**
 * The verb `load`: reads the command line, runs, prints a table or JSON, writes a page. Exits with 0 after a run that counts,
 * with 2 after one that is void, with 3 after one with an answer that breaks a rule, with 4 when a search held no rate, with
 * 1 when it could not run and says what to do.
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Page, pageOf } from '../page.ts'
import { mixRows } from '../traffic/mix.ts'
import { type Attempt, search, verdictOf } from './find.ts'
import { type FindReport, findTable } from './find-report.ts'
import {
  firstRateOf,
  goalOf,
  optionsOf,
  paceAt,
  readFlags,
  type Traffic,
  trafficOf,
  usage,
  type Values,
} from './flags.ts'
import { type LoadOptions, runLoad } from './load.ts'
import { findPage, runPage } from './load-page.ts'
import { numberOf } from './pace.ts'
import { Progress } from './progress.ts'
import { type LoadReport, tableOf } from './report.ts'
import { type SampleReport, Sampler, sampleTable } from './sample.ts'

/** A target that was given too much may need that long to be itself again. */
const SETTLE_MS_MAX = 2000

type Job = {
  readonly args: readonly string[]
  readonly values: Values
  readonly traffic: Traffic
  readonly options: LoadOptions
}

/** Runs with these arguments; gives the exit status. */
export async function loadCommand(args: readonly string[]): Promise<number> {
  try {
    const values = readFlags(args)
    if (values.help) return print(usage)
    const traffic = trafficOf(values)
    if (values['describe-traffic']) return print(trafficText(traffic, values.json))
    const job = { args, values, traffic, options: optionsOf(values, traffic) }
    return await (values.find === undefined ? runOnce(job) : runFind(job, values.find))
  } catch (error) {
    process.stderr.write(`load: ${(error as Error).message}\n`)
    return 1
  }
}

async function runOnce(job: Job): Promise<number> {
  const [report, sample] = await sampled(job, () => runTold(job.options, job.values))
  writePage(job, (context) => runPage(report, context))
  tell(job, sample, report, tableOf(report))
  if (sample.violations.length > 0) return 3
  return report.voidReason === null ? 0 : 2
}

async function runFind(job: Job, find: string): Promise<number> {
  const { values, options } = job
  const goal = goalOf(find, values)
  const attempts: Attempt[] = []
  const [result, sample] = await sampled(job, () =>
    search(async (rate, phase) => {
      const pace = paceAt(values, rate, phase === 'confirm' ? 2 : 1)
      const report = await runTold({ ...options, pace }, values)
      const attempt = { rate, phase, ...verdictOf(report, goal), report }
      attempts.push(attempt)
      if (!values.quiet) process.stderr.write(`${attemptText(attempt)}\n`)
      if (attempt.verdict !== 'held') await sleep(Math.min(SETTLE_MS_MAX, pace.durationNs / 1e6))
      return attempt.verdict
    }, firstRateOf(values)),
  )
  const report: FindReport = { goal, result, attempts }
  writePage(job, (context) => findPage(report, context))
  tell(job, sample, report, findTable(report))
  if (sample.violations.length > 0) return 3
  if (result.limit === 'generator') return 2
  return result.rate === 0 ? 4 : 0
}

function attemptText({ rate, verdict, reason }: Attempt): string {
  return `${rate} a second: ${verdict}${reason === '' ? '' : `, ${reason}`}`
}

async function runTold(options: LoadOptions, { quiet }: Values): Promise<LoadReport> {
  if (quiet) return runLoad(options)
  const progress = new Progress(process.stderr, options.pace.durationNs / 1e9)
  try {
    return await runLoad(options, progress.onInterval)
  } finally {
    progress.end()
  }
}

/** Asks for a sample of the answers while something runs. */
async function sampled<T>({ values, options }: Job, run: () => Promise<T>): Promise<[T, SampleReport]> {
  const sampler = new Sampler(options, options.requests, numberOf('--sample', values.sample, 0))
  sampler.start()
  try {
    return [await run(), await sampler.stop()]
  } finally {
    await sampler.stop()
  }
}

function writePage(
  { args, values, traffic }: Job,
  make: (context: Parameters<typeof runPage>[1]) => Page,
): void {
  if (values.html === undefined) return
  const subtitle = `peregrine load ${args.join(' ')}, ${new Date().toISOString()}; requests ${traffic.source}`
  writeFileSync(values.html, pageOf(make({ url: values.url!, subtitle, traffic: traffic.mix })))
}

function tell(
  { values, traffic: { source, mix } }: Job,
  sample: SampleReport,
  report: LoadReport | FindReport,
  table: string,
): void {
  if (values.json) print(`${JSON.stringify({ ...report, traffic: { source, ...mix }, sample }, null, 2)}\n`)
  else print(`requests   ${source}; --describe-traffic tells of them\n${sampleTable(sample)}${table}`)
}

function trafficText({ source, mix }: Traffic, isJson: boolean): string {
  if (isJson) return `${JSON.stringify({ source, ...mix }, null, 2)}\n`
  const rows = [['source', source], ...mixRows(mix)]
  return rows.map(([name, text]) => `${name.padEnd(11)}${text}\n`).join('')
}

function print(text: string): 0 {
  process.stdout.write(text)
  return 0
}

if (import.meta.main) process.exitCode = await loadCommand(process.argv.slice(2))
