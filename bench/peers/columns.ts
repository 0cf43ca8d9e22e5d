/**
 * The columns that the model's manifest asks for, written plainly: what the ad alone decides is computed at start, what
 * the imp decides once an imp, crosses of the two for each row. Hashed columns only, as the demo model has them.
 */
import { hashPair, hashText, mix32 } from '../../src/base/hash.ts'
import { F, FEATURES, type FeatureName, featureIndexOf } from '../../src/features/catalogue.ts'
import { floorBucket } from '../../src/features/vector.ts'
import type { Manifest } from '../../src/models/manifest.ts'
import { deviceClassOf } from '../../src/targeting/ad.ts'
import type { WireImp, WireRequest } from '../traffic/wire-schema.ts'
import type { PeerAd } from './offer.ts'

type Column = {
  readonly place: number
  /** Indexes in `FEATURES`; the second of a cross. */
  readonly first: number
  readonly second: number | undefined
  readonly side: 'imp' | 'ad' | 'cross'
  readonly seed: number
  readonly buckets: number
  readonly offset: number
}
/** Hashes by place in `FEATURES`; 0 for what is not known. */
export type Hashes = Uint32Array

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export class Columns {
  readonly width: number
  readonly #crosses: readonly Column[]
  readonly #ofImp: readonly Column[]
  readonly #adHashes: readonly Hashes[]
  /** The row of each ad, without what the imp decides. */
  readonly #adRows: readonly Int32Array[]

  constructor({ inputs }: Manifest, ads: readonly PeerAd[]) {
    const [input] = inputs
    if (inputs.length > 1 || input.type !== 'int32')
      throw new Error('the peers feed a model with one tensor of hashed columns')
    const columns = input.columns.map(columnAt)
    this.width = columns.length
    this.#crosses = columns.filter(({ side }) => side === 'cross')
    this.#ofImp = columns.filter(({ side }) => side === 'imp')
    this.#adHashes = ads.map(adHashes)
    const ofAd = columns.filter(({ side }) => side === 'ad')
    this.#adRows = this.#adHashes.map((hashes) => {
      const row = new Int32Array(this.width)
      for (const column of ofAd) row[column.place] = idOf(column, hashes, hashes)
      return row
    })
  }

  /** The ids of the columns that an imp decides, in the order of `#ofImp`. */
  impIds(hashes: Hashes): Int32Array {
    return Int32Array.from(this.#ofImp, (column) => idOf(column, hashes, hashes))
  }

  write(into: Int32Array, row: number, ad: PeerAd, hashes: Hashes, impIds: Int32Array): void {
    const base = row * this.width
    into.set(this.#adRows[ad.index], base)
    for (let i = 0; i < impIds.length; i++) into[base + this.#ofImp[i].place] = impIds[i]
    const ofAd = this.#adHashes[ad.index]
    for (const column of this.#crosses) into[base + column.place] = idOf(column, hashes, ofAd)
  }
}

function columnAt(
  { feature, buckets, seed = 0, offset = 0 }: Manifest['inputs'][number]['columns'][number],
  place: number,
): Column {
  const [first, second] = feature.split('*').map((name) => featureIndexOf(name)!)
  const isOfAd = [first, second ?? first].map((index) => FEATURES[index].side === 'ad')
  const side = isOfAd.every(Boolean) ? 'ad' : isOfAd.some(Boolean) ? 'cross' : 'imp'
  return { place, first, second, side, seed, buckets: buckets!, offset }
}

/** @param second where the second feature of a cross is. */
function idOf(column: Column, first: Hashes, second: Hashes): number {
  const hash =
    column.second === undefined ? first[column.first] : hashPair(first[column.first], second[column.second])
  return column.offset + (mix32(hash ^ column.seed) & (column.buckets - 1))
}

function hashesOf(texts: Partial<Record<FeatureName, string | number | undefined>>, base?: Hashes): Hashes {
  const hashes = base === undefined ? new Uint32Array(FEATURES.length) : base.slice()
  for (const name in texts) hashes[F[name as FeatureName]] = hashText(`${texts[name as FeatureName] ?? ''}`)
  return hashes
}

function adHashes({ campaign: { campaign }, creative, size }: PeerAd): Hashes {
  return hashesOf({
    campaign: campaign.id,
    creative: creative.id,
    advertiser: campaign.advertiser,
    ad_format: creative.format,
    ad_shape: creative.format === 'banner' ? size : `${creative.durationS}s`,
    ad_category: creative.categories[0],
  })
}

export function requestHashes(
  { site, app, device, at }: WireRequest,
  exchange: string,
  nowMs: number,
): Hashes {
  const seller = site ?? app
  return hashesOf({
    exchange,
    inventory: site ? 1 : app ? 2 : 0,
    domain: (site ?? app)?.domain?.replace(/^www\./, ''),
    bundle: app?.bundle,
    publisher: seller?.publisher.id,
    category: seller?.cat[0],
    country: device.geo.country,
    region: device.geo.region,
    os: device.os,
    device: deviceClassOf(device.devicetype),
    connection: device.connectiontype,
    language: device.language,
    hour: Math.floor(nowMs / HOUR_MS) % 24,
    weekday: (Math.floor(nowMs / DAY_MS) + 4) % 7,
    auction: at,
  })
}

/** Those of the request, and what the imp adds. */
export function impHashes(request: Hashes, { banner, video, instl, bidfloor, tagid }: WireImp): Hashes {
  const size = banner?.format[0] ?? video
  return hashesOf(
    {
      position: banner?.pos || (video?.pos ?? 0),
      interstitial: instl,
      slot_size: size && `${size.w}x${size.h}`,
      floor_bucket: floorBucket(bidfloor * 1e6),
      tag: tagid,
    },
    request,
  )
}
