/**
 * Draws on top of `Prng`: weighted, Zipf, bounded, without repetition. Each takes the generator as its first argument
 * and asks it a number of times that depends only on what was drawn before, so one seed gives one sequence.
 */
import { assert } from '../../src/base/assert.ts'
import type { Prng } from '../../src/base/prng.ts'

/** Something to draw from: `at[i]` stands with a chance of `until[i] - until[i - 1]`. */
export type Lot<T> = { readonly at: readonly T[]; readonly until: Float64Array }

/** A lot of pairs of a value and its weight; weights need not sum to one. */
export function lotOf<T>(pairs: readonly (readonly [T, number])[]): Lot<T> {
  const total = pairs.reduce((sum, [, weight]) => sum + weight, 0)
  assert(total > 0, 'a lot has something to draw')
  const until = new Float64Array(pairs.length)
  let sum = 0
  for (let i = 0; i < pairs.length; i++) {
    sum += pairs[i][1] / total
    until[i] = sum
  }
  return { at: pairs.map(([value]) => value), until }
}

/** A lot where the value of rank r weighs r^-exponent: a few large publishers, a long tail. */
export function zipfOf<T>(values: readonly T[], exponent: number): Lot<T> {
  return lotOf(values.map((value, index) => [value, (index + 1) ** -exponent] as const))
}

export function draw<T>(prng: Prng, lot: Lot<T>): T {
  const unit = prng.unit()
  let index = 0
  while (index < lot.until.length - 1 && unit >= lot.until[index]) index++
  return lot.at[index]
}

export function chance(prng: Prng, share: number): boolean {
  return prng.unit() < share
}

/** A uniform integer from `range[0]` to `range[1]`, both included. */
export function between(prng: Prng, range: readonly [number, number]): number {
  return range[0] + prng.below(range[1] - range[0] + 1)
}

/** `count` different elements of the list, or all of them when it has fewer; in the order drawn. */
export function sample<T>(prng: Prng, list: readonly T[], count: number): T[] {
  const rest = [...list]
  const taken: T[] = []
  while (taken.length < count && rest.length > 0) {
    const index = prng.below(rest.length)
    taken.push(rest[index])
    rest[index] = rest[rest.length - 1]
    rest.pop()
  }
  return taken
}

/** `count` different values of a lot; a rare value may need many draws, so ask for few of many. */
export function sampleLot<T>(prng: Prng, lot: Lot<T>, count: number): T[] {
  const taken = new Set<T>()
  const most = Math.min(count, lot.at.length)
  while (taken.size < most) taken.add(draw(prng, lot))
  return [...taken]
}

/** A log-normal number with the given median, kept within `bounds`. */
export function logNormal(
  prng: Prng,
  shape: { median: number; sigma: number; bounds: readonly [number, number] },
): number {
  const value = shape.median * Math.exp(shape.sigma * prng.normal())
  return Math.min(shape.bounds[1], Math.max(shape.bounds[0], value))
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

export function hex(prng: Prng, length: number): string {
  let text = ''
  while (text.length < length) text += (prng.uint32() + 0x100000000).toString(16).slice(1)
  return text.slice(0, length)
}

/** Text in the form of a random (version 4) UUID. */
export function uuid(prng: Prng): string {
  const digits = hex(prng, 32)
  const variant = '89ab'[prng.below(4)]
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
}
