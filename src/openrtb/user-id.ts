/**
 * The id by which a request's user is known: the device's advertising id, or else the id that the exchange keeps for us,
 * or else the exchange's own (OpenRTB 2.6 sections 3.2.18 and 3.2.20). An id that is empty or made of zeros is none.
 *
 * Reading a request does not come here: whoever has seen that the permit allows ids does. Nothing is allocated unless an
 * id is written with escapes. Valid until the tape is scanned again.
 */
import { KEY } from './keys.ts'
import { NONE, type Tape } from './tape.ts'

export const ID_KIND = { none: 0, ifa: 1, buyeruid: 2, exchange: 3 } as const
export type IdKind = (typeof ID_KIND)[keyof typeof ID_KIND]

/** Where the request has its objects: tokens, or `NONE`. */
export type UserPlaces = { readonly tape: Tape; readonly device: number; readonly user: number }

/** An id in the bytes from `start` up to `end`. */
export type IdSpan = { kind: IdKind; start: number; end: number }

export class UserId implements IdSpan {
  kind: IdKind = ID_KIND.none
  start = 0
  end = 0

  /** False when the request names no user. */
  read({ tape, device, user }: UserPlaces): boolean {
    return (
      this.#take(tape, ID_KIND.ifa, memberOf(tape, device, KEY.ifa)) ||
      this.#take(tape, ID_KIND.buyeruid, memberOf(tape, user, KEY.buyeruid)) ||
      this.#take(tape, ID_KIND.exchange, memberOf(tape, user, KEY.id))
    )
  }

  #take(tape: Tape, kind: IdKind, token: number): boolean {
    const isGiven = token !== NONE && isId(tape, token)
    this.kind = isGiven ? kind : ID_KIND.none
    this.start = isGiven ? tape.start(token) : 0
    this.end = isGiven ? tape.end(token) : 0
    return isGiven
  }
}

/** The member of an object that was written last under a name, or `NONE`. */
function memberOf(tape: Tape, object: number, key: number): number {
  if (object === NONE) return NONE
  let found = NONE
  const end = tape.next(object)
  for (let token = object + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === key) found = token
  }
  return found
}

function isId(tape: Tape, token: number): boolean {
  tape.unescape(token)
  return tape.isScalarText(token) && !isBlank(tape, token)
}

const DASH = 0x2d
const DIGIT_0 = 0x30

/** Whether text is empty, or zeros and dashes alone. */
export function isBlank(tape: Tape, token: number): boolean {
  const end = tape.end(token)
  for (let at = tape.start(token); at < end; at++) {
    const byte = tape.bytes[at]
    if (byte !== DIGIT_0 && byte !== DASH) return false
  }
  return true
}
