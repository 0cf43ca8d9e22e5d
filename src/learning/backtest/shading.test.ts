import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { shadingOf } from './shading.ts'

const BID_MAX = 100

function logNormalCounts(seed: number, auctions: number): number[] {
  const prng = new Prng(seed)
  const counts = new Array<number>(BID_MAX + 1).fill(0)
  for (let i = 0; i < auctions; i++)
    counts[Math.min(BID_MAX, Math.round(30 * Math.exp(0.5 * prng.normal())))]++
  return counts
}

t.test('unshaded bids are what impressions are worth', async (t) => {
  const { shade, bids } = shadingOf('none', [0, 1], 3)
  t.equal(shade, 'none')
  t.same([...bids], [0, 1, 2, 3])
})

t.test('by the prices themselves the bid with the greatest surplus is made', async (t) => {
  // A quarter of the auctions is won at 2, all at 6: of a worth of 7 the surplus is 5 / 4 or 1, of 8 it is 6 / 4 or 2.
  const { bids } = shadingOf('empirical', [0, 0, 1, 0, 0, 0, 3], 8)
  t.same([...bids], [0, 0, 0, 2, 2, 2, 2, 2, 6])
})

t.test('bids stay whole and within the worth, and rise with it', async (t) => {
  for (const shade of ['none', 'lognormal', 'empirical', 'best'] as const) {
    const { bids } = shadingOf(shade, logNormalCounts(4, 5_000), BID_MAX)
    t.equal(bids.length, BID_MAX + 1)
    t.ok(
      bids.every((bid, worth) => Number.isInteger(bid) && bid >= 0 && bid <= worth),
      shade,
    )
    t.ok(
      bids.every((bid, worth) => worth === 0 || bid >= bids[worth - 1]),
      shade,
    )
  }
})

t.test('the better shade is the one that fits auctions it has not seen', async (t) => {
  t.equal(shadingOf('best', logNormalCounts(7, 60), BID_MAX).shade, 'lognormal', 'of few prices, the curve')
  const lumps = new Array<number>(BID_MAX + 1).fill(0)
  lumps[5] = 400
  lumps[60] = 400
  t.equal(shadingOf('best', lumps, BID_MAX).shade, 'empirical', 'of two prices, the prices themselves')
  lumps[60] = 4_000_000
  t.equal(shadingOf('best', lumps, BID_MAX).shade, 'empirical', 'of millions too')
  t.equal(shadingOf('best', [0, 0, 1], BID_MAX).shade, 'lognormal', 'of a single auction, the curve')
})
