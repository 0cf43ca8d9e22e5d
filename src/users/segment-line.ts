/**
 * A line of a segment file: `identifier<TAB>segment,segment,...`, with `ifa:` or `buyeruid:` before the identifier; without
 * it is an advertising id. Empty lines and those that start with `#` say nothing. No string is made.
 */
import { ID_KIND, type IdKind, type IdSpan } from '../openrtb/user-id.ts'

const TAB = 0x09
const CARRIAGE_RETURN = 0x0d
const HASH = 0x23
const COLON = 0x3a

const PREFIXES: readonly (readonly [IdKind, Buffer])[] = [
  [ID_KIND.ifa, Buffer.from('ifa:')],
  [ID_KIND.buyeruid, Buffer.from('buyeruid:')],
]

export class SegmentLine {
  readonly id: IdSpan = { kind: ID_KIND.none, start: 0, end: 0 }
  /** Range of the list of segments. */
  start = 0
  end = 0

  /** Whether the line says something; what is wrong with what it says is in `fault`. */
  read(bytes: Buffer, start: number, lineEnd: number): boolean {
    const end = lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd
    if (start === end || bytes[start] === HASH) return false
    const tab = placeOf(TAB, bytes, start, end)
    this.#readId(bytes, start, tab)
    this.start = Math.min(tab + 1, end)
    this.end = end
    return true
  }

  get fault(): string | undefined {
    if (this.start === this.end) return 'no segments behind a tab'
    if (this.id.kind === ID_KIND.none) return 'an identifier is of the kind "ifa:" or "buyeruid:"'
    return this.id.start === this.id.end ? 'no identifier' : undefined
  }

  #readId(bytes: Buffer, start: number, end: number): void {
    const { id } = this
    const colon = placeOf(COLON, bytes, start, end)
    id.kind = colon === end ? ID_KIND.ifa : kindOf(bytes, start, colon + 1)
    id.start = colon === end ? start : colon + 1
    id.end = end
  }
}

function kindOf(bytes: Buffer, start: number, end: number): IdKind {
  for (const [kind, prefix] of PREFIXES) {
    if (bytes.compare(prefix, 0, prefix.length, start, end) === 0) return kind
  }
  return ID_KIND.none
}

/** Where the byte first stands, or `end`. */
function placeOf(byte: number, bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== byte) at++
  return at
}
