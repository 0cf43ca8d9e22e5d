/**
 * What a piece of code writes, as text.
 */
import { ByteWriter } from '../base/byte-writer.ts'

export function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(262_145)
  write(out)
  return Buffer.from(out.view()).toString()
}
