/**
 * Finding the end of a string: four bytes at once, against a table lookup for each byte.
 */
import { skipPlain } from '../../../src/openrtb/lexer.ts'
import type { MicroBench } from '../measure.ts'

const isPlain = new Uint8Array(256).fill(1, 0x20, 0x80)
for (const special of '"\\') isPlain[special.charCodeAt(0)] = 0

function skipByTable(bytes: Uint8Array, start: number): number {
  let at = start
  while (isPlain[bytes[at]] === 1) at++
  return at
}

/** Lengths as in requests: names and codes, ids, a user agent. */
const LENGTHS = [2, 5, 8, 12, 24, 36, 120]
const texts = Buffer.from(`${LENGTHS.map((length) => 'a'.repeat(length)).join('"')}"${' '.repeat(8)}`)
const words = new DataView(texts.buffer, texts.byteOffset, texts.length)

function walk(count: number, skip: (start: number) => number): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    let at = 0
    for (let text = 0; text < LENGTHS.length; text++) at = skip(at) + 1
    check += at
  }
  return check
}

export const benches: MicroBench[] = [
  {
    name: `openrtb: skip ${LENGTHS.length} strings of ${LENGTHS.join(', ')} bytes`,
    unit: 'set',
    count: 50_000,
    cases: [
      { name: 'four bytes at once', run: (count) => walk(count, (start) => skipPlain(words, start)) },
      {
        name: 'a byte at a time by table',
        run: (count) => walk(count, (start) => skipByTable(texts, start)),
      },
    ],
  },
]
