/**
 * The first line of a segment: JSON that says what its records are, padded with spaces to `HEADER_BYTES`.
 */
import { assert } from '../base/assert.ts'
import {
  EVENT_KINDS,
  type Field,
  HEADER_BYTES,
  LAYOUT_VERSION,
  type Layout,
  SCORERS,
  type SegmentKind,
} from './layout.ts'

export type SegmentHeader = {
  readonly log: typeof LOG
  readonly layoutVersion: number
  readonly kind: SegmentKind
  readonly recordBytes: number
  readonly fields: readonly Field[]
  /** Names of the features, in the order of the catalogue. */
  readonly features: readonly string[]
  /** What the numbers of these fields stand for: each is an index into its list. */
  readonly names: Readonly<Record<string, readonly string[]>>
}

/** What tells a segment from other files. */
const LOG = 'peregrine events'

/** A file of the event log that cannot be used: a sentence with its name and what to do. */
export class SegmentFault extends Error {
  override name = 'SegmentFault'
}

/** @param features names, in the order of the catalogue. @param models keys of models, by index. */
export function headerBytes(
  { kind, recordBytes, fields }: Layout,
  features: readonly string[],
  models: readonly string[],
): Buffer {
  const header: SegmentHeader = {
    log: LOG,
    layoutVersion: LAYOUT_VERSION,
    kind,
    recordBytes,
    fields,
    features: kind === 'bids' ? features : [],
    names: kind === 'bids' ? { model: models, scorer: SCORERS } : { kind: EVENT_KINDS },
  }
  const text = Buffer.from(JSON.stringify(header))
  assert(text.length < HEADER_BYTES, 'a header has room for the features and models there are')
  const bytes = Buffer.alloc(HEADER_BYTES, ' ')
  text.copy(bytes)
  bytes[HEADER_BYTES - 1] = 0x0a
  return bytes
}

/** @param bytes the first `HEADER_BYTES` of the file. Throws `SegmentFault`. */
export function readHeader(bytes: Buffer, file: string): SegmentHeader {
  const header = parsed(bytes)
  if (header?.log !== LOG)
    throw new SegmentFault(`${file}: no segment of an event log; move it out of the folder`)
  if (header.layoutVersion !== LAYOUT_VERSION) {
    throw new SegmentFault(
      `${file}: its layout is of version ${header.layoutVersion}, this program reads ${LAYOUT_VERSION}; move it away, or read it with the program that wrote it`,
    )
  }
  return header
}

function parsed(bytes: Buffer): SegmentHeader | undefined {
  try {
    return JSON.parse(bytes.toString()) as SegmentHeader
  } catch {
    return undefined
  }
}
