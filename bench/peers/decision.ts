/**
 * The bidder's decision, written the way a team would start: JSON.parse, a loop over the campaigns, one run of the ONNX
 * session for all rows of the request in the thread of the server, JSON.stringify. No tape, no bits, no slab, no worker,
 * no first stage. Campaigns are kept by country and as sets, and what an ad alone decides is computed at start, as anyone
 * would who looked at a profile once.
 *
 * It is for `make peers` and does less than the bidder: see LEFT_OUT. Of 1,100 made imps and 1,000 campaigns 1,099 are
 * decided alike (decision.test.ts). With 10,000 campaigns all are bid on alike, and a third for another campaign: the
 * bidder looks at 128 matches of an imp, its peers at all.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import { loadCatalog } from '../../src/catalog/load.ts'
import type { Manifest } from '../../src/models/manifest.ts'
import type { WireImp, WireRequest } from '../traffic/wire-schema.ts'
import { answerOf, type PeerBid } from './answer.ts'
import { Columns, type Hashes, impHashes, requestHashes } from './columns.ts'
import { Offer, type PeerAd, type PeerCampaign, wholeOf } from './offer.ts'

/** What the bidder does for a request, and its peers do not. */
export const LEFT_OUT = [
  'privacy signals (TCF, GPP, US privacy, GPC, COPPA, DSA)',
  'supply chain, crawlers and data centres',
  'budgets, holds, pacing, the journal on disk',
  'frequency caps and segments',
  'sealed notice tokens, and notices at all',
  'the win landscape: first-price bids are 0.65 of the value',
  'the deadline, and what is done when it cannot be kept',
  'currencies but US dollars, floors by the second',
  'audio, native, pods, wrappers, VAST but 3.0',
  'exchange profiles but the default one',
  'metrics, checks of what is sent, gzip, limits of requests in work',
] as const

export type Decision = {
  /** The answer as JSON; undefined for no bid. Rejects for what is no bid request. */
  decide(body: string): Promise<string | undefined>
}

/** Ads of an imp that the model scores: those with the highest ceilings. */
const SCORED_MAX = 64
/** What is bid of the value where the bid is what is paid. */
const FIRST_PRICE_SHARE = 0.65
const SECOND_PRICE = 2
/** Of a deal (OpenRTB 2.6 section 3.2.12). */
const FIXED_PRICE = 3
const EXCHANGE = 'default'
const VAST_3 = 3

type Row = {
  readonly imp: WireImp
  readonly ad: PeerAd
  readonly lot: Lot
  readonly hashes: Hashes
  readonly ids: Int32Array
}
/** What an imp asks for an ad: in a deal, or in its open auction. */
type Lot = { readonly floorUsd: number; readonly auction: number; readonly dealId: string | undefined }

/**
 * @param model the folder of a model's version; @param noticeUrl where exchanges would reach the bidder.
 */
