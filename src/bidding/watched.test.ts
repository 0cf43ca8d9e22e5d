/**
 * What the monitor of a model is shown: of some requests the row that ranks first, and what the model answers for it.
 */
import t from 'tap'
import { compileAds } from '../catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { F } from '../features/catalogue.ts'
import { Rates } from '../pricing/currency.ts'
import { TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { type Script, scriptedModel } from '../testing/scripted-model.ts'

const ads = await compileAds(oneBannerCatalog, EXCHANGE_PROFILES)
const REQUESTS = 800

async function watched(outcome: Script['outcome']) {
  const rows: [sizeHash: number, ad: number][] = []
  const scores: number[] = []
  const model = {
    ...scriptedModel({ outcome, probability: () => 0.25 }),
    monitor: {
      noteRow: ({ hashes }: { hashes: Uint32Array }, _: object, ad: number) =>
        rows.push([hashes[F.slot_size], ad]),
      noteScore: (score: number) => scores.push(score),
    },
  }
  const bidder = new TestBidder({ ads, rates: new Rates(undefined, 1), model })
  for (let i = 0; i < REQUESTS; i++) {
    const imp = [{ id: '1', banner: { w: 300, h: 250 } }]
    await bidder.ask(JSON.stringify({ id: `r${i}`, imp }))
  }
  return { rows, scores }
}

t.test('one request in eight is watched', async (t) => {
  const { rows, scores } = await watched('scored')
  // Six standard deviations of a fair draw are 56.
  t.ok(Math.abs(rows.length - REQUESTS / 8) < 56, `${rows.length}`)
  t.ok(rows.every(([sizeHash, ad]) => sizeHash !== 0 && ad === 0))
  t.same(scores, Array(rows.length).fill(0.25))
})

t.test("what an inline scorer said is not the model's", async (t) => {
  const { rows, scores } = await watched('late')
  t.ok(rows.length > 0)
  t.same(scores, [])
})
