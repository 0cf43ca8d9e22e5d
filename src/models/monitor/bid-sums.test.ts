import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { logLoss } from '../../learning/quality.ts'
import { BidSums } from './bid-sums.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)
const sumsOf = () => new BidSums({ widthMs: 5 * MINUTE, spanMs: 60 * MINUTE, sinceMs: START })

t.test('sums are those of the impressions and clicks between the times', async (t) => {
  const sums = sumsOf()
  const prng = new Prng(8)
  const bids = Array.from({ length: 3000 }, () => {
    const p = prng.unit() ** 3
    return { p, isClick: prng.unit() < p, atMs: START + prng.below(60) * MINUTE }
  })
  for (const { p, isClick, atMs } of bids) {
    sums.addImpression(p, atMs)
    if (isClick) sums.addClick(p, atMs)
  }
  const within = bids.filter(({ atMs }) => atMs >= START + 10 * MINUTE && atMs < START + 40 * MINUTE)
  const found = sums.between(START + 8 * MINUTE, START + 44 * MINUTE)
  const p = Float64Array.from(within, (bid) => bid.p)
  const clicks = Uint8Array.from(within, ({ isClick }) => (isClick ? 1 : 0))
  const isNear = (value: number, due: number) => Math.abs(value / due - 1) < 1e-9
  t.equal(found.impressions, within.length)
  t.equal(found.clicks, clicks.filter((click) => click === 1).length)
  t.ok(
    isNear(
      found.expected,
      p.reduce((sum, one) => sum + one, 0),
    ),
  )
  t.ok(isNear(found.loss, logLoss(p, clicks) * within.length), 'loss of the clicks that came')
  const entropy = (one: number) => -one * Math.log(one) - (1 - one) * Math.log(1 - one)
  t.ok(
    isNear(
      found.expectedLoss,
      p.reduce((sum, one) => sum + entropy(one), 0),
    ),
  )
})

t.test('bids from before it began are passed over, with their clicks', async (t) => {
  const sums = sumsOf()
  sums.addImpression(0.1, START - 1)
  sums.addClick(0.1, START - 1)
  sums.addImpression(0.1, START)
  t.match(sums.between(0, START + 60 * MINUTE), { impressions: 1, clicks: 0 })
})

t.test('what is older than the ring makes way, and does not come back', async (t) => {
  const sums = sumsOf()
  sums.addImpression(0.1, START)
  sums.addImpression(0.2, START + 65 * MINUTE)
  t.match(sums.between(0, START + 100 * MINUTE), { impressions: 1, expected: 0.2 })
  sums.addClick(0.1, START)
  t.match(sums.between(0, START + 100 * MINUTE), { clicks: 0 })
})

t.test('a probability of one that was wrong does not make the loss infinite', async (t) => {
  const sums = sumsOf()
  sums.addImpression(1, START)
  sums.addImpression(0, START)
  sums.addClick(0, START)
  t.ok(Number.isFinite(sums.between(0, START + 60 * MINUTE).loss))
})
