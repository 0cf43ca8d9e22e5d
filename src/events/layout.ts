/**
 * How the records of the event log lie in memory and in their files: fixed width, little-endian, every number at a
 * multiple of its own size, so that typed arrays write them and numpy reads them.
 *
 *   bids      0      8                16             24      52                 56           60      62       63   64
 *             atMs   priceCpmMicros   usdCpmMicros   bidId   clickProbability   propensity   model   scorer   -    features
 *   notices   0      8                16      44     45
 *             atMs   usdCpmMicros     bidId   kind   -
 *
 * Features follow each other in the order of the catalogue, those of text before those that are numbers.
 */

/** What the log wants to know of the feature catalogue. */
export type LoggedFeature = {
  readonly name: string
  readonly side: 'request' | 'imp' | 'ad'
  readonly kind: 'text' | 'number'
}

/** In the words of numpy. */
export type FieldType = '<f8' | '<f4' | '<u4' | '<u2' | '|u1' | '|S28'

/** @property offset in bytes. */
export type Field = { readonly name: string; readonly type: FieldType; readonly offset: number }

export type SegmentKind = 'bids' | 'notices'
export const SEGMENT_KINDS: readonly SegmentKind[] = ['bids', 'notices']

export type Layout = {
  readonly kind: SegmentKind
  readonly recordBytes: number
  readonly fields: readonly Field[]
}

/** Of the header line, its newline included. */
export const HEADER_BYTES = 8192
/** To be raised when a field changes its meaning, or goes. */
export const LAYOUT_VERSION = 1

/** Zeros behind the id fill it up. */
export const BID_ID_BYTES = 28

/** What `scorer` counts: who gave the probability. */
export const SCORERS = ['inline', 'model'] as const

/** What `kind` of a notice counts. A bill is whatever the exchange bills by, also where that is a view. */
export const EVENT_KINDS = ['win', 'bill', 'loss', 'view', 'click', 'conversion'] as const
export type EventKind = (typeof EVENT_KINDS)[number]
export const EVENT = Object.fromEntries(EVENT_KINDS.map((kind, code) => [kind, code])) as Record<
  EventKind,
  number
>

/** Byte offsets of what both kinds of records, and each of them, begin with. */
export const BID = {
  atMs: 0,
  priceCpmMicros: 8,
  usdCpmMicros: 16,
  bidId: 24,
  clickProbability: 52,
  propensity: 56,
  model: 60,
  scorer: 62,
  features: 64,
} as const
export const NOTICE = { atMs: 0, usdCpmMicros: 8, bidId: 16, kind: 44 } as const
const NOTICE_BYTES = 48

export const noticeLayout: Layout = {
  kind: 'notices',
  recordBytes: NOTICE_BYTES,
  fields: [
    { name: 'atMs', type: '<f8', offset: NOTICE.atMs },
    { name: 'usdCpmMicros', type: '<f8', offset: NOTICE.usdCpmMicros },
    { name: 'bidId', type: '|S28', offset: NOTICE.bidId },
    { name: 'kind', type: '|u1', offset: NOTICE.kind },
  ],
}

export function bidLayout(features: readonly LoggedFeature[]): Layout {
  return {
    kind: 'bids',
    // A multiple of eight, so that the numbers of the next record lie as they should.
    recordBytes: Math.ceil((BID.features + 4 * features.length) / 8) * 8,
    fields: [
      { name: 'atMs', type: '<f8', offset: BID.atMs },
      { name: 'priceCpmMicros', type: '<f8', offset: BID.priceCpmMicros },
      { name: 'usdCpmMicros', type: '<f8', offset: BID.usdCpmMicros },
      { name: 'bidId', type: '|S28', offset: BID.bidId },
      { name: 'clickProbability', type: '<f4', offset: BID.clickProbability },
      { name: 'propensity', type: '<f4', offset: BID.propensity },
      { name: 'model', type: '<u2', offset: BID.model },
      { name: 'scorer', type: '|u1', offset: BID.scorer },
      ...inOrder(features).map(
        ({ name, kind }, place): Field => ({
          name,
          type: kind === 'text' ? '<u4' : '<f4',
          offset: BID.features + 4 * place,
        }),
      ),
    ],
  }
}

/** The features as they stand in a record. */
export function inOrder<F extends LoggedFeature>(features: readonly F[]): F[] {
  return [
    ...features.filter(({ kind }) => kind === 'text'),
    ...features.filter(({ kind }) => kind !== 'text'),
  ]
}
