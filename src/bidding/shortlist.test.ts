/**
 * Which of the ads that match the model is asked about: the best by the inline scorer, and how far below the best.
 */
import t from 'tap'
import { compileAds } from '../catalog/compile.ts'
import type { Campaign, Catalog, Creative } from '../catalog/schema.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { Rates } from '../pricing/currency.ts'
import { TestBidder } from '../testing/bidder.ts'
import { everyFormatCatalog } from '../testing/catalog.ts'
import { scriptedModel } from '../testing/scripted-model.ts'

const BANNER = { banner: { w: 300, h: 250 } }
const GOAL: Pick<Campaign, 'goal' | 'maxCpm'> = { goal: { type: 'cpc', value: 1 }, maxCpm: 1000 }

/** How many rows the model scores for an imp with an ad for each of the inline scorer's probabilities, in per mille. */
async function rowsFor(perMille: readonly number[], imp: object, format: Creative['format'] = 'banner') {
  const creative = everyFormatCatalog.creatives.find((found) => found.format === format)!
  const creatives = perMille.map((_, i) => ({ ...creative, id: `cr-${i}` }))
  const campaign = everyFormatCatalog.campaigns.find(({ creatives }) => creatives.includes(creative.id))!
  const catalog: Catalog = {
    ...everyFormatCatalog,
    creatives,
    campaigns: [{ ...campaign, ...GOAL, targeting: {}, creatives: creatives.map(({ id }) => id) }],
  }
  const ads = await compileAds(catalog, EXCHANGE_PROFILES)
  const placeOf = (ad: number) => Number(ads.traits.creativeIds[ad].slice('cr-'.length))
  const model = scriptedModel({
    outcome: 'scored',
    probability: () => 0.01,
    inlineProbability: (ad) => perMille[placeOf(ad)] / 1000,
  })
  const bidder = new TestBidder({ ads, rates: new Rates(undefined, 1), model })
  await bidder.ask(JSON.stringify({ id: 'r', imp: [{ id: '1', ...imp }] }))
  return bidder.telemetry.rows.values[0]
}

/** Each row: the probabilities of the ads, how many are scored, and why. */
const CASES: readonly (readonly [readonly number[], number, string])[] = [
  [[9], 1, 'one is enough'],
  [[50, 4, 3, 2], 4, 'the best four, however far apart'],
  [[2, 50, 3, 1, 4], 4, 'and no fifth that is worth so little'],
  [[10, 9, 8, 7, 6], 5, 'more where they are worth half of the best'],
  [[10, 9, 8, 7, 6, 4.9], 5, 'and not those that are worth less'],
  [[4.9, 6, 7, 8, 9, 10], 5, 'whichever comes first'],
  [[10, 10, 10, 10, 10, 20.1], 4, 'also when the best comes last'],
  [Array.from({ length: 30 }, () => 10), 16, 'sixteen at most'],
]
for (const [perMille, rows, about] of CASES) {
  t.test(about, async (t) => {
    t.equal(await rowsFor(perMille, BANNER), rows)
  })
}

t.test('a pod may want all of them', async (t) => {
  const video = { mimes: ['video/mp4'], protocols: [2, 3, 5, 6, 7, 8], w: 640, h: 360, poddur: 120 }
  t.equal(await rowsFor([50, 4, 3, 2, 1, 1], { video }, 'video'), 6)
  t.equal(await rowsFor([50, 4, 3, 2, 1, 1], { video: { ...video, poddur: undefined } }, 'video'), 4)
})
