/**
 * A plan turns feature values into the columns that one tensor of one model asks for, in its order.
 *
 * A hashed column is `offset + (mix32(hash ^ seed) & (buckets - 1))`, where hash is the feature's `hashText`, or
 * `hashPair` of two for a cross such as `category*advertiser`. A number column is the value, clamped to its domain,
 * or the default when it is not known. What depends on the ad alone is computed when the plan is made; what depends on
 * the request alone is computed once an imp; only crosses between the two are computed for every row.
 */
import { firstOfPair, hashPair, mix32, pairOf } from '../base/hash.ts'
import { FEATURES, type Feature, featureIndexOf } from './catalogue.ts'
import type { AdVectors, FeatureVector } from './vector.ts'

/** One column as a model's manifest states it. */
export type Column = {
  /** A feature's name, or two text features joined by `*`, the request side first. */
  readonly feature: string
  /** Hashed columns: a power of two. Absent for numbers. */
  readonly buckets?: number
  readonly seed?: number
  /** Added to the bucket, for models that keep all columns in one table. */
  readonly offset?: number
  /** Numbers: what stands for a missing value, and the range that others are clamped to. */
  readonly default?: number
  readonly domain?: [number, number]
}

/** The parsed name of a column: its feature, and a second one when it is a cross. */
type Source = { readonly first: number; readonly second: number; readonly features: readonly Feature[] }

export const NO_SECOND = -1

/** Why a column cannot be computed, or undefined when it can. */
export function columnFault(column: Column): string | undefined {
  const names = column.feature.split('*')
  if (names.length > 2) return `"${column.feature}" crosses more than two features`
  const unknown = names.find((name) => featureIndexOf(name) === undefined)
  if (unknown !== undefined) return `"${unknown}" is not in the feature catalogue`
  const { features } = sourceOf(column)
  if (features.length === 2 && features[0].side === 'ad' && features[1].side !== 'ad') {
    return `"${column.feature}" must name its ${features[1].side} side first: "${names[1]}*${names[0]}"`
  }
  const numeric = features.find(({ kind }) => kind === 'number')
  if (numeric === undefined) return hashedFault(column)
  if (features.length === 1) return numberFault(column)
  return `"${column.feature}" crosses "${numeric.name}", which is a number; only text features are crossed`
}

/** Ids are 32-bit integers with a sign. */
const IDS_MAX = 2 ** 31

function hashedFault(column: Column): string | undefined {
  const { feature, buckets, offset = 0 } = column
  if (buckets === undefined) {
    return `"${feature}" is a ${feature.includes('*') ? 'cross' : 'text feature'} and needs buckets`
  }
  if (!Number.isInteger(Math.log2(buckets)) || buckets >= IDS_MAX) {
    return `"${feature}" has ${buckets} buckets; a power of two, at most ${IDS_MAX / 2}, is due`
  }
  if (offset + buckets > IDS_MAX)
    return `"${feature}" has the offset ${offset}: its ids reach beyond ${IDS_MAX}`
  if (column.default === undefined && column.domain === undefined) return undefined
  return `"${feature}" is hashed and takes no default and no domain`
}

function numberFault({ feature, buckets, seed, offset, domain }: Column): string | undefined {
  if (buckets !== undefined) return `"${feature}" is a number and takes no buckets`
  if (seed !== undefined || offset !== undefined)
    return `"${feature}" is a number and takes no seed and no offset`
  if (domain === undefined || domain[0] <= domain[1]) return undefined
  return `"${feature}" has the domain [${domain.join(', ')}]: the lower end comes first`
}

export function sourceOf(column: Column): Source {
  const indexes = column.feature.split('*').map((name) => featureIndexOf(name)!)
  return {
    first: indexes[0],
    second: indexes[1] ?? NO_SECOND,
    features: indexes.map((index) => FEATURES[index]),
  }
}

/** The cells of a tensor. */
export type Cells = Int32Array | Float32Array

export class Plan {
  /** Columns in a row. */
  readonly width: number
  /** The columns that only the request and the imp decide, filled by `begin`; the others are 0. */
  readonly #request: Hashed
  readonly #crosses: Hashed
  /** The first half of each cross, ready to meet the second. */
  readonly #crossFirst: Int32Array
  /** The second half of each cross, an ad's side by side. */
  readonly #crossSecond: Uint32Array
  readonly #adColumns: Int32Array
  readonly #adIds: Int32Array
  readonly #template: Int32Array

