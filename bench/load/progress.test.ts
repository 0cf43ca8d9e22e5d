import t from 'tap'
import { Progress } from './progress.ts'
import type { Interval } from './totals.ts'

const interval = (atS: number): Interval => ({
  ...{ atS, seconds: 0.5, planned: 2500, sent: 2400, answered: 2000, bids: 1200, noBids: 800 },
  ...{ statuses: { 200: 1200, 204: 800 }, errors: { reset: 1, timeout: 2, protocol: 0 } },
  latencyUs: { count: 2000, mean: 1, p50: 1, p90: 1, p99: 1234, p999: 1, max: 1 },
})

function written(isTTY: boolean): string[] {
  const texts: string[] = []
  const progress = new Progress({ isTTY, write: (text) => texts.push(text) }, 60)
  for (let atS = 0; atS < 11; atS += 0.5) progress.onInterval(interval(atS))
  progress.end()
  return texts
}

t.test('on a terminal one line is written over, elsewhere a line comes every few seconds', async (t) => {
  const line = '5.0 of 60 s   4,800 of 5,000/s   p99 1.23 ms   bids 60 %   errors 3'
  const terminal = written(true)
  t.equal(terminal.length, 23)
  t.equal(terminal[9], `\r${line}\x1b[K`)
  t.equal(terminal.at(-1), '\r\x1b[K', 'and it is taken away at the end')
  const lines = written(false)
  t.equal(lines.length, 2)
  t.equal(lines[0], `${line}\n`)
})
