/**
 * Compiles ads to the index that requests are matched against: for each attribute and value, the row of the ads that
 * accept it, those that do not care included. Everything that can be decided when the catalog changes is decided here.
 *
 * Runs off the bid path and gives way to the event loop through `turn`.
 */
import { DEVICE_CLASSES, type TargetedAd, type Wants } from './ad.ts'
import { Dictionary } from './dictionary.ts'
import { Rows, type RowsBuilder, setBit } from './rows.ts'

/** Rows by text; texts that no ad names have the row `otherwise`. */
export type TextRows = { readonly values: Dictionary; readonly rows: Int32Array; readonly otherwise: number }

export type TargetIndex = {
  readonly rows: Rows
  /** Rows by exchange profile, inventory (`INVENTORY`) and device class. */
  readonly exchanges: Int32Array
  readonly inventory: Int32Array
  readonly devices: Int32Array
  readonly countries: TextRows
  /** By country and region, as in USA-CA. */
  readonly regions: TextRows
  readonly operatingSystems: TextRows
  readonly languages: TextRows
  readonly categories: TextRows
  readonly publishers: TextRows
  /** Rows of ads that refuse the publisher. */
  readonly refusedPublishers: TextRows
  /** Rows of ads to drop when the request blocks the category or the advertiser's domain. */
  readonly adCategories: TextRows
  readonly adDomains: TextRows
  readonly banners: number
  readonly videos: number
  /** Rows of banners by `width << 16 | height`. */
  readonly sizes: ReadonlyMap<number, number>
  /** Rows of videos by length in seconds, in ascending order of length. */
  readonly durations: readonly { readonly durationS: number; readonly row: number }[]
  readonly mimes: TextRows
}

const INVENTORY_NAMES = ['', 'site', 'app', 'dooh'] as const

export async function compileTargets(
  ads: readonly TargetedAd[],
  exchangeNames: readonly string[],
  turn: () => Promise<void> = async () => {},
): Promise<TargetIndex> {
  const rows = Rows.builder(ads.length)
  const acceptors = (list: (wants: Wants) => readonly string[] | undefined) =>
    textRows(rows, ads, (ad) => list(ad.wants), true)
  const members = (list: (ad: TargetedAd) => readonly string[]) => textRows(rows, ads, list, false)
  const byName = <T extends string>(names: readonly T[], list: (wants: Wants) => readonly T[] | undefined) =>
    Int32Array.from(names, (name) => rows.add(rows.bits((ad) => list(ads[ad].wants)?.includes(name) ?? true)))

  const exchanges = byName(exchangeNames, (wants) => wants.exchanges)
  const inventory = byName(
    INVENTORY_NAMES,
    (wants) => wants.inventory as readonly (typeof INVENTORY_NAMES)[number][],
  )
  const devices = byName(DEVICE_CLASSES, (wants) => wants.devices)
  await turn()
  const countries = acceptors((wants) => wants.countries)
  const regions = acceptors((wants) => wants.regions)
  const operatingSystems = acceptors((wants) => wants.operatingSystems)
  const languages = acceptors((wants) => wants.languages)
  const categories = acceptors((wants) => wants.categories)
  await turn()
  const publishers = acceptors((wants) => wants.publishers)
  await turn()
  const refusedPublishers = members((ad) => ad.wants.notPublishers ?? [])
  await turn()
  const adCategories = members((ad) => ad.categories.flatMap(withParentCategory))
  const adDomains = members((ad) => withParentDomains(ad.advertiserDomain))
  const mimes = members((ad) => (ad.creative.format === 'video' ? ad.creative.mimes : []))
  await turn()
  const banners = rows.add(rows.bits((ad) => ads[ad].creative.format === 'banner'))
  const videos = rows.add(rows.bits((ad) => ads[ad].creative.format === 'video'))
  const sizes = sizeRows(rows, ads)
  const durations = durationRows(rows, ads)
  return {
    rows: rows.build(),
    exchanges,
    inventory,
    devices,
    countries,
    regions,
    operatingSystems,
    languages,
    categories,
    publishers,
    refusedPublishers,
    adCategories,
    adDomains,
    banners,
    videos,
    sizes,
    durations,
    mimes,
  }
}

/**
 * A row for each text that some ad lists. With `absentAccepts`, an ad without a list is in every row, and in the one
 * for texts that nobody lists.
 */
function textRows(
  rows: RowsBuilder,
  ads: readonly TargetedAd[],
  listOf: (ad: TargetedAd) => readonly string[] | undefined,
  absentAccepts: boolean,
): TextRows {
  const adsByText = new Map<string, number[]>()
  for (let ad = 0; ad < ads.length; ad++) {
    for (const text of new Set(listOf(ads[ad])?.map((text) => text.toLowerCase()))) {
      const listed = adsByText.get(text)
      if (listed === undefined) adsByText.set(text, [ad])
      else listed.push(ad)
    }
  }
  const everywhere = rows.bits((ad) => absentAccepts && listOf(ads[ad]) === undefined)
  const textRow = Int32Array.from(adsByText.values(), (listed) => {
    const bits = everywhere.slice()
    for (const ad of listed) setBit(bits, ad)
    return rows.add(bits)
  })
  return { values: new Dictionary([...adsByText.keys()]), rows: textRow, otherwise: rows.add(everywhere) }
}

function sizeRows(rows: RowsBuilder, ads: readonly TargetedAd[]): Map<number, number> {
  const bitsBySize = new Map<number, Int32Array>()
  ads.forEach(({ creative }, ad) => {
    if (creative.format !== 'banner') return
    const size = (creative.width << 16) | creative.height
    const bits = bitsBySize.get(size) ?? rows.bits(() => false)
    setBit(bits, ad)
    bitsBySize.set(size, bits)
  })
  return new Map(Array.from(bitsBySize, ([size, bits]) => [size, rows.add(bits)]))
}

function durationRows(rows: RowsBuilder, ads: readonly TargetedAd[]): { durationS: number; row: number }[] {
  const bitsByDuration = new Map<number, Int32Array>()
  ads.forEach(({ creative }, ad) => {
    if (creative.format !== 'video') return
    const bits = bitsByDuration.get(creative.durationS) ?? rows.bits(() => false)
    setBit(bits, ad)
    bitsByDuration.set(creative.durationS, bits)
  })
  return Array.from(bitsByDuration, ([durationS, bits]) => ({ durationS, row: rows.add(bits) })).sort(
    (a, b) => a.durationS - b.durationS,
  )
}

/** A category and the one it is part of: blocking IAB17 blocks IAB17-12. */
function withParentCategory(category: string): string[] {
  const dash = category.indexOf('-')
  return dash < 0 ? [category] : [category, category.slice(0, dash)]
}

/** A domain and those it is part of, the top-level one left out: blocking example.com blocks shop.example.com. */
function withParentDomains(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'))
}