  /** @param columns hashed ones for which `columnFault` found nothing. */
  constructor(columns: readonly Column[], ads: AdVectors) {
    this.width = columns.length
    this.#template = new Int32Array(columns.length)
    const sources = columns.map(sourceOf)
    const isAdSide = ({ side }: Feature) => side === 'ad'
    const placesOf = (matches: (source: Source) => boolean) =>
      columns.flatMap((_, place) => (matches(sources[place]) ? [place] : []))
    const hashedAt = (places: number[]): Hashed => new Hashed(columns, sources, places)
    this.#request = hashedAt(placesOf(({ features }) => !features.some(isAdSide)))
    this.#crosses = hashedAt(placesOf(({ features }) => features.some(isAdSide) && !features.every(isAdSide)))
    this.#crossFirst = new Int32Array(this.#crosses.place.length)
    this.#crossSecond = seconds(this.#crosses, ads)
    const adOnly = hashedAt(placesOf(({ features }) => features.every(isAdSide)))
    this.#adColumns = adOnly.place
    this.#adIds = adIdsOf(adOnly, ads)
  }

  /** Takes the values of an imp; the rows that follow are for it. */
  begin({ hashes }: FeatureVector): void {
    const { place, first, second } = this.#request
    for (let i = 0; i < place.length; i++) {
      const hash = hashes[first[i]]
      this.#template[place[i]] = this.#request.bucket(
        i,
        second[i] === NO_SECOND ? hash : hashPair(hash, hashes[second[i]]),
      )
    }
    const crossFirst = this.#crossFirst
    for (let i = 0; i < crossFirst.length; i++) crossFirst[i] = firstOfPair(hashes[this.#crosses.first[i]])
  }

  /** Writes the row of an ad at `row` of a tensor. */
  write(target: Cells, row: number, ad: number): void {
    const base = row * this.width
    const template = this.#template
    for (let i = 0; i < template.length; i++) target[base + i] = template[i]
    const adColumns = this.#adColumns
    const adBase = ad * adColumns.length
    for (let i = 0; i < adColumns.length; i++) target[base + adColumns[i]] = this.#adIds[adBase + i]
    const { place } = this.#crosses
    for (let i = 0; i < place.length; i++) target[base + place[i]] = this.#crossBucket(i, ad)
  }

  /** The sum of the weights of the columns that the imp decides; call after `begin`. */
  requestWeight(weights: Float32Array): number {
    const { place } = this.#request
    let sum = 0
    for (let i = 0; i < place.length; i++) sum += weights[this.#template[place[i]]]
    return sum
  }

  /** The sum of the weights of the columns that the ad alone decides. */
  adWeight(weights: Float32Array, ad: number): number {
    const count = this.#adColumns.length
    let sum = 0
    for (let i = 0; i < count; i++) sum += weights[this.#adIds[ad * count + i]]
    return sum
  }

  /** The sum of the weights of the crosses between the imp and the ad. */
  crossWeight(weights: Float32Array, ad: number): number {
    const count = this.#crossFirst.length
    let sum = 0
    for (let i = 0; i < count; i++) sum += weights[this.#crossBucket(i, ad)]
    return sum
  }

  #crossBucket(i: number, ad: number): number {
    const first = this.#crossFirst
    return this.#crosses.bucket(i, pairOf(first[i], this.#crossSecond[ad * first.length + i]))
  }
}

/** Hashed columns side by side in typed arrays. */
export class Hashed {
  readonly place: Int32Array
  readonly first: Int32Array
  readonly second: Int32Array
  readonly #seed: Int32Array
  readonly #mask: Int32Array
  readonly #offset: Int32Array

  constructor(columns: readonly Column[], sources: readonly Source[], places: readonly number[]) {
    this.place = Int32Array.from(places)
    this.first = Int32Array.from(places, (place) => sources[place].first)
    this.second = Int32Array.from(places, (place) => sources[place].second)
    this.#seed = Int32Array.from(places, (place) => columns[place].seed ?? 0)
    this.#mask = Int32Array.from(places, (place) => columns[place].buckets! - 1)
    this.#offset = Int32Array.from(places, (place) => columns[place].offset ?? 0)
  }

  bucket(index: number, hash: number): number {
    return this.#offset[index] + (mix32(hash ^ this.#seed[index]) & this.#mask[index])
  }
}

function seconds({ second }: Hashed, ads: AdVectors): Uint32Array {
  const hashes = new Uint32Array(ads.count * second.length)
  for (let ad = 0; ad < ads.count; ad++) {
    for (let i = 0; i < second.length; i++)
      hashes[ad * second.length + i] = ads.hashes[ad * FEATURES.length + second[i]]
  }
  return hashes
}

function adIdsOf(adOnly: Hashed, ads: AdVectors): Int32Array {
  const { place, first, second } = adOnly
  const ids = new Int32Array(ads.count * place.length)
  for (let ad = 0; ad < ads.count; ad++) {
    const row = ad * FEATURES.length
    for (let i = 0; i < place.length; i++) {
      const hash = ads.hashes[row + first[i]]
      const pair = second[i] === NO_SECOND ? hash : hashPair(hash, ads.hashes[row + second[i]])
      ids[ad * place.length + i] = adOnly.bucket(i, pair)
    }
  }
  return ids
}
