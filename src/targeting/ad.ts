/**
 * What targeting must know of an ad: one creative of one campaign. A campaign with three creatives is three ads, so
 * that what belongs to the creative (size, length) and what belongs to the campaign (country, device) is one question.
 */
import type { CompiledNative } from '../openrtb/native-response.ts'

/** Lists of accepted values; an absent list accepts everything. See the catalog's schema for the values. */
export type Wants = {
  readonly exchanges?: readonly string[]
  readonly inventory?: readonly ('site' | 'app' | 'dooh')[]
  readonly devices?: readonly DeviceClass[]
  readonly countries?: readonly string[]
  readonly regions?: readonly string[]
  readonly operatingSystems?: readonly string[]
  readonly languages?: readonly string[]
  readonly categories?: readonly string[]
  readonly publishers?: readonly string[]
  readonly notPublishers?: readonly string[]
  /** Segments of users: one that the user is in, and those that the user is not in. */
  readonly segments?: { readonly any?: readonly string[]; readonly none?: readonly string[] }
}

export type TargetedAd = {
  readonly wants: Wants
  readonly advertiserDomain: string
  /** Of the IAB's content taxonomy 1.0. */
  readonly categories: readonly string[]
  /** Categories by AdCOM code of another taxonomy, each with all that it is part of. */
  readonly categoriesIn: Readonly<Record<string, readonly string[]>>
  /** AdCOM codes: what the creative does, and the API frameworks that it cannot do without. */
  readonly attributes: readonly number[]
  readonly apis: readonly number[]
  /** ISO 639-1; `xx` for none, absent when not known. */
  readonly language?: string
  /** The app that is advertised. */
  readonly bundle?: string
  /** Deals that are bid on, and nothing else; absent for the open auction. */
  readonly deals?: readonly string[]
  readonly creative: CreativeShape
}

export type CreativeShape =
  | {
      readonly format: 'banner'
      readonly width: number
      readonly height: number
      readonly mimes: readonly string[]
    }
  | {
      readonly format: 'video' | 'audio'
      readonly durationS: number
      /** A VAST wrapper shows its media only to the player. */
      readonly isWrapper: boolean
      readonly mimes: readonly string[]
      readonly media: readonly MediaFile[]
    }
  | { readonly format: 'native'; readonly native: CompiledNative }

export type MediaFile = {
  readonly mime: string
  readonly bitrateKbps: number
  /** Pixels; absent for audio. */
  readonly width?: number
  readonly height?: number
}

/** A format's place here is its index. */
export const FORMATS = ['banner', 'video', 'audio', 'native'] as const
export const FORMAT = { banner: 0, video: 1, audio: 2, native: 3 } as const

/** What choosing among ads looks at. Advertisers, creatives and categories are dense indexes of their own. */
export type AdTraits = {
  /** Index in `FORMATS`. */
  readonly format: Uint8Array
  /** 0 for what has no length. */
  readonly durationS: Int32Array
  readonly advertiser: Int32Array
  readonly creative: Int32Array
  readonly category: Int32Array
  readonly campaignIds: readonly string[]
  readonly creativeIds: readonly string[]
}

export type DeviceClass = 'desktop' | 'phone' | 'tablet' | 'tv' | 'other'
export const DEVICE_CLASSES: readonly DeviceClass[] = ['desktop', 'phone', 'tablet', 'tv', 'other']

/** Device classes by AdCOM "Device Types": 1 mobile or tablet, 2 PC, 3 TV, 4 phone, 5 tablet, 6 connected, 7 set top. */
const CLASS_OF_TYPE: readonly DeviceClass[] = [
  'other',
  'phone',
  'desktop',
  'tv',
  'phone',
  'tablet',
  'other',
  'tv',
]

/** Index into `DEVICE_CLASSES`. */
export function deviceClassOf(deviceType: number): number {
  return DEVICE_CLASSES.indexOf(CLASS_OF_TYPE[deviceType] ?? 'other')
}

/**
 * Puts ads that are alike side by side: matching then finds whole words of its bitmaps empty and skips them.
 */
export function sortByLikeness<T>(items: readonly T[], adOf: (item: T) => TargetedAd): T[] {
  // A key is long; it is made once for each ad, not for each comparison.
  const keyed = items.map((item) => ({ item, key: likenessKey(adOf(item)) }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return keyed.map(({ item }) => item)
}

function likenessKey({ creative, wants, deals }: TargetedAd): string {
  const shape =
    creative.format === 'banner'
      ? `${creative.width}x${creative.height}`
      : creative.format === 'native'
        ? ''
        : `${1e4 + creative.durationS}`
  return [
    creative.format,
    shape,
    wants.countries,
    wants.devices,
    wants.operatingSystems,
    wants.categories,
    wants.publishers,
    wants.segments?.any,
    deals,
  ].join('|')
}
