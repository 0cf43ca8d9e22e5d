/**
 * The field names that some reader uses, as small integers, so that the reader compares numbers instead of text.
 * An unknown name is `UNKNOWN`. A name is found by its first four bytes and its length, then compared in full, four
 * bytes at a time; nothing is decoded.
 */
import { assert } from '../base/assert.ts'

const NAMES = [
  'acat',
  'api',
  'app',
  'asi',
  'assets',
  'at',
  'atts',
  'audio',
  'badv',
  'banner',
  'bapp',
  'battr',
  'bcat',
  'bidfloor',
  'bidfloorcur',
  'boxingallowed',
  'bseat',
  'btype',
  'bundle',
  'buyeruid',
  'carrier',
  'cat',
  'cattax',
  'complete',
  'connectiontype',
  'consent',
  'coppa',
  'country',
  'cur',
  'data',
  'deals',
  'delivery',
  'device',
  'devicetype',
  'dnt',
  'domain',
  'dooh',
  'dsa',
  'dsarequired',
  'durfloors',
  'event',
  'eventrackers',
  'eventtrackers',
  'ext',
  'format',
  'gdpr',
  'geo',
  'gpc',
  'gpp',
  'gpp_sid',
  'guar',
  'h',
  'hmax',
  'hmin',
  'hp',
  'hratio',
  'id',
  'ifa',
  'img',
  'imp',
  'instl',
  'ip',
  'ipv6',
  'is_rewarded_inventory',
  'language',
  'len',
  'linearity',
  'lmt',
  'make',
  'maxbitrate',
  'maxdur',
  'maxduration',
  'maxextended',
  'maxseq',
  'methods',
  'mimes',
  'minbitrate',
  'mincpmpersec',
  'mindur',
  'minduration',
  'model',
  'native',
  'nex_coppa',
  'nodes',
  'os',
  'osv',
  'page',
  'plcmt',
  'pmp',
  'poddedupe',
  'poddur',
  'podid',
  'pos',
  'prebid',
  'privacy',
  'private_auction',
  'protocol',
  'protocols',
  'publisher',
  'pubrender',
  'region',
  'regs',
  'request',
  'request_native',
  'required',
  'reward',
  'rqddurs',
  'rwdd',
  'schain',
  'sid',
  'site',
  'skip',
  'source',
  'tagid',
  'test',
  'title',
  'tmax',
  'type',
  'ua',
  'us_privacy',
  'user',
  'utcoffset',
  'ver',
  'video',
  'w',
  'wadomain',
  'wlang',
  'wlangb',
  'wmax',
  'wmin',
  'wratio',
  'wseat',
] as const

export type KeyName = (typeof NAMES)[number]

export const UNKNOWN = 0

/** The number of each name; `UNKNOWN` is no name. */
export const KEY = Object.fromEntries(NAMES.map((name, index) => [name, index + 1])) as Record<
  KeyName,
  number
>

const SLOTS = 1024
const WORDS_MAX = 6
const slotLength = new Int32Array(SLOTS)
const slotWords = new Int32Array(SLOTS * WORDS_MAX)
const slotKey = new Int32Array(SLOTS)

/** Keeps the first `length` bytes of a little-endian word. */
const MASK = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1)

/**
 * The number of the name of `length` bytes at `start`, or `UNKNOWN`. Reads up to three bytes behind the name.
 */
export function keyAt(bytes: DataView, start: number, length: number): number {
  const word = bytes.getInt32(start, true) & (length < 4 ? MASK[length] : -1)
  let slot = slotOf(word, length)
  while (slotKey[slot] !== UNKNOWN) {
    if (
      slotWords[slot * WORDS_MAX] === word &&
      slotLength[slot] === length &&
      isTailEqual(bytes, start, slot)
    ) {
      return slotKey[slot]
    }
    slot = (slot + 1) & (SLOTS - 1)
  }
  return UNKNOWN
}

/** The number of a name given as text. */
export function keyOfText(name: string): number {
  const padded = Buffer.alloc(Buffer.byteLength(name) + 4)
  padded.write(name)
  return keyAt(new DataView(padded.buffer, padded.byteOffset, padded.length), 0, padded.length - 4)
}

function isTailEqual(bytes: DataView, start: number, slot: number): boolean {
  const length = slotLength[slot]
  for (let at = 4; at < length; at += 4) {
    const mask = length - at < 4 ? MASK[length - at] : -1
    if ((bytes.getInt32(start + at, true) & mask) !== slotWords[slot * WORDS_MAX + (at >> 2)]) return false
  }
  return true
}

function slotOf(word: number, length: number): number {
  return (Math.imul(word + length, 0x9e3779b1) >>> 22) & (SLOTS - 1)
}

for (const name of NAMES) {
  assert(name.length <= 4 * WORDS_MAX, `the field name ${name} fits its slot`)
  const padded = Buffer.alloc(4 * WORDS_MAX)
  padded.write(name)
  let slot = slotOf(padded.readInt32LE(0), name.length)
  while (slotKey[slot] !== UNKNOWN) slot = (slot + 1) & (SLOTS - 1)
  slotLength[slot] = name.length
  slotKey[slot] = KEY[name]
  for (let word = 0; word < WORDS_MAX; word++)
    slotWords[slot * WORDS_MAX + word] = padded.readInt32LE(4 * word)
}
