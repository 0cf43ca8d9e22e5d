/**
 * The feature values of one request and one of its imps, without any model: text as hashes, numbers as floats, indexed
 * by the catalogue. Filled before the await and read before it: one vector serves every request.
 */
import { hashBytes, hashText } from '../base/hash.ts'
import { DURATION_UNLIMITED_S, SKIP } from '../openrtb/film.ts'
import type { ImpView } from '../openrtb/imp.ts'
import { type RequestView, TEXT } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import { F, FEATURES } from './catalogue.ts'

const FLOOR_STEPS_MICROS = [0, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000]
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** What is known of a request beside its body. */
export type RequestContext = {
  /** `hashText` of the profile's name. */
  readonly exchangeHash: number
  /** Index of the device class. */
  readonly deviceClass: number
  readonly wallMs: number
  /** Whether ids may be used: make, model and carrier may then be looked at, which narrow down who it is. */
  readonly mayIdentify: boolean
  /** Segments that the user is in; NaN for one who is not known, or not to be profiled. */
  readonly userSegments: number
}

export class FeatureVector {
  readonly hashes = new Uint32Array(FEATURES.length)
  readonly numbers = new Float32Array(FEATURES.length)
  /** Holds two 32-bit integers in digits and the x between them. */
  readonly #scratch = Buffer.alloc(24)

  readRequest(view: RequestView, at: RequestContext): void {
    const { hashes, numbers } = this
    const { textHash, tape } = view
    const hour = Math.floor(at.wallMs / HOUR_MS)
    hashes[F.exchange] = at.exchangeHash
    hashes[F.inventory] = hashInteger(view.inventory)
    hashes[F.domain] = textHash[TEXT.domain]
    hashes[F.bundle] = textHash[TEXT.bundle]
    hashes[F.publisher] = textHash[TEXT.publisher]
    hashes[F.country] = textHash[TEXT.country]
    hashes[F.region] = textHash[TEXT.region]
    hashes[F.os] = textHash[TEXT.os]
    hashes[F.language] = textHash[TEXT.language]
    hashes[F.device] = hashInteger(at.deviceClass)
    hashes[F.connection] = hashInteger(view.connectionType)
    hashes[F.hour] = hashInteger(hour % 24)
    // The epoch began on a Thursday.
    hashes[F.weekday] = hashInteger((Math.floor(hour / 24) + 4) % 7)
    hashes[F.auction] = hashInteger(view.auctionType)
    this.#readDevice(view, at)
    hashes[F.user_state] = userStateHash(at.userSegments)
    numbers[F.user_segments] = at.userSegments
    const first = view.categories === NONE ? NONE : tape.firstItem(view.categories)
    const hasCategory = first !== NONE && tape.isText(first)
    hashes[F.category] = hasCategory ? hashBytes(tape.bytes, tape.start(first), tape.end(first)) : 0
  }

  #readDevice(view: RequestView, { wallMs, mayIdentify }: RequestContext): void {
    const { hashes } = this
    const { utcOffsetMin } = view
    hashes[F.make] = mayIdentify ? hashField(view, TEXT.make) : 0
    hashes[F.device_model] = mayIdentify ? hashField(view, TEXT.model) : 0
    hashes[F.carrier] = mayIdentify ? hashField(view, TEXT.carrier) : 0
    const isLocal = utcOffsetMin >= UTC_OFFSET_LEAST && utcOffsetMin <= UTC_OFFSET_MOST
    const localHour = Math.floor((wallMs + utcOffsetMin * MINUTE_MS) / HOUR_MS)
    hashes[F.local_hour] = isLocal ? hashInteger((localHour + 24) % 24) : 0
  }

  /** @param floorCpmMicros the imp's floor in US dollars, NaN where it is not known what it is in them. */
  readImp(view: RequestView, imp: ImpView, floorCpmMicros: number): void {
    const { hashes, numbers } = this
    const { banner, video } = imp
    const size = banner.sizeCount > 0 ? banner.sizes[0] : 0
    const width = size === 0 ? video.width : size >>> 16
    const height = size === 0 ? video.height : size & 0xffff
    const isSized = width > 0 && height > 0
    hashes[F.position] = hashInteger(imp.position)
    hashes[F.interstitial] = hashInteger(imp.isInterstitial ? 1 : 0)
    hashes[F.slot_size] = isSized ? this.#hashSize(width, height) : 0
    hashes[F.floor_bucket] = Number.isNaN(floorCpmMicros) ? 0 : hashInteger(floorBucket(floorCpmMicros))
    hashes[F.tag] = imp.tagStart === imp.tagEnd ? 0 : hashBytes(view.tape.bytes, imp.tagStart, imp.tagEnd)
    numbers[F.floor_cpm] = floorCpmMicros / 1e6
    numbers[F.slot_width] = isSized ? width : Number.NaN
    numbers[F.slot_height] = isSized ? height : Number.NaN
    const isLimited = video.isThere && video.durationMaxS < DURATION_UNLIMITED_S
    hashes[F.placement] = video.placement === 0 ? 0 : hashInteger(video.placement)
    hashes[F.skippable] = video.skip === SKIP.unknown ? 0 : hashInteger(video.skip)
    hashes[F.rewarded] = hashInteger(imp.isRewarded ? 1 : 0)
    hashes[F.slot_formats] = FORMATS_HASHES[formatsOf(imp)]
    numbers[F.video_seconds_max] = isLimited ? video.durationMaxS : Number.NaN
  }

  /** @param dealHash of the id of the lot's deal, 0 for the open auction. */
  readLot(dealHash: number): void {
    this.hashes[F.deal] = dealHash
  }

  /** `hashText` of `${width}x${height}` without the string. */
  #hashSize(width: number, height: number): number {
    const scratch = this.#scratch
    let at = scratch.length
    for (let rest = height; rest > 0; rest = Math.floor(rest / 10)) scratch[--at] = 0x30 + (rest % 10)
    scratch[--at] = 0x78
    for (let rest = width; rest > 0; rest = Math.floor(rest / 10)) scratch[--at] = 0x30 + (rest % 10)
    return hashBytes(scratch, at, scratch.length)
  }
}

