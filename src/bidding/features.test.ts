/**
 * Goal: the rows that go to the model are those of their own imp, also where another imp was ranked behind it and came to
 * nothing.
 */
import t from 'tap'
import { compileAds } from '../catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { F } from '../features/catalogue.ts'
import { Rates } from '../pricing/currency.ts'
import { TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { scriptedModel } from '../testing/scripted-model.ts'

t.test('an imp without candidates leaves nothing in the rows of another', async (t) => {
  const ads = await compileAds(oneBannerCatalog, EXCHANGE_PROFILES)
  const floors: number[] = []
  const scripted = scriptedModel({ probability: () => 0.02, outcome: 'scored' })
  const [plan] = scripted.plans
  const begin: typeof plan.begin = (vector) => {
    floors.push(Math.fround(vector.numbers[F.floor_cpm]))
    plan.begin(vector)
  }
  const model = { ...scripted, plans: [{ ...plan, begin }] }
  const bidder = new TestBidder({ ads, rates: new Rates(undefined, 1), model })
  const banner = { format: [{ w: 300, h: 250 }] }
  const imps = [
    { id: '1', banner, bidfloor: 0.25 },
    { id: '2', banner, bidfloor: 4999 },
  ]
  for (const imp of [imps, [...imps].reverse(), [imps[0], imps[1], { ...imps[0], id: '3', bidfloor: 0.5 }]]) {
    const { outcome } = await bidder.ask(JSON.stringify({ id: 'r', imp }))
    t.equal(outcome, 'bid')
  }
  t.same(floors, [0.25, 0.25, 0.25, 0.5])
})
