/**
 * One text of 130 characters written behind another, by what it is: in one piece, or joined or cut just now; and by the
 * calls that could write it.
 */
import { ByteWriter, byteText } from '../../../src/base/byte-writer.ts'
import type { MicroBench } from '../measure.ts'

const CHARS = 130
const flat = byteText('x'.repeat(2 * CHARS)).slice(0)
const whole = byteText('x'.repeat(CHARS))
const bytes = Buffer.from(whole)
const out = new ByteWriter(8192)

function over(name: string, write: (i: number) => unknown) {
  const run = (count: number): number => {
    for (let i = 0; i < count; i++) {
      if ((i & 31) === 0) out.length = 0
      write(i)
    }
    return out.length
  }
  return { name, run }
}

export const benches: MicroBench[] = [
  {
    name: 'base: write a text of 130 characters',
    unit: 'text',
    count: 200_000,
    cases: [
      over('a byte text', () => out.text(whole)),
      over('one that was cut just now', (i) => out.text(flat.slice(i & 63, (i & 63) + CHARS))),
      over('one that was joined just now', (i) => out.text(whole.slice(9) + (100_000_000 + i))),
      over('as UTF-8', () => {
        out.length += out.bytes.write(whole, out.length)
      }),
      over('from another buffer', () => {
        out.length += bytes.copy(out.bytes, out.length)
      }),
    ],
  },
]
