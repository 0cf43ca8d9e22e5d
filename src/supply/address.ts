/**
 * Reads an internet address from its text without making a string. Allocates nothing.
 *
 * IPv4 in four decimal parts (RFC 6943 section 3.1.1, strict form), IPv6 in all forms of RFC 4291 section 2.2. Both end
 * up in one space of 128 bits, where IPv4 is ::ffff:0:0/96, so that an address in either spelling is the same.
 */
export const ADDRESS_WORDS = 4

const POINT = 0x2e
const COLON = 0x3a
const ZERO = 0x30
const GROUPS = 8
const NO_GAP = -1
const NOT_IPV4 = -1
/** Groups of 16 bits while an address is read. */
const groups = new Uint16Array(GROUPS)

/** Fills `words` with the address, highest word first. False when the text is none; `words` is then meaningless. */
export function readAddress(bytes: Uint8Array, start: number, end: number, words: Uint32Array): boolean {
  for (let at = start; at < end && at < start + 5; at++) {
    if (bytes[at] === COLON) return readIpv6(bytes, start, end, words)
  }
  const address = readIpv4(bytes, start, end)
  words[0] = 0
  words[1] = 0
  words[2] = 0xffff
  words[3] = address
  return address !== NOT_IPV4
}

/** The address as one number, or `NOT_IPV4`. A part with a zero before it is octal to some, and so refused. */
function readIpv4(bytes: Uint8Array, start: number, end: number): number {
  let address = 0
  let at = start
  for (let part = 0; part < 4; part++) {
    if (part > 0 && bytes[at++] !== POINT) return NOT_IPV4
    const first = at
    let value = 0
    while (at < end && at < first + 3 && digitOf(bytes[at]) < 10) value = value * 10 + digitOf(bytes[at++])
    if (at === first || value > 255 || (bytes[first] === ZERO && at > first + 1)) return NOT_IPV4
    address = address * 256 + value
  }
  return at === end ? address : NOT_IPV4
}

function readIpv6(bytes: Uint8Array, start: number, end: number, words: Uint32Array): boolean {
  let count = 0
  let gap = NO_GAP
  let at = start
  if (bytes[at] === COLON) {
    if (end - start < 2 || bytes[at + 1] !== COLON) return false
    gap = 0
    at += 2
  }
  while (at < end) {
    if (count === GROUPS) return false
    const first = at
    let value = 0
    while (at < end && at < first + 4 && digitOf(bytes[at]) < 16) value = value * 16 + digitOf(bytes[at++])
    if (at === first) return false
    if (bytes[at] === POINT && at < end) {
      const tail = readIpv4(bytes, first, end)
      if (tail === NOT_IPV4 || count > GROUPS - 2) return false
      groups[count++] = tail >>> 16
      groups[count++] = tail
      break
    }
    groups[count++] = value
    if (at === end) break
    // A colon must be followed by a group, or by another that stands for the groups left out.
    if (bytes[at++] !== COLON || at === end) return false
    if (bytes[at] === COLON) {
      if (gap !== NO_GAP) return false
      gap = count
      at++
    }
  }
  if (gap === NO_GAP ? count !== GROUPS : count === GROUPS) return false
  spread(count, gap === NO_GAP ? count : gap)
  for (let i = 0; i < ADDRESS_WORDS; i++) words[i] = groups[2 * i] * 0x10000 + groups[2 * i + 1]
  return true
}

/** Moves the groups behind the gap to the end. */
function spread(count: number, gap: number): void {
  const missing = GROUPS - count
  for (let i = GROUPS - 1; i >= gap; i--) groups[i] = i >= gap + missing ? groups[i - missing] : 0
}

/** The value of a hexadecimal digit, or one that no base has. */
function digitOf(byte: number): number {
  if (byte >= ZERO && byte <= 0x39) return byte - ZERO
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 99
}
