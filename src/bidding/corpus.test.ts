/**
 * Goal: real requests of other people, and the project's own, through the whole bid with the real model in a real
 * worker. Each is sent twice with another one between; both answers must be the same but for the ids that we draw, and
 * every bid must pass the response check. The clock stands still, so that no slow machine makes a request late.
 *
 * The corpus lies beside the checkout where there is one; without it the generated traffic has to do.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { makeBodies } from '../../bench/traffic/requests.ts'
import { systemClock } from '../base/clock.ts'
import { compileAds } from '../catalog/compile.ts'
import { loadCatalog } from '../catalog/load.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { checkResponse } from '../openrtb/response-check.ts'
import { Rates } from '../pricing/currency.ts'
import { TEST_OPERATOR, TestBidder, type TestCatalog } from '../testing/bidder.ts'
import { ManualClock } from '../testing/clock.ts'
import { openDemoModel } from '../testing/demo-model.ts'
import { NOTHING_LOADED, SteadyPrng, testMoney } from '../testing/money.ts'

const root = new URL('../../', import.meta.url)
const corpus = new URL('../shared/requests/', root)
const isCorpusThere = existsSync(corpus)
const BETWEEN = '{"id":"between","imp":[{"id":"1","banner":{"w":728,"h":90}}],"bcat":["IAB1"],"cur":["USD"]}'

t.test('requests and their answers', async (t) => {
  const faults: string[] = []
  const snapshot = await realSnapshot(t.teardown.bind(t), (fault) => faults.push(fault.message))
  const clock = new ManualClock(systemClock.wallMs())
  // Twice the same price: none strays, and nothing runs out.
  const money = testMoney(clock, NOTHING_LOADED, new SteadyPrng())
  const bidder = new TestBidder(snapshot, clock, TEST_OPERATOR, EXCHANGE_PROFILES, money)

  const answer = async (body: Buffer) => {
    const first = await bidder.ask(body)
    await bidder.ask(BETWEEN)
    const second = await bidder.ask(body)
    return {
      first,
      isRepeatable: first.outcome === second.outcome && withoutIds(first.text) === withoutIds(second.text),
    }
  }

  t.test('generated requests are answered alike twice, and most with a valid bid', async (t) => {
    const bodies = makeBodies(11, 300)
    let bidCount = 0
    for (const body of bodies) {
      const { first, isRepeatable } = await answer(body)
      if (!isRepeatable) t.fail(`two answers to ${body}`)
      if (first.outcome !== 'bid') continue
      bidCount++
      const violations = checkResponse(JSON.parse(String(body)), JSON.parse(first.text))
      if (violations.length > 0) t.same(violations, [], String(body))
    }
    t.ok(bidCount > bodies.length / 2, `${bidCount} of ${bodies.length} with a bid`)
  })

  for (const kind of ['good', 'bad']) {
    const skip = isCorpusThere ? false : 'the corpus does not lie beside this checkout'
    t.test(
      `the ${kind} requests of the corpus are answered alike twice, bids are valid`,
      { skip },
      async (t) => {
        const files = readdirSync(new URL(`${kind}/`, corpus)).filter((file) => file.endsWith('.json'))
        t.ok(files.length > 100)
        const counts: Record<string, number> = {}
        for (const file of files) {
          const body = readFileSync(new URL(`${kind}/${file}`, corpus))
          const { first, isRepeatable } = await answer(body)
          counts[first.outcome] = (counts[first.outcome] ?? 0) + 1
          if (!isRepeatable) t.fail(`${file} has two answers`)
          if (first.outcome !== 'bid') continue
          const violations = checkResponse(JSON.parse(String(body)), JSON.parse(first.text))
          if (violations.length > 0) t.same(violations, [], file)
        }
        t.ok(counts.bid > 0)
        t.notOk(counts.bug)
        t.comment(JSON.stringify(counts))
      },
    )
  }

  t.test('the model scored them all', async (t) => {
    t.same(faults, [])
    t.same([...bidder.telemetry.inlineAnswers.values], [0, 0, 0, 0])
    t.ok(bidder.telemetry.rows.values[0] > 0)
  })
})

/** An answer without what we draw for each: the ids of response and bids, and the tokens that hold and seal them. */
function withoutIds(text: string): string {
  return text
    .replace(/"bidid":"[^"]*"/g, '"bidid":""')
    .replace(/\{"id":"[^"]*","impid"/g, '{"id":"","impid"')
    .replace(/<AdServingId>[^<]*/g, '<AdServingId>')
    .replace(/\?(t|click)=[\w.~-]*/g, '?$1=')
}

/** The demo model, and the demo catalog without its targeting: few of these requests say where they come from. */
async function realSnapshot(
  teardown: (end: () => Promise<void>) => void,
  onFault: (fault: Error) => void,
): Promise<TestCatalog> {
  const loaded = await loadCatalog(fileURLToPath(new URL('catalog/demo', root)))
  if ('faults' in loaded) throw new Error('the demo catalog is broken')
  const campaigns = loaded.catalog.campaigns.map((campaign) => ({ ...campaign, targeting: {} }))
  const ads = await compileAds({ ...loaded.catalog, campaigns }, EXCHANGE_PROFILES)
  return { ads, rates: new Rates(undefined, 1), model: await openDemoModel(ads, onFault, teardown) }
}
