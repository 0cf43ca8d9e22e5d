/**
 * The heaviest keys of a stream in bounded memory (Space-Saving; Metwally, Agrawal and El Abbadi, 2005): a key that is not
 * known takes the place of the lightest one, and counts on from its weight. So every key that has more than
 * total / capacity is there, and what a key was lent can be told from what it has brought.
 *
 * A key that is known costs a look-up, one that is not a pass over the weights.
 */
import { assert } from './assert.ts'

export class SpaceSaving<K> {
  readonly #placeOf = new Map<K, number>()
  readonly #keys: K[] = []
  readonly #weights: Float64Array
  readonly #lent: Float64Array

  constructor(capacity: number) {
    assert(capacity > 0, 'there is room for a key')
    this.#weights = new Float64Array(capacity)
    this.#lent = new Float64Array(capacity)
  }

  get size(): number {
    return this.#keys.length
  }

  /** The place of the key, which it has until it is the lightest and another one comes. */
  add(key: K, weight = 1): number {
    const place = this.#placeOf.get(key) ?? this.#take(key)
    this.#weights[place] += weight
    return place
  }

  /** The place of a key, or undefined where it has none. */
  find(key: K): number | undefined {
    return this.#placeOf.get(key)
  }

  keyAt(place: number): K {
    return this.#keys[place]
  }

  /** The weight that the key has brought since it took the place: never too high. */
  certainAt(place: number): number {
    return this.#weights[place] - this.#lent[place]
  }

  /** The places, that of the heaviest key first. */
  ranking(): number[] {
    return this.#keys.map((_, place) => place).sort((a, b) => this.certainAt(b) - this.certainAt(a))
  }

  #take(key: K): number {
    const isFull = this.size === this.#weights.length
    const place = isFull ? this.#lightest() : this.size
    if (isFull) this.#placeOf.delete(this.#keys[place])
    this.#lent[place] = this.#weights[place]
    this.#keys[place] = key
    this.#placeOf.set(key, place)
    return place
  }

  #lightest(): number {
    const weights = this.#weights
    let lightest = 0
    for (let place = 1; place < weights.length; place++)
      if (weights[place] < weights[lightest]) lightest = place
    return lightest
  }
}
