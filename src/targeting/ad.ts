/**
 * What targeting must know of an ad: one creative of one campaign. A campaign with three creatives is three ads, so
 * that what belongs to the creative (size, length) and what belongs to the campaign (country, device) is one question.
 */

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
}

export type TargetedAd = {
  readonly wants: Wants
  readonly advertiserDomain: string
  readonly categories: readonly string[]
  readonly creative:
    | { readonly format: 'banner'; readonly width: number; readonly height: number }
    | { readonly format: 'video'; readonly durationS: number; readonly mimes: readonly string[] }
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

function likenessKey({ creative, wants }: TargetedAd): string {
  const shape =
    creative.format === 'banner'
      ? `banner ${creative.width}x${creative.height}`
      : `video ${1e4 + creative.durationS}`
  return [
    shape,
    wants.countries,
    wants.devices,
    wants.operatingSystems,
    wants.categories,
    wants.publishers,
  ].join('|')
}
