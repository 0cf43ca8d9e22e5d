/** The records of a log as objects, for people: by the names that stand in the header of each segment. */
import type { SegmentHeader } from './header.ts'
import type { Field, SegmentKind } from './layout.ts'
import { SegmentCursor } from './segment-cursor.ts'
import { segmentsToRead } from './segments.ts'

/** Texts, numbers, and null for a number that is not known; features stand in an object of their own. */
export type PlainRecord = Readonly<Record<string, unknown>>

/** The records of a kind, as they were written. Rejects with `SegmentFault`. */
export async function* plainRecords(
  directory: string,
  wanted: SegmentKind,
): AsyncGenerator<PlainRecord, void, undefined> {
  for (const { file, kind } of await segmentsToRead(directory)) {
    if (kind !== wanted) continue
    const cursor = await SegmentCursor.open(file)
    if (cursor === undefined) continue
    try {
      do {
        do yield plainRecord(cursor)
        while (cursor.step())
      } while (await cursor.fill())
    } finally {
      await cursor.close()
    }
  }
}

function plainRecord({ header, block, at }: SegmentCursor): PlainRecord {
  const record: Record<string, unknown> = {}
  const features: Record<string, unknown> = {}
  for (const field of header.fields) {
    const isFeature = header.features.includes(field.name)
    ;(isFeature ? features : record)[field.name] = readValue(header, field, block, at)
  }
  return header.features.length === 0 ? record : { ...record, features }
}

function readValue(
  { names }: SegmentHeader,
  { name, type, offset }: Field,
  block: Buffer,
  at: number,
): unknown {
  const value = READ[type](block, at + offset)
  if (typeof value === 'string') return value
  if (names[name] !== undefined) return names[name][value]
  return Number.isNaN(value) ? null : value
}

const READ: Readonly<Record<Field['type'], (block: Buffer, at: number) => number | string>> = {
  '<f8': (block, at) => block.readDoubleLE(at),
  '<f4': (block, at) => block.readFloatLE(at),
  '<u4': (block, at) => block.readUInt32LE(at),
  '<u2': (block, at) => block.readUInt16LE(at),
  '|u1': (block, at) => block[at],
  '|S28': (block, at) => block.toString('latin1', at, at + 28).replace(/\0+$/, ''),
}
