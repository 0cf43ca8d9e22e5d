/**
 * Where the ad would be seen (OpenRTB 2.6 sections 3.2.13 to 3.2.15): a site or an app, whose it is and what it is about.
 */
import { fold } from '../base/hash.ts'
import { KEY } from './keys.ts'
import { NONE, type Tape } from './tape.ts'
import { isTextEmpty, setText, TEXT, type TextRanges } from './texts.ts'
import { textList } from './values.ts'

export const INVENTORY = { unknown: 0, site: 1, app: 2, dooh: 3 } as const

export type InventoryFields = TextRanges & {
  inventory: number
  /** Token of `cat`, or `NONE`. */
  categories: number
}

/** @param site token of an object. */
export function readSite(tape: Tape, site: number, into: InventoryFields): void {
  into.inventory = INVENTORY.site
  let page = NONE
  let publisher = NONE
  const end = tape.next(site)
  for (let token = site + 1; token < end; token = tape.next(token)) {
    switch (tape.key(token)) {
      case KEY.domain:
        setText(tape, into, TEXT.domain, token)
        break
      case KEY.page:
        page = token
        break
      case KEY.cat:
        into.categories = textList(tape, token)
        break
      case KEY.publisher:
        publisher = tape.objectOrNone(token)
        break
    }
  }
  if (isTextEmpty(into, TEXT.domain) && page !== NONE && tape.isText(page)) setHostOfPage(tape, page, into)
  dropWww(tape.bytes, into)
  if (publisher !== NONE) readPublisher(tape, publisher, into)
}

/** @param app token of an object. */
export function readApp(tape: Tape, app: number, into: InventoryFields): void {
  into.inventory = INVENTORY.app
  let publisher = NONE
  const end = tape.next(app)
  for (let token = app + 1; token < end; token = tape.next(token)) {
    switch (tape.key(token)) {
      case KEY.bundle:
        setText(tape, into, TEXT.bundle, token)
        break
      case KEY.domain:
        setText(tape, into, TEXT.domain, token)
        break
      case KEY.cat:
        into.categories = textList(tape, token)
        break
      case KEY.publisher:
        publisher = tape.objectOrNone(token)
        break
    }
  }
  if (publisher !== NONE) readPublisher(tape, publisher, into)
}

function readPublisher(tape: Tape, publisher: number, into: InventoryFields): void {
  const end = tape.next(publisher)
  for (let token = publisher + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === KEY.id) setText(tape, into, TEXT.publisher, token)
  }
}

/**
 * The host of a page's URL: what stands between a leading `//`, `http://` or `https://` and the next `/`, `:`, `?` or
 * `#`. A page may also be a host alone.
 */
function setHostOfPage(tape: Tape, page: number, { textStart, textEnd }: TextRanges): void {
  const { bytes } = tape
  tape.unescape(page)
  const end = tape.end(page)
  let start = tape.start(page)
  for (let at = start; at + 1 < end && at < start + SCHEME_BYTES_MAX; at++) {
    if (bytes[at] !== SLASH || bytes[at + 1] !== SLASH) continue
    if (at === start || bytes[at - 1] === COLON) start = at + 2
    break
  }
  let stop = start
  while (stop < end && !isHostEnd(bytes[stop])) stop++
  textStart[TEXT.domain] = start
  textEnd[TEXT.domain] = stop
}

function dropWww(bytes: Uint8Array, { textStart, textEnd }: TextRanges): void {
  const start = textStart[TEXT.domain]
  if (textEnd[TEXT.domain] - start <= WWW.length) return
  for (let i = 0; i < WWW.length; i++) if (fold(bytes[start + i]) !== WWW[i]) return
  textStart[TEXT.domain] = start + WWW.length
}

const WWW = Buffer.from('www.')
/** `https:` and its first slash. */
const SCHEME_BYTES_MAX = 7
const SLASH = 0x2f
const COLON = 0x3a
const QUESTION_MARK = 0x3f
const HASH = 0x23

function isHostEnd(byte: number): boolean {
  return byte === SLASH || byte === COLON || byte === QUESTION_MARK || byte === HASH
}