/** What a catalog knows of an ad, as the models see it. */
export type AdFeatures = {
  readonly campaign: string
  readonly creative: string
  readonly advertiser: string
  readonly category: string
  readonly format: 'banner' | 'video' | 'audio' | 'native'
  /** As in 300x250 or 15s, and `native`. */
  readonly shape: string
  readonly durationS: number
}

/** The ad-side values of all ads: a row an ad, a column a feature of the catalogue. */
export type AdVectors = {
  readonly count: number
  readonly hashes: Uint32Array
  readonly numbers: Float32Array
}

export function adVectorsOf(ads: readonly AdFeatures[]): AdVectors {
  const hashes = new Uint32Array(ads.length * FEATURES.length)
  const numbers = new Float32Array(ads.length * FEATURES.length)
  ads.forEach((ad, index) => {
    const row = index * FEATURES.length
    hashes[row + F.campaign] = hashText(ad.campaign)
    hashes[row + F.creative] = hashText(ad.creative)
    hashes[row + F.advertiser] = hashText(ad.advertiser)
    hashes[row + F.ad_format] = hashText(ad.format)
    hashes[row + F.ad_shape] = hashText(ad.shape)
    hashes[row + F.ad_category] = hashText(ad.category)
    numbers[row + F.ad_duration] = ad.durationS
  })
  return { count: ads.length, hashes, numbers }
}

/** The ends of the world's time zones, minutes. */
const UTC_OFFSET_LEAST = -12 * 60
const UTC_OFFSET_MOST = 14 * 60

function hashField({ tape, textStart, textEnd }: RequestView, field: number): number {
  return hashBytes(tape.bytes, textStart[field], textEnd[field])
}

function userStateHash(segments: number): number {
  return hashInteger(Number.isNaN(segments) ? 0 : segments > 0 ? 2 : 1)
}

/** `hashText` of the letters of a set of formats, a bit each. */
const FORMATS_HASHES = Uint32Array.from({ length: 16 }, (_, set) =>
  hashText([...'bvan'].filter((_, bit) => (set & (1 << bit)) !== 0).join('')),
)

function formatsOf({ banner, video, audio, native }: ImpView): number {
  return (
    (banner.isThere ? 1 : 0) | (video.isThere ? 2 : 0) | (audio.isThere ? 4 : 0) | (native !== NONE ? 8 : 0)
  )
}

const SMALL_INTEGER_HASHES = Uint32Array.from({ length: 256 }, (_, value) => hashText(`${value}`))

/** `hashText` of the integer's decimal digits; codes beyond a byte count as not known. */
export function hashInteger(value: number): number {
  return value >= 0 && value < 256 ? SMALL_INTEGER_HASHES[value] : 0
}

/** How many of the steps the floor is above. */
export function floorBucket(floorCpmMicros: number): number {
  let bucket = 0
  while (bucket < FLOOR_STEPS_MICROS.length && floorCpmMicros > FLOOR_STEPS_MICROS[bucket]) bucket++
  return bucket
}
