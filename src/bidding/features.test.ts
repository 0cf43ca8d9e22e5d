/**
 * Goal: the rows that go to the model are those of their own imp and lot, also where another was ranked behind it.
 */
import t from 'tap'
import { hashText } from '../base/hash.ts'
import { compileAds } from '../catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { F, FEATURES } from '../features/catalogue.ts'
import { Rates } from '../pricing/currency.ts'
import { TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { scriptedModel } from '../testing/scripted-model.ts'

const banner = { format: [{ w: 300, h: 250 }] }

/** A bidder, and the value of a feature in each slot that the model has seen since it was asked last. */
async function watching(feature: number, catalog = oneBannerCatalog) {
  const ads = await compileAds(catalog, EXCHANGE_PROFILES)
  const seen: number[] = []
  const scripted = scriptedModel({ probability: () => 0.02, outcome: 'scored' })
  const [plan] = scripted.plans
  const begin: typeof plan.begin = (vector) => {
    const { hashes, numbers } = vector
    seen.push(FEATURES[feature].kind === 'text' ? hashes[feature] : numbers[feature])
    plan.begin(vector)
  }
  const model = { ...scripted, plans: [{ ...plan, begin }] }
  const bidder = new TestBidder({ ads, rates: new Rates(undefined, 1), model })
  return {
    ask: async (imp: readonly object[]) => {
      seen.length = 0
      const { outcome } = await bidder.ask(JSON.stringify({ id: 'r', imp }))
      return { outcome, seen: [...seen] }
    },
  }
}

t.test('an imp without candidates leaves nothing in the rows of another', async (t) => {
  const { ask } = await watching(F.floor_cpm)
  const imps = [
    { id: '1', banner, bidfloor: 0.25 },
    { id: '2', banner, bidfloor: 4999 },
  ]
  for (const [imp, floors] of [
    [imps, [0.25]],
    [[...imps].reverse(), [0.25]],
    [
      [imps[0], imps[1], { ...imps[0], id: '3', bidfloor: 0.5 }],
      [0.25, 0.5],
    ],
  ] as const) {
    t.same(await ask(imp), { outcome: 'bid', seen: floors })
  }
})

t.test('a deal is known in the rows of its lot alone, also where it was put before another', async (t) => {
  const [campaign] = oneBannerCatalog.campaigns
  const { ask } = await watching(F.deal, {
    ...oneBannerCatalog,
    campaigns: [campaign, { ...campaign, id: 'on-deals', deals: ['Deal-1', 'deal-2'] }],
  })
  const [one, two, none] = ['deal-1', 'deal-2', ''].map(hashText)
  const withDeals = (...deals: object[]) => ({ id: '1', banner, pmp: { deals } })
  for (const [imp, deals] of [
    [[withDeals({ id: 'Deal-1' })], [one, none]],
    [[withDeals({ id: 'Deal-1' }, { id: 'deal-2', guar: 1 })], [two, one, none]],
    [[{ id: '1', banner }], [none]],
    [
      [withDeals({ id: 'strange' }), { ...withDeals({ id: 'deal-2' }), id: '2' }],
      [none, two, none],
    ],
  ] as const) {
    t.same(await ask(imp), { outcome: 'bid', seen: deals })
  }
})
