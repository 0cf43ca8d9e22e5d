/**
 * How the features of a model, and its scores, were distributed in its training window: what is held against the rows
 * that it scores later. It stands in the manifest as `reference`; `ReferenceBuilder` counts it.
 *
 * Bins of numbers: a value belongs to the first bin whose edge is not below it, the last bin has no edge.
 *
 *   edges        1     5     9
 *   bins    ..1 | ..5 | ..9 | above
 */
import Type, { type Static } from 'typebox'
import { FEATURES, featureIndexOf } from './catalogue.ts'
import type { Column } from './plan.ts'

/** Values of a text feature that are counted by themselves. */
export const VALUES_MAX = 50
export const BINS_MAX = 10

const strict = { additionalProperties: false }
const Share = Type.Number({ minimum: 0, maximum: 1 })
const Rows = Type.Integer({ minimum: 1 })
const Edges = Type.Array(Type.Number(), { maxItems: BINS_MAX - 1 })
const BinShares = Type.Array(Share, { minItems: 1, maxItems: BINS_MAX })

const TextReference = Type.Object(
  {
    hashes: Type.Array(Type.Integer({ minimum: 1, maximum: 4294967295 }), { maxItems: VALUES_MAX }),
    shares: Type.Array(Share, { maxItems: VALUES_MAX }),
    other: Share,
    missing: Share,
  },
  strict,
)

const NumberReference = Type.Object(
  { least: Type.Number(), most: Type.Number(), edges: Edges, shares: BinShares, missing: Share },
  strict,
)

const ScoreReference = Type.Object({ rows: Rows, edges: Edges, shares: BinShares }, strict)

export const Reference = Type.Object(
  {
    rows: Rows,
    texts: Type.Record(Type.String(), TextReference, {
      description: 'By text feature: its most frequent values as hashes with their shares of the rows.',
    }),
    numbers: Type.Record(Type.String(), NumberReference, {
      description: 'By number feature: least and greatest value, and the shares of bins of equal mass.',
    }),
    scores: Type.Optional(ScoreReference),
    unseen: Type.Optional(
      Type.Record(Type.String(), Share, {
        description: 'By column of the inline scorer: share of rows behind the window whose weight is 0.',
      }),
    ),
  },
  strict,
)

export type Reference = Static<typeof Reference>
export type TextReference = Static<typeof TextReference>
export type NumberReference = Static<typeof NumberReference>
export type ScoreReference = Static<typeof ScoreReference>

/** The features that columns are made of, a cross of both its halves: indexes of the catalogue, in its order. */
export function featuresOf(columns: readonly Column[]): number[] {
  const names = columns.flatMap(({ feature }) => feature.split('*'))
  return [...new Set(names.map((name) => featureIndexOf(name)!))].sort((a, b) => a - b)
}

export function isText(feature: number): boolean {
  return FEATURES[feature].kind === 'text'
}

/** The bin of a value, counted from the first of the edges that stand in `edges[first..end)`. */
export function binOf(edges: ArrayLike<number>, first: number, end: number, value: number): number {
  let at = first
  while (at < end && edges[at] < value) at++
  return at - first
}
