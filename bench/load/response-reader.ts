/**
 * Reads HTTP/1.1 responses from bytes as they come, split anywhere. Keeps no body, makes no text and no garbage: a
 * response costs about one step per byte of its head, and of its body until it is known to hold a bid.
 *
 * Bodies are framed by `content-length` alone. Chunked and unframed bodies are refused with a `fault`: the bidder sends
 * neither, and a generator that guesses at frames would count wrong answers. 204 and 304 have no body, whatever their
 * fields say (RFC 9112 section 6.3); interim 1xx responses are passed over.
 */
import { fold } from '../../src/base/hash.ts'

/** Longer heads are refused; of a longer line only the start is looked at. */
const HEAD_BYTES_MAX = 65536
const LINE_BYTES_MAX = 512

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const TAB = 0x09
const COLON = 0x3a

const VERSION = Buffer.from('http/1.')
const CONTENT_LENGTH = Buffer.from('content-length')
const TRANSFER_ENCODING = Buffer.from('transfer-encoding')
const CONNECTION = Buffer.from('connection')
const CLOSE = Buffer.from('close')
const BID = Buffer.from('"bid"')

const STATE = { statusLine: 0, header: 1, body: 2, complete: 3, fault: 4 } as const

export class ResponseReader {
  status = 0
  /** Length of the body, once the head is read. */
  bodyBytes = 0
  /** Whether the server will close the connection behind this response. */
  isClosing = false
  /** Whether the body of a 200 has a member `bid`, which a 200 that bids on nothing leaves out. */
  hasBid = false
  /** What makes these bytes unreadable; nothing is read after it. */
  fault: string | undefined
  #state: number = STATE.complete
  #headBytes = 0
  #contentLength = -1
  #bodyLeft = 0
  /** How much of `BID` the body's last bytes are. */
  #bidMatched = 0
  /** The start of a line that has not ended yet. */
  readonly #line = new Uint8Array(LINE_BYTES_MAX)
  #lineLength = 0

  get isComplete(): boolean {
    return this.#state === STATE.complete
  }

  /** Makes ready for the response to the next request. */
  begin(): void {
    this.bodyBytes = 0
    this.hasBid = false
    this.#bidMatched = 0
    this.fault = undefined
    this.#beginHead()
  }

  /** Reads from `start` until the response is complete or `end` comes; gives where it stopped. */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end && this.#state < STATE.complete) {
      at = this.#state === STATE.body ? this.#readBody(bytes, at, end) : this.#readLine(bytes, at, end)
    }
    return at
  }

  #beginHead(): void {
    this.status = 0
    this.#state = STATE.statusLine
    this.#headBytes = 0
    this.#contentLength = -1
    this.#lineLength = 0
  }

  #readBody(bytes: Uint8Array, start: number, end: number): number {
    const bodyEnd = Math.min(end, start + this.#bodyLeft)
    if (this.status === 200 && !this.hasBid) this.#seekBid(bytes, start, bodyEnd)
    this.#bodyLeft -= bodyEnd - start
    if (this.#bodyLeft === 0) this.#state = STATE.complete
    return bodyEnd
  }

  /** Stops at the first, which stands near the start of an answer that has one. */
  #seekBid(bytes: Uint8Array, start: number, end: number): void {
    let matched = this.#bidMatched
    for (let at = start; at < end && matched < BID.length; at++) {
      if (bytes[at] === BID[matched]) matched++
      else matched = bytes[at] === BID[0] ? 1 : 0
    }
    this.hasBid = matched === BID.length
    this.#bidMatched = matched
  }

  #readLine(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end && bytes[at] !== LF) at++
    this.#headBytes += at - start
    if (this.#headBytes > HEAD_BYTES_MAX) {
      this.#refuse(`the head of the response is longer than ${HEAD_BYTES_MAX} bytes`)
      return at
    }
    const isWhole = at < end
    if (this.#lineLength === 0 && isWhole) {
      this.#takeLine(bytes, start, at)
      return at + 1
    }
    this.#keep(bytes, start, at)
    if (!isWhole) return at
    const length = this.#lineLength
    this.#lineLength = 0
    this.#takeLine(this.#line, 0, length)
    return at + 1
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const room = LINE_BYTES_MAX - this.#lineLength
    const kept = Math.min(end - start, room)
    for (let i = 0; i < kept; i++) this.#line[this.#lineLength + i] = bytes[start + i]
    this.#lineLength += kept
  }

  #takeLine(bytes: Uint8Array, start: number, endOfLine: number): void {
    const end = endOfLine > start && bytes[endOfLine - 1] === CR ? endOfLine - 1 : endOfLine
    if (this.#state === STATE.statusLine) this.#takeStatus(bytes, start, end)
    else if (start === end) this.#endHead()
    else this.#takeHeader(bytes, start, end)
  }

  /** `HTTP/1.1 200 OK`; the reason may be missing. */
  #takeStatus(bytes: Uint8Array, start: number, end: number): void {
    const status = numberOf(bytes, start + 9, start + 12)
    const isStatusLine =
      end - start >= 12 &&
      isText(bytes, start, start + 7, VERSION) &&
      bytes[start + 8] === SPACE &&
      status >= 100
    if (!isStatusLine || (end - start > 12 && bytes[start + 12] !== SPACE)) {
      this.#refuse('what came is not an HTTP/1.1 response')
      return
    }
    this.status = status
    this.isClosing = bytes[start + 7] === 0x30
    this.#state = STATE.header
  }

  #takeHeader(bytes: Uint8Array, start: number, end: number): void {
    let colon = start
    while (colon < end && bytes[colon] !== COLON) colon++
    let from = colon + 1
    let to = end
    while (from < to && (bytes[from] === SPACE || bytes[from] === TAB)) from++
    while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--
    if (isText(bytes, start, colon, CONTENT_LENGTH)) this.#takeLength(numberOf(bytes, from, to))
    else if (isText(bytes, start, colon, TRANSFER_ENCODING)) {
      this.#refuse('the response is chunked; the load generator reads only bodies with a content-length')
    } else if (isText(bytes, start, colon, CONNECTION) && isText(bytes, from, to, CLOSE))
      this.isClosing = true
  }

  #takeLength(length: number): void {
    if (length < 0) this.#refuse('the content-length is not a number')
    else if (this.#contentLength >= 0 && this.#contentLength !== length) {
      this.#refuse('the response has two content-lengths that disagree')
    } else this.#contentLength = length
  }

  #endHead(): void {
    if (this.status === 101) this.#refuse('the server switches protocols')
    else if (this.status < 200) this.#beginHead()
    else if (this.status === 204 || this.status === 304) this.#state = STATE.complete
    else if (this.#contentLength < 0) {
      this.#refuse('the response has no content-length; the load generator cannot tell where its body ends')
    } else {
      this.bodyBytes = this.#contentLength
      this.#bodyLeft = this.#contentLength
      this.#state = this.#bodyLeft === 0 ? STATE.complete : STATE.body
    }
  }

  #refuse(fault: string): void {
    this.fault = fault
    this.#state = STATE.fault
  }
}

/** The decimal number of one to fifteen digits that fills the range, or -1. */
function numberOf(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 15) return -1
  let number = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

/** Whether the range is this text, which is given in lower case. */
function isText(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false
  for (let i = 0; i < text.length; i++) if (fold(bytes[start + i]) !== text[i]) return false
  return true
}
