// What shading promises, on simulated days: the bidder's own pricing, which starts without knowledge and is told what each
// exchange tells, keeps 65 % of what an oracle would. For comparison, of the same auctions: one log-normal for all, fitted to
// what the landscape is told; a constant share of the value; the value itself.
import t from 'tap'
import { type Auction, FIRST_PRICE, Market } from './market.ts'
import { offerOf, toldOf } from './shading-learner.ts'
import { runShading, type ShadingReport, STRATEGIES, type StrategyReport } from './shading-run.ts'

const SEEDS = [1, 2, 3]
const reports = SEEDS.map((seed) => runShading({ seed, auctions: 100_000 }))

t.test("shading by the landscape keeps at least 65 % of an oracle's surplus", async (t) => {
  for (const [index, report] of reports.entries()) {
    t.comment(commentOf(SEEDS[index], report))
    const { landscape, logNormal, constant, unshaded } = report
    t.ok(landscape.share >= 0.65, `seed ${SEEDS[index]}: ${percent(landscape.share)}`)
    t.ok(landscape.share > logNormal.share + 0.04, 'more than one log-normal for all')
    t.ok(landscape.share > constant.share + 0.15, 'more than a constant share of the value')
    t.equal(unshaded.share, 0, 'a bid of the value keeps nothing')
  }
})

t.test('nobody keeps more than the oracle, anywhere or at any time', async (t) => {
  for (const report of reports) {
    t.equal(report.oracle.winRate, report.unshaded.winRate, 'it wins whatever the value can win')
    for (const who of STRATEGIES) {
      const { share, shareByTenth, exchanges } = report[who]
      const shares = [share, ...shareByTenth, ...Object.values(exchanges).map((kept) => kept.share)]
      t.ok(
        shares.every((each) => each >= 0 && each <= 1),
        who,
      )
    }
  }
})

t.test('the same seed gives the same report', async (t) => {
  const options = { seed: 1, auctions: 1000 }
  t.same(runShading(options), runShading(options))
})

t.test('what is learned of an auction is what its exchange tells', async (t) => {
  const floor = 500_000
  const rows = [
    ['told, lost', { tellsMinToWin: true, priceToWin: 900_000 }, 800_000, 'exact', 900_000],
    ['told, won', { tellsMinToWin: true, priceToWin: 700_000 }, 800_000, 'exact', 700_000],
    ['told, nobody else', { tellsMinToWin: true, priceToWin: floor }, 800_000, 'atMost', floor],
    ['not told, lost', { tellsMinToWin: false, priceToWin: 900_000 }, 800_000, 'above', 800_000],
    ['not told, won', { tellsMinToWin: false, priceToWin: 700_000 }, 800_000, 'atMost', 800_000],
    ['not told, won at its price', { tellsMinToWin: false, priceToWin: 800_000 }, 800_000, 'atMost', 800_000],
  ] as const
  for (const [about, { tellsMinToWin, priceToWin }, bid, kind, price] of rows) {
    const auction = auctionOf({ floorCpmMicros: floor, tellsMinToWin, priceToWinCpmMicros: priceToWin })
    t.same(toldOf(auction, bid), { kind, price }, about)
  }
  const free = auctionOf({ floorCpmMicros: 0, tellsMinToWin: true, priceToWinCpmMicros: 1 })
  t.same(toldOf(free, 1000), { kind: 'atMost', price: 1 }, 'without a floor, nobody else')
})

t.test('a bidder sees what a request says, and nothing of the truth', async (t) => {
  const auction = auctionOf({ floorCpmMicros: 0, tellsMinToWin: true, priceToWinCpmMicros: 700_000 })
  t.same(offerOf(auction), {
    exchange: auction.exchangeIndex,
    shapeHash: auction.shapeHash,
    placeHash: auction.placement.hash,
    hour: auction.hour,
    floorCpmMicros: 1,
  })
})

function auctionOf(parts: Partial<Auction>): Auction {
  return { ...new Market({ seed: 1 }).next(), auctionType: FIRST_PRICE, ...parts }
}

function commentOf(seed: number, report: ShadingReport): string {
  const kept = STRATEGIES.slice(1).map((who) => `${who} ${percent(report[who].share)}`)
  return `seed ${seed}, of the oracle's surplus: ${kept.join(', ')}; ${exchangesOf(report.landscape)}`
}

function exchangesOf({ exchanges }: StrategyReport): string {
  const shares = Object.entries(exchanges).map(([name, { share }]) => `${name} ${percent(share)}`)
  return `landscape by exchange: ${shares.join(', ')}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
