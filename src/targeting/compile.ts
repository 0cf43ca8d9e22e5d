/**
 * Compiles ads to the index that requests are matched against: for each attribute and value, the row of the ads that
 * accept it, those that do not care included. Everything that can be decided when the catalog changes is decided here.
 *
 * Runs off the bid path and gives way to the event loop through `turn`.
 */
import type { CompiledNative } from '../openrtb/native-response.ts'
import { DEVICE_CLASSES, type TargetedAd, type Wants } from './ad.ts'
import {
  type CodeRows,
  codeRows,
  formatRows,
  keyedRows,
  type MediaTable,
  mediaTable,
  rowsOf,
  type Taxonomy,
  type TextRows,
  taxonomiesOf,
  textRows,
} from './creative-rows.ts'
import { Rows } from './rows.ts'

export type TargetIndex = {
  readonly rows: Rows
  /** The row of no ad. */
  readonly none: number
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
  /** Rows of ads by the segments that they want a user to be in, and not to be in. */
  readonly segments: TextRows
  readonly refusedSegments: TextRows
  /** Rows of ads without deals, and of those that a deal may be bid on with. */
  readonly open: number
  readonly deals: TextRows
  /** What ads carry, by taxonomy (AdCOM "Category Taxonomies"). */
  readonly taxonomies: ReadonlyMap<number, Taxonomy>
  /** Rows of ads by the advertiser's domain without www, and by that domain and those it is part of. */
  readonly advertisers: TextRows
  readonly adDomains: TextRows
  /** Rows of ads by the app that is advertised. */
  readonly adBundles: TextRows
  /** Rows of ads that may be shown where this language is asked for; those without words always may. */
  readonly adLanguages: TextRows
  readonly attributes: CodeRows
  readonly apis: CodeRows
  /** Rows by format (`FORMATS`), `NO_ROW` where there is none. */
  readonly formats: Int32Array
  /** Rows of banners by `width << 16 | height`. */
  readonly sizes: ReadonlyMap<number, number>
  /** Rows of films by length in seconds, in ascending order of length. */
  readonly durations: readonly { readonly durationS: number; readonly row: number }[]
  readonly wrappers: number
  readonly inlines: number
  readonly mimes: TextRows
  readonly media: MediaTable
  /** By ad; undefined for other formats. */
  readonly natives: readonly (CompiledNative | undefined)[]
}

const INVENTORY_NAMES = ['', 'site', 'app', 'dooh'] as const

/** AdCOM's word for a creative without words. */
const NO_LANGUAGE = 'xx'

export async function compileTargets(
  ads: readonly TargetedAd[],
  exchangeNames: readonly string[],
  turn: () => Promise<void> = async () => {},
): Promise<TargetIndex> {
  const rows = Rows.builder(ads.length)
  const acceptors = (list: (wants: Wants) => readonly string[] | undefined) =>
    textRows(rows, ads, (ad) => list(ad.wants), true)
  const members = (list: (ad: TargetedAd) => readonly string[]) => textRows(rows, ads, list, false)
  const row = (isMember: (ad: TargetedAd) => boolean) => rows.add(rows.bits((ad) => isMember(ads[ad])))

  const exchanges = rowsOf(
    exchangeNames,
    acceptors((wants) => wants.exchanges),
  )
  const inventory = rowsOf(
    INVENTORY_NAMES,
    acceptors((wants) => wants.inventory),
  )
  const devices = rowsOf(
    DEVICE_CLASSES,
    acceptors((wants) => wants.devices),
  )
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
  const segments = acceptors((wants) => wants.segments?.any)
  const refusedSegments = members((ad) => ad.wants.segments?.none ?? [])
  const deals = members((ad) => ad.deals ?? [])
  const open = row((ad) => ad.deals === undefined)
  await turn()
  const taxonomies = taxonomiesOf(rows, ads)
  await turn()
  const ownDomain = remembered((domain) => [domain.replace(/^www\./i, '')])
  const advertisers = members((ad) => ownDomain(ad.advertiserDomain))
  const wholeDomains = remembered(withParentDomains)
  const adDomains = members((ad) => wholeDomains(ad.advertiserDomain))
  const adBundles = members((ad) => (ad.bundle === undefined ? [] : [ad.bundle]))
  const adLanguages = textRows(rows, ads, languagesOf, true)
  const mimes = members(({ creative }) => ('mimes' in creative ? creative.mimes : []))
  await turn()
  const attributes = codeRows(rows, ads, (ad) => ad.attributes)
  const apis = codeRows(rows, ads, (ad) => ad.apis)
  const formats = formatRows(rows, ads)
  const sizes = keyedRows(rows, ads, ({ creative }) =>
    creative.format === 'banner' ? (creative.width << 16) | creative.height : undefined,
  )
  const lengths = keyedRows(rows, ads, ({ creative }) =>
    'durationS' in creative ? creative.durationS : undefined,
  )
  const wrappers = row(({ creative }) => 'isWrapper' in creative && creative.isWrapper)
  const none = row(() => false)
  const inlines = row(({ creative }) => 'isWrapper' in creative && !creative.isWrapper)
  await turn()
  return {
    rows: rows.build(),
    none,
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
    segments,
    refusedSegments,
    open,
    deals,
    taxonomies,
    advertisers,
    adDomains,
    adBundles,
    adLanguages,
    attributes,
    apis,
    formats,
    sizes,
    durations: Array.from(lengths, ([durationS, row]) => ({ durationS, row })).sort(
      (a, b) => a.durationS - b.durationS,
    ),
    wrappers,
    inlines,
    mimes,
    media: mediaTable(ads, mimes.values),
    natives: ads.map(({ creative }) => (creative.format === 'native' ? creative.native : undefined)),
  }
}

/** No list for what may be shown anywhere; an empty one for what nobody knows the language of. */
function languagesOf({ language }: TargetedAd): readonly string[] | undefined {
  if (language === NO_LANGUAGE) return undefined
  return language === undefined ? [] : [language]
}

/** Many ads have the same domain: what is made of it is made once. */
function remembered(listOf: (text: string) => readonly string[]): (text: string) => readonly string[] {
  const lists = new Map<string, readonly string[]>()
  return (text) => {
    const list = lists.get(text) ?? listOf(text)
    lists.set(text, list)
    return list
  }
}

/** A domain and those it is part of: blocking example.com blocks shop.example.com. */
function withParentDomains(domain: string): string[] {
  const labels = domain.split('.')
  return labels.map((_, i) => labels.slice(i).join('.'))
}
