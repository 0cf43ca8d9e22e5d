/**
 * The values of a candidate as texts and numbers, read plainly from the request, the slot and the ad, in the form of
 * golden rows: for rows that are logged to be encoded again by other code (bidding/row-sampler.ts).
 *
 * Shares no code with the readers of vector.ts, which hash where the bytes lie: where the two differ the encodings do,
 * and the skew test sees it. Cold, and to be called while the view is valid.
 */
import { DURATION_UNLIMITED_S, SKIP } from '../openrtb/film.ts'
import type { ImpView } from '../openrtb/imp.ts'
import { type RequestView, TEXT } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import type { FeatureName } from './catalogue.ts'
import type { AdFeatures, RequestContext } from './vector.ts'

/** By feature name; what is not known is left out. */
export type RawValues = Readonly<Record<string, string | number>>

export type RawContext = Omit<RequestContext, 'exchangeHash'> & { readonly exchange: string }

export type RawSlot = {
  readonly imp: ImpView
  /** US dollars; NaN where it is not known what the floor is in them. */
  readonly floorCpmMicros: number
  /** '' for the open auction. */
  readonly dealId: string
}

export function rawValuesOf(
  view: RequestView,
  slot: RawSlot,
  ad: AdFeatures,
  context: RawContext,
): RawValues {
  // Text that is empty and numbers that are NaN are not known.
  const values: Record<FeatureName, string | number> = {
    ...ofRequest(view, context),
    ...ofSlot(view, slot),
    ...rawAdValuesOf(ad),
  }
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== '' && !Number.isNaN(value)),
  )
}

function ofRequest(view: RequestView, context: RawContext) {
  const { exchange, deviceClass, wallMs, mayIdentify, userSegments } = context
  const text = (field: number) => textBetween(view, view.textStart[field], view.textEnd[field])
  const ifIdentified = (field: number) => (mayIdentify ? text(field) : '')
  const isUserKnown = !Number.isNaN(userSegments)
  const at = new Date(wallMs)
  const isLocal = view.utcOffsetMin >= -720 && view.utcOffsetMin <= 840
  const there = new Date(isLocal ? wallMs + view.utcOffsetMin * 60_000 : wallMs)
  return {
    exchange,
    inventory: code(view.inventory),
    domain: text(TEXT.domain),
    bundle: text(TEXT.bundle),
    publisher: text(TEXT.publisher),
    category: firstCategory(view),
    country: text(TEXT.country),
    region: text(TEXT.region),
    os: text(TEXT.os),
    device: code(deviceClass),
    connection: code(view.connectionType),
    language: text(TEXT.language),
    hour: `${at.getUTCHours()}`,
    weekday: `${at.getUTCDay()}`,
    auction: code(view.auctionType),
    make: ifIdentified(TEXT.make),
    device_model: ifIdentified(TEXT.model),
    carrier: ifIdentified(TEXT.carrier),
    local_hour: isLocal ? `${there.getUTCHours()}` : '',
    user_state: isUserKnown ? (userSegments === 0 ? '1' : '2') : '0',
    user_segments: userSegments,
  }
}

/** In US dollars. */
const FLOOR_STEPS = [0, 0.1, 0.25, 0.5, 1, 2, 4, 8]

function ofSlot(view: RequestView, { imp, floorCpmMicros, dealId }: RawSlot) {
  const { banner, video, audio } = imp
  const [size] = banner.sizes
  const [width, height] = banner.sizeCount > 0 ? [size >>> 16, size & 0xffff] : [video.width, video.height]
  const isSized = width > 0 && height > 0
  const isFloorKnown = !Number.isNaN(floorCpmMicros)
  const formats = [
    banner.isThere && 'b',
    video.isThere && 'v',
    audio.isThere && 'a',
    imp.native !== NONE && 'n',
  ]
  return {
    position: code(imp.position),
    interstitial: imp.isInterstitial ? '1' : '0',
    slot_size: isSized ? `${width}x${height}` : '',
    floor_bucket: isFloorKnown ? `${FLOOR_STEPS.filter((step) => floorCpmMicros > step * 1e6).length}` : '',
    tag: textBetween(view, imp.tagStart, imp.tagEnd),
    floor_cpm: floorCpmMicros / 1e6,
    slot_width: isSized ? width : Number.NaN,
    slot_height: isSized ? height : Number.NaN,
    deal: dealId,
    placement: video.placement === 0 ? '' : code(video.placement),
    skippable: { [SKIP.no]: '0', [SKIP.yes]: '1' }[video.skip] ?? '',
    rewarded: imp.isRewarded ? '1' : '0',
    slot_formats: formats.filter(Boolean).join(''),
    video_seconds_max: video.durationMaxS === DURATION_UNLIMITED_S ? Number.NaN : video.durationMaxS,
  }
}

/** Of the ad's side, by feature name. */
export function rawAdValuesOf({
  campaign,
  creative,
  advertiser,
  category,
  format,
  shape,
  durationS,
}: AdFeatures) {
  return {
    campaign,
    creative,
    advertiser,
    ad_format: format,
    ad_shape: shape,
    ad_category: category,
    ad_duration: durationS,
  }
}

/** Codes beyond a byte are not known. */
function code(value: number): string {
  return value >= 0 && value <= 255 ? `${value}` : ''
}

function firstCategory({ tape, categories }: RequestView): string {
  const first = categories === NONE ? NONE : tape.firstItem(categories)
  return first !== NONE && tape.isText(first) ? tape.rawText(first) : ''
}

function textBetween({ tape }: RequestView, start: number, end: number): string {
  return tape.bytes.toString('utf8', start, end)
}
