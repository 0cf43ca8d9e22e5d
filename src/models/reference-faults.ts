/**
 * Why a reference cannot be held against what the bidder scores: names that the catalogue does not have, shares that are
 * not of one whole, edges out of order. A sentence each, which begins with the place as a JSON pointer. Cold.
 */
import { FEATURES, type FeatureKind, featureIndexOf } from '../features/catalogue.ts'
import type { Column } from '../features/plan.ts'
import type { NumberReference, Reference, TextReference } from '../features/reference.ts'

/** Shares are written with some six digits. */
const SUM_TOLERANCE = 1e-3

const PLACE_OF_KIND = { text: 'reference.texts', number: 'reference.numbers' } as const

/** @param inline the columns of the inline scorer. */
export function referenceFaults(
  { texts, numbers, scores, unseen = {} }: Reference,
  inline: readonly Column[],
): string[] {
  const columns = new Set(inline.map(({ feature }) => feature))
  return [
    ...Object.entries(texts).flatMap(([name, text]) =>
      told(`/reference/texts/${name}`, [...nameFaults(name, 'text'), ...textFaults(text)]),
    ),
    ...Object.entries(numbers).flatMap(([name, number]) =>
      told(`/reference/numbers/${name}`, [...nameFaults(name, 'number'), ...numberFaults(number)]),
    ),
    ...(scores === undefined
      ? []
      : told('/reference/scores', [...binFaults(scores, 0, 1), ...sumFaults(scores.shares)])),
    ...Object.keys(unseen)
      .filter((name) => !columns.has(name))
      .map((name) => `/reference/unseen/${name}: the inline scorer has no column "${name}"`),
  ]
}

function told(place: string, faults: readonly string[]): string[] {
  return faults.map((fault) => `${place}: ${fault}`)
}

function nameFaults(name: string, kind: FeatureKind): string[] {
  const index = featureIndexOf(name)
  if (index === undefined) return [`"${name}" is not in the feature catalogue`]
  const found = FEATURES[index].kind
  if (found === kind) return []
  return [`"${name}" is ${found === 'text' ? 'text' : 'a number'}; its place is ${PLACE_OF_KIND[found]}`]
}

function textFaults({ hashes, shares, other, missing }: TextReference): string[] {
  const twice = hashes.find((hash, place) => hashes.indexOf(hash) < place)
  return [
    ...(hashes.length === shares.length ? [] : [`${hashes.length} hashes have ${shares.length} shares`]),
    ...(twice === undefined ? [] : [`the hash ${twice} is there twice`]),
    ...sumFaults([...shares, other, missing]),
  ]
}

function numberFaults(reference: NumberReference): string[] {
  const { least, most, shares, missing } = reference
  const range = least <= most ? [] : [`the least is ${least}, and the most ${most}`]
  return [...range, ...binFaults(reference, least, most), ...sumFaults([...shares, missing])]
}

function binFaults(
  { edges, shares }: { edges: readonly number[]; shares: readonly number[] },
  least: number,
  most: number,
): string[] {
  const fallen = edges.findIndex((edge, place) => place > 0 && edge <= edges[place - 1])
  const outside = edges.find((edge) => edge < least || edge > most)
  return [
    ...(fallen === -1
      ? []
      : [`the edges must ascend, but ${edges[fallen]} follows upon ${edges[fallen - 1]}`]),
    ...(outside === undefined ? [] : [`the edge ${outside} is not within ${least} and ${most}`]),
    ...(shares.length === edges.length + 1
      ? []
      : [`${edges.length} edges part ${edges.length + 1} bins, but there are ${shares.length} shares`]),
  ]
}

function sumFaults(shares: readonly number[]): string[] {
  const sum = shares.reduce((total, share) => total + share, 0)
  return Math.abs(sum - 1) <= SUM_TOLERANCE ? [] : [`the shares are together ${sum.toFixed(4)}, not 1`]
}
