/** Where the features of a segment's records go in the catalogue of this program, found by their names. */
import { SegmentFault, type SegmentHeader } from './header.ts'
import type { LoggedFeature } from './layout.ts'
import type { SegmentCursor } from './segment-cursor.ts'

/** Words of a record, and the indexes of the catalogue that they are for. */
export type FeatureColumns = {
  readonly textWords: Int32Array
  readonly texts: Int32Array
  readonly numberWords: Int32Array
  readonly numbers: Int32Array
}

/** Throws `SegmentFault` for a feature that the catalogue has not. Those that the segment has not are not known. */
export function featureColumnsOf(
  { fields, features }: SegmentHeader,
  catalogue: readonly LoggedFeature[],
  file: string,
): FeatureColumns {
  const found = features.map((name) => {
    const field = fields.find((field) => field.name === name)!
    const index = catalogue.findIndex((feature) => feature.name === name)
    const kind = field.type === '<u4' ? 'text' : 'number'
    if (catalogue[index]?.kind !== kind) {
      throw new SegmentFault(
        `${file}: its bids have "${name}" as a ${kind}, which the feature catalogue has no longer; move the file away, or read it with the program that wrote it`,
      )
    }
    return { word: field.offset / 4, index, kind }
  })
  const ofKind = (kind: LoggedFeature['kind']) => found.filter((feature) => feature.kind === kind)
  return {
    textWords: Int32Array.from(ofKind('text'), ({ word }) => word),
    texts: Int32Array.from(ofKind('text'), ({ index }) => index),
    numberWords: Int32Array.from(ofKind('number'), ({ word }) => word),
    numbers: Int32Array.from(ofKind('number'), ({ index }) => index),
  }
}

/** Copies the features of the record in hand into a row of the columns of the catalogue. @param first cell of the row. */
export function copyFeatures(
  { textWords, texts, numberWords, numbers }: FeatureColumns,
  { at, uint32, float32 }: SegmentCursor,
  target: { readonly hashes: Uint32Array; readonly numbers: Float32Array },
  first: number,
): void {
  const word = at >> 2
  for (let i = 0; i < texts.length; i++) target.hashes[first + texts[i]] = uint32[word + textWords[i]]
  for (let i = 0; i < numbers.length; i++) target.numbers[first + numbers[i]] = float32[word + numberWords[i]]
}