export async function openDecision(options: {
  readonly catalog: string
  readonly model: string
  readonly noticeUrl: string
  readonly nowMs?: () => number
}): Promise<Decision> {
  const { noticeUrl, nowMs = Date.now } = options
  const loaded = await loadCatalog(options.catalog)
  if ('faults' in loaded) throw new Error(`${options.catalog}: ${loaded.faults[0].message}`)
  const offer = new Offer(loaded.catalog)
  const manifest: Manifest = JSON.parse(await readFile(join(options.model, 'manifest.json'), 'utf8'))
  const columns = new Columns(manifest, offer.ads)
  const session = await ort.InferenceSession.create(join(options.model, 'model.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const inputName = manifest.inputs[0].name
  const outputName = manifest.output.name

  async function scoresOf(rows: readonly Row[]): Promise<Float32Array> {
    const cells = new Int32Array(rows.length * columns.width)
    for (const [row, { ad, hashes, ids }] of rows.entries()) columns.write(cells, row, ad, hashes, ids)
    const input = new ort.Tensor('int32', cells, [rows.length, columns.width])
    const results = await session.run({ [inputName]: input })
    return results[outputName].data as Float32Array
  }

  return {
    decide: async (body) => {
      const request = JSON.parse(body) as WireRequest
      const takers = offer.takersOf(request)
      const blocked = new Set(request.bcat)
      const ofRequest = requestHashes(request, EXCHANGE, nowMs())
      const rows = request.imp.flatMap((imp) => {
        const hashes = impHashes(ofRequest, imp)
        const ids = columns.impIds(hashes)
        return candidatesOf(request, imp, takers, blocked).map(({ ad, lot }) => ({
          imp,
          ad,
          lot,
          hashes,
          ids,
        }))
      })
      if (rows.length === 0) return undefined
      const bids = bidsOf(rows, await scoresOf(rows))
      return bids.length === 0 ? undefined : JSON.stringify(answerOf(request, bids, noticeUrl))
    },
  }
}

function candidatesOf(
  request: WireRequest,
  imp: WireImp,
  takers: readonly PeerCampaign[],
  blocked: ReadonlySet<string>,
): { readonly ad: PeerAd; readonly lot: Lot }[] {
  const sizes = new Set(imp.banner?.format.map(({ w, h }) => `${w}x${h}`))
  const found = []
  for (const campaign of takers) {
    const lot = lotOf(request, imp, campaign)
    // Below its floor at the most that it may bid: no score is needed.
    if (lot === undefined || campaign.ceilingUsd < lot.floorUsd) continue
    for (const ad of campaign.ads) {
      if (fits(ad, imp, sizes) && !isBlocked(ad, request, blocked)) found.push({ ad, lot })
    }
  }
  if (found.length <= SCORED_MAX) return found
  return found.sort((a, b) => b.ad.campaign.ceilingUsd - a.ad.campaign.ceilingUsd).slice(0, SCORED_MAX)
}

/** Undefined where the imp has nothing for the campaign. */
function lotOf(
  { at }: WireRequest,
  { pmp, bidfloor, bidfloorcur }: WireImp,
  { campaign }: PeerCampaign,
): Lot | undefined {
  if (campaign.deals !== undefined) {
    const deal = pmp?.deals.find(({ id }) => campaign.deals!.includes(id))
    if (deal === undefined || deal.bidfloorcur !== 'USD') return undefined
    return { floorUsd: deal.bidfloor, auction: deal.at, dealId: deal.id }
  }
  if (pmp?.private_auction === 1 || bidfloorcur !== 'USD') return undefined
  return { floorUsd: bidfloor, auction: at, dealId: undefined }
}

function fits({ creative, size }: PeerAd, { banner, video }: WireImp, sizes: ReadonlySet<string>): boolean {
  if (creative.format === 'banner') {
    if (banner === undefined || !sizes.has(size)) return false
    const isTypeTaken = banner.mimes === undefined || banner.mimes.includes('text/html')
    return isTypeTaken && !hasAny(creative.attributes, banner.battr) && hasAll(banner.api, creative.apis)
  }
  if (video === undefined || !(video.protocols as number[]).includes(VAST_3)) return false
  const { minduration, maxduration, mimes, minbitrate = 0, maxbitrate = Infinity } = video
  return (
    creative.durationS >= minduration &&
    creative.durationS <= maxduration &&
    !hasAny(creative.attributes, video.battr) &&
    hasAll(video.api, creative.apis) &&
    creative.media.some(
      ({ mime, bitrateKbps }) =>
        mimes.includes(mime) && bitrateKbps >= minbitrate && bitrateKbps <= maxbitrate,
    )
  )
}

function hasAny(own: readonly number[] = [], blocked: readonly number[] = []): boolean {
  return own.some((code) => blocked.includes(code))
}

function hasAll(offered: readonly number[] = [], needed: readonly number[] = []): boolean {
  return needed.every((code) => offered.includes(code))
}

function isBlocked({ creative }: PeerAd, { bapp }: WireRequest, blocked: ReadonlySet<string>): boolean {
  if (creative.bundle !== undefined && bapp?.includes(creative.bundle)) return true
  return creative.categories.some((category) => blocked.has(category) || blocked.has(wholeOf(category)))
}

/** For each imp the ad of the highest value that reaches its floor. */
function bidsOf(rows: readonly Row[], scores: Float32Array): PeerBid[] {
  const best = new Map<WireImp, { readonly row: Row; readonly valueUsd: number }>()
  rows.forEach((row, i) => {
    const valueUsd = valueUsdOf(row.ad.campaign, scores[i])
    if (valueUsd < row.lot.floorUsd || valueUsd <= (best.get(row.imp)?.valueUsd ?? 0)) return
    best.set(row.imp, { row, valueUsd })
  })
  return Array.from(best.values(), ({ row: { imp, ad, lot }, valueUsd }) => ({
    impId: imp.id,
    ad,
    priceUsd: priceOf(valueUsd, lot),
    dealId: lot.dealId,
  }))
}

function valueUsdOf({ campaign: { goal }, ceilingUsd }: PeerCampaign, clickProbability: number): number {
  if (goal.type === 'cpm') return ceilingUsd
  const perClick = goal.type === 'cpa' ? goal.value * goal.conversionRate : goal.value
  return Math.min(perClick * clickProbability * 1000, ceilingUsd)
}

/** Whole micros, as the bidder's. */
function priceOf(valueUsd: number, { floorUsd, auction }: Lot): number {
  if (auction === FIXED_PRICE) return floorUsd
  const price = auction === SECOND_PRICE ? valueUsd : Math.max(FIRST_PRICE_SHARE * valueUsd, floorUsd)
  return Math.floor(price * 1e6) / 1e6
}
