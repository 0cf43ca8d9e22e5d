/**
 * Buyer seats: ids that an exchange and a bidder have agreed on, compared to the letter.
 */
import { NONE, type Tape } from '../openrtb/tape.ts'

/**
 * Whether a bid from `seat` is taken. Without a seat of our own only an open invitation is.
 * @param allowed, blocked tokens of lists of seats, or `NONE`.
 */
export function isSeatAccepted(
  tape: Tape,
  allowed: number,
  blocked: number,
  seat: Buffer | undefined,
): boolean {
  if (allowed !== NONE && !(seat !== undefined && isListed(tape, allowed, seat))) return false
  return blocked === NONE || seat === undefined || !isListed(tape, blocked, seat)
}

function isListed(tape: Tape, list: number, seat: Buffer): boolean {
  const end = tape.next(list)
  for (let token = tape.firstItem(list); token < end; token = tape.next(token)) {
    if (tape.isEqual(token, seat)) return true
  }
  return false
}
