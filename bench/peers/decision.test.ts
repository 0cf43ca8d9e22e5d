/**
 * Goal: the peers decide what the bidder decides, so that what is measured beside it is the same work or less. Generated
 * requests go through the bidder, with the real model in a real worker, and through the peers' decision. Compared are
 * which imps are bid on, and for which campaign.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { compileAds } from '../../src/catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../../src/exchange/profiles.ts'
import { checkResponse } from '../../src/openrtb/response-check.ts'
import { Rates } from '../../src/pricing/currency.ts'
import { TEST_OPERATOR, TestBidder } from '../../src/testing/bidder.ts'
import { ManualClock } from '../../src/testing/clock.ts'
import { DEMO_MODEL, openDemoModel } from '../../src/testing/demo-model.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { makeBodies } from '../traffic/requests.ts'
import { openDecision } from './decision.ts'

const REQUESTS = 400
const AGREEMENT_MIN = 0.99

type Answer = {
  readonly seatbid: readonly { readonly bid: readonly { impid: string; cid: string; price: number }[] }[]
}

t.test('of generated requests the peers bid on the same imps for the same campaigns', async (t) => {
  // Without budgets and caps, which the peers leave out.
  const catalog = makeCatalog(3, { campaigns: 400 })
  const folder = mkdtempSync(join(tmpdir(), 'peers-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeCatalog(catalog, folder)
  const clock = new ManualClock(systemClock.wallMs())
  const bidder = await openBidder(catalog, clock, t.teardown.bind(t))
  const { decide } = await openDecision({
    catalog: folder,
    model: DEMO_MODEL,
    noticeUrl: 'https://bid.example',
    nowMs: () => clock.wallMs(),
  })

  const counts = { imps: 0, sameCampaign: 0, otherCampaign: 0, bidderAlone: 0, peerAlone: 0, neither: 0 }
  const violations = []
  for (const body of makeBodies(5, REQUESTS)) {
    const request = JSON.parse(String(body))
    const ours = await bidder.ask(body)
    const theirs = await decide(String(body))
    if (theirs !== undefined) violations.push(...checkResponse(request, JSON.parse(theirs)))
    const ourBids = campaignsOf(ours.text)
    const theirBids = campaignsOf(theirs ?? '')
    for (const { id } of request.imp) {
      counts.imps++
      const [own, other] = [ourBids.get(id), theirBids.get(id)]
      if (own === undefined && other === undefined) counts.neither++
      else if (other === undefined) counts.bidderAlone++
      else if (own === undefined) counts.peerAlone++
      else if (own === other) counts.sameCampaign++
      else counts.otherCampaign++
    }
  }
  t.comment(JSON.stringify(counts))
  t.same(violations, [], 'the answers are valid')
  const alike = counts.sameCampaign + counts.neither
  t.ok(alike >= AGREEMENT_MIN * counts.imps, `${alike} of ${counts.imps} imps are decided alike`)
  t.ok(counts.sameCampaign > counts.imps / 2, 'most of them with a bid')
})

async function openBidder(
  catalog: ReturnType<typeof makeCatalog>,
  clock: ManualClock,
  teardown: (end: () => Promise<void>) => void,
): Promise<TestBidder> {
  const ads = await compileAds(catalog, EXCHANGE_PROFILES)
  const onFault = (fault: Error) => {
    throw fault
  }
  const model = await openDemoModel(ads, onFault, teardown)
  const tcf = { ...TEST_OPERATOR.tcf!, withoutBasis: 'contextual' as const }
  return new TestBidder({ ads, rates: new Rates(undefined, 1), model }, clock, { ...TEST_OPERATOR, tcf })
}

/** By imp. */
function campaignsOf(text: string): Map<string, string> {
  if (text === '') return new Map()
  const { seatbid } = JSON.parse(text) as Answer
  return new Map(seatbid.flatMap(({ bid }) => bid.map(({ impid, cid }) => [impid, cid] as const)))
}
