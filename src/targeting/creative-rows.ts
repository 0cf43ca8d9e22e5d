/**
 * The rows that say what a creative is: its format, size, length and media, and what a publisher may refuse in it.
 * Made when the catalog changes.
 */
import { TAXONOMY_DEFAULT } from '../openrtb/codes.ts'
import { FORMATS, type TargetedAd } from './ad.ts'
import { ABSENT, Dictionary } from './dictionary.ts'
import { addBits, type RowsBuilder, setBit } from './rows.ts'

/** Rows by text; texts that no ad names have the row `otherwise`. */
export type TextRows = { readonly values: Dictionary; readonly rows: Int32Array; readonly otherwise: number }

/** Rows by small code, for the codes that some ad has. */
export type CodeRows = readonly { readonly bit: number; readonly row: number }[]

/** The categories that ads carry in one taxonomy. */
export type Taxonomy = {
  /** Row of the ads that carry any. */
  readonly carriers: number
  /** Rows by category; blocking IAB17 is to block IAB17-12, so the row of each has what is part of it. */
  readonly categories: TextRows
  /** Rows of the categories as ads carry them, and for each of `categories` which of these it covers. */
  readonly ownRows: Int32Array
  readonly covers: readonly Int32Array[]
}

/** The media files of all films, flat: those of an ad stand from `start[ad]` to `start[ad + 1]`. */
export type MediaTable = {
  readonly start: Int32Array
  /** Place of the mime in `mimes`. */
  readonly mime: Int32Array
  readonly bitrateKbps: Int32Array
  readonly width: Int32Array
  readonly height: Int32Array
  readonly isStreaming: Uint8Array
}

const PLAYLIST_MIMES = ['application/x-mpegurl', 'application/vnd.apple.mpegurl', 'application/dash+xml']

/**
 * A row for each text that some ad lists. With `absentAccepts`, an ad without a list is in every row, and in the one
 * for texts that nobody lists.
 */
export function textRows(
  rows: RowsBuilder,
  ads: readonly TargetedAd[],
  listOf: (ad: TargetedAd) => readonly string[] | undefined,
  absentAccepts: boolean,
): TextRows {
  const everywhere = rows.bits((ad) => absentAccepts && listOf(ads[ad]) === undefined)
  const bits = bitsByText(ads, listOf, everywhere)
  return {
    values: new Dictionary([...bits.keys()]),
    rows: Int32Array.from(bits.values(), (ofText) => rows.add(ofText)),
    otherwise: rows.add(everywhere),
  }
}

/** The ads that list a text, and those that are in every row, by text in the order of first appearance. */
function bitsByText(
  ads: readonly TargetedAd[],
  listOf: (ad: TargetedAd) => readonly string[] | undefined,
  everywhere: Int32Array,
): Map<string, Int32Array> {
  const byText = new Map<string, Int32Array>()
  // The same spellings come again and again: each is folded once.
  const bySpelling = new Map<string, Int32Array>()
  const bitsOf = (spelling: string) => {
    const text = foldText(spelling)
    const bits = byText.get(text) ?? everywhere.slice()
    byText.set(text, bits)
    bySpelling.set(spelling, bits)
    return bits
  }
  for (let ad = 0; ad < ads.length; ad++)
    for (const spelling of listOf(ads[ad]) ?? []) setBit(bySpelling.get(spelling) ?? bitsOf(spelling), ad)
  return byText
}

/** The rows of these texts. */
export function rowsOf(texts: readonly string[], { values, rows, otherwise }: TextRows): Int32Array {
  return Int32Array.from(texts, (text) => {
    const index = values.indexOf(text)
    return index === ABSENT ? otherwise : rows[index]
  })
}

/** Only ASCII, as `Dictionary` does. Nearly all texts of a catalog are in lower case, or are its few country codes. */
function foldText(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : text
}

/** The row of each format; NO_ROW for a format that no ad has. */
export function formatRows(rows: RowsBuilder, ads: readonly TargetedAd[]): Int32Array {
  return Int32Array.from(FORMATS, (format) =>
    ads.some(({ creative }) => creative.format === format)
      ? rows.add(rows.bits((ad) => ads[ad].creative.format === format))
      : NO_ROW,
  )
}

export const NO_ROW = -1

