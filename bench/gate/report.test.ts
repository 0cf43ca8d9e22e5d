import t from 'tap'
import type { GateReport } from './gate.ts'
import { MEASURES } from './measures.ts'
import { gateJunit, gateMarkdown, gateTable } from './report.ts'
import { judge } from './verdict.ts'

const six = (base: number, candidate: number) => Array.from({ length: 6 }, () => ({ base, candidate }))
const pairs = [six(100, 120), six(10_000, 10_100), six(500, 580), [], six(250, 250), six(5000, 4000)]

/** Slower in CPU, warned of in start-up, without a heap, and with a rate that is only told. */
const report: GateReport = {
  verdict: 'fail',
  form: 'short',
  base: { commit: '0123456789', subject: 'bidding: a | b & <c>', choice: 'the commit before HEAD' },
  candidate: '89abcde "bidding: next"',
  machine: '2 x some CPU, Node 22',
  rounds: 6,
  seconds: 75.3,
  results: pairs.map((of, i) => judge(MEASURES[i], of, MEASURES[i].isSharp && of.length > 0)),
  work: { verdict: 'pass', text: '96.0 % bids' },
  notes: ['package-lock.json differs'],
}

t.test('the table has a line for each measure that was measured', (t) => {
  const lines = gateTable(report).split('\n')
  const line = (start: string) => lines.find((text) => text.trim().startsWith(start)) ?? ''
  t.match(lines[0], 'gate, short form: FAIL')
  t.match(line('base  '), '0123456 "bidding: a | b & <c>" (the commit before HEAD)')
  t.match(
    line('CPU'),
    /100 \(100-100\) +120 \(120-120\) +1\.200 \(1\.200-1\.200\) +1\.05 \(warns 1\.025\) +fail$/,
  )
  t.match(line('allocations'), /10,000 .*pass$/)
  t.match(line('start-up'), /warn$/)
  t.equal(line('heap'), '')
  t.match(line('highest rate'), /1\.250 .* - +told$/)
  const lost = { ...report, results: [judge(MEASURES[5], [], true)] }
  t.match(gateTable(lost), /highest rate held.* - .* void\n/, 'what no round could measure stands there too')
  t.match(line('note'), 'package-lock.json differs')
  t.end()
})

t.test('the Markdown is one table, in which what is bad stands out', (t) => {
  const rows = gateMarkdown(report)
    .split('\n')
    .filter((line) => line.startsWith('|'))
  t.equal(rows.length, 2 + 5)
  for (const row of rows) t.equal(row.split(' |').length, 7, row)
  t.match(rows[2], '| **fail** |')
  t.match(rows[3], '| pass |')
  t.end()
})

t.test('JUnit has a test case a measure, and counts them', (t) => {
  const xml = gateJunit({ ...report, work: { verdict: 'fail', text: '"3 < 4" & lost' } })
  const caseOf = (name: string) =>
    new RegExp(`<testcase classname="gate.short" name="${name}">(.*)</testcase>`).exec(xml)?.[1]
  t.match(xml, '<testsuites tests="7" failures="2" errors="0" skipped="2">')
  t.match(caseOf('CPU a request'), /^<failure message="120 \(120-120\) us against 100/)
  t.match(caseOf('allocations a request'), /^<system-out>pass: /)
  t.match(caseOf('start-up'), /^<system-out>warn: /)
  t.equal(caseOf('heap after the load'), '<skipped message="not measured in this form"/>')
  t.match(caseOf('highest rate held'), /^<skipped message=/)
  t.equal(caseOf('answers'), '<failure message="&quot;3 &lt; 4&quot; &amp; lost"/>')
  t.end()
})
