// How an exchange is told that there is no bid: by silence, or by a reason where it wants one.
import t from 'tap'
import { compileAds } from '../catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { checkResponseText } from '../openrtb/response-check.ts'
import { Rates } from '../pricing/currency.ts'
import { TEST_OPERATOR, TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { scriptedModel } from '../testing/scripted-model.ts'

const chatty = EXCHANGE_PROFILES.map((profile) =>
  profile.name === 'default' ? { ...profile, noBid: 'reason' as const } : profile,
)

/** The answer to a request that nobody buys. */
async function answerTo(request: object, profiles = EXCHANGE_PROFILES): Promise<string> {
  const ads = await compileAds(oneBannerCatalog, profiles)
  const model = scriptedModel({ probability: () => 0.01, outcome: 'scored' })
  const snapshot = { ads, rates: new Rates(undefined, 1), model }
  const { text } = await new TestBidder(snapshot, undefined, TEST_OPERATOR, profiles).ask(
    JSON.stringify(request),
  )
  return text
}

const UNWANTED = { id: 'a"1', imp: [{ id: '1', banner: { w: 1, h: 1 } }] }
const CRAWLED = { ...UNWANTED, device: { ua: 'Examplebot/1.0' } }

t.test('an exchange that wants no reason is told nothing', async (t) => {
  for (const request of [UNWANTED, CRAWLED]) t.equal(await answerTo(request), '')
})

t.test('an exchange that wants a reason gets the one that is true', async (t) => {
  for (const [request, nbr] of [
    [UNWANTED, 0],
    [CRAWLED, 3],
  ] as const) {
    const text = await answerTo(request, chatty)
    t.same(JSON.parse(text), { id: 'a"1', seatbid: [], nbr })
    t.same(checkResponseText(request, text), [])
  }
})

t.test('a test is told why, whatever the exchange wants', async (t) => {
  t.same(JSON.parse(await answerTo({ ...CRAWLED, test: 1 })), { id: 'a"1', seatbid: [], nbr: 3 })
})