/** Rows by a key that an ad has or has not. */
export function keyedRows(
  rows: RowsBuilder,
  ads: readonly TargetedAd[],
  keyOf: (ad: TargetedAd) => number | undefined,
): Map<number, number> {
  const bitsByKey = new Map<number, Int32Array>()
  ads.forEach((ad, index) => {
    const key = keyOf(ad)
    if (key === undefined) return
    const bits = bitsByKey.get(key) ?? rows.bits(() => false)
    setBit(bits, index)
    bitsByKey.set(key, bits)
  })
  return new Map(Array.from(bitsByKey, ([key, bits]) => [key, rows.add(bits)]))
}

export function codeRows(
  rows: RowsBuilder,
  ads: readonly TargetedAd[],
  codesOf: (ad: TargetedAd) => readonly number[],
): CodeRows {
  const codes = [...new Set(ads.flatMap(codesOf))]
  return codes.map((code) => ({
    bit: 1 << code,
    row: rows.add(rows.bits((ad) => codesOf(ads[ad]).includes(code))),
  }))
}

export function taxonomiesOf(rows: RowsBuilder, ads: readonly TargetedAd[]): Map<number, Taxonomy> {
  const codes = new Set(ads.flatMap(({ categoriesIn }) => Object.keys(categoriesIn).map(Number)))
  const taxonomies = new Map<number, Taxonomy>()
  for (const code of codes) {
    taxonomies.set(
      code,
      taxonomyOf(rows, ads, (ad) => ad.categoriesIn[code] ?? []),
    )
  }
  taxonomies.set(
    TAXONOMY_DEFAULT,
    taxonomyOf(rows, ads, (ad) => ad.categories),
  )
  return taxonomies
}

function taxonomyOf(
  rows: RowsBuilder,
  ads: readonly TargetedAd[],
  categoriesOf: (ad: TargetedAd) => readonly string[],
): Taxonomy {
  const own = bitsByText(
    ads,
    categoriesOf,
    rows.bits(() => false),
  )
  const wholes = new Map<string, { readonly bits: Int32Array; readonly covers: number[] }>()
  for (const [place, [category, bits]] of [...own].entries()) {
    for (const name of withParentCategory(category)) {
      const whole = wholes.get(name) ?? { bits: rows.bits(() => false), covers: [] }
      wholes.set(name, whole)
      addBits(whole.bits, bits)
      whole.covers.push(place)
    }
  }
  return {
    carriers: rows.add(rows.bits((ad) => categoriesOf(ads[ad]).length > 0)),
    categories: {
      values: new Dictionary([...wholes.keys()]),
      rows: Int32Array.from(wholes.values(), ({ bits }) => rows.add(bits)),
      otherwise: rows.add(rows.bits(() => false)),
    },
    ownRows: Int32Array.from(own.values(), (bits) => rows.add(bits)),
    covers: Array.from(wholes.values(), ({ covers }) => Int32Array.from(covers)),
  }
}

/** A category and the one it is part of: blocking IAB17 blocks IAB17-12. */
function withParentCategory(category: string): string[] {
  const dash = category.indexOf('-')
  return dash < 0 ? [category] : [category, category.slice(0, dash)]
}

export function mediaTable(ads: readonly TargetedAd[], mimes: Dictionary): MediaTable {
  const filesOf = ({ creative }: TargetedAd) => ('media' in creative ? creative.media : [])
  const files = ads.flatMap(filesOf)
  const start = new Int32Array(ads.length + 1)
  ads.forEach((ad, index) => {
    start[index + 1] = start[index] + filesOf(ad).length
  })
  return {
    start,
    mime: Int32Array.from(files, ({ mime }) => mimes.indexOf(mime)),
    bitrateKbps: Int32Array.from(files, ({ bitrateKbps }) => bitrateKbps),
    width: Int32Array.from(files, ({ width = 0 }) => width),
    height: Int32Array.from(files, ({ height = 0 }) => height),
    isStreaming: Uint8Array.from(files, ({ mime }) => (isPlaylist(mime) ? 1 : 0)),
  }
}

/** Playlists are streamed; every other file is downloaded as it plays. */
export function isPlaylist(mime: string): boolean {
  return PLAYLIST_MIMES.includes(mime.toLowerCase())
}
