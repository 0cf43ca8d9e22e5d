/**
 * What the EU Digital Services Act asks of a bid (OpenRTB extension `dsa`). It stands in `regs` since 2.6, in `regs.ext`
 * before and in some senders still; where places or names disagree the strictest counts, as it does for privacy.
 */
import { KEY } from './keys.ts'
import { NONE, type Tape } from './tape.ts'

/** `pubrender` when nothing is said (codes are 0 cannot, 1 maybe, 2 will). */
export const DSA_RENDER_UNKNOWN = -1

export type DsaFields = {
  hasDsa: boolean
  /** `dsarequired`: from 2 on a bid without its own object is refused; 0 when nothing is said. */
  dsaRequired: number
  dsaPublisherRender: number
}

/** Adds to fields that say nothing yet. @param regs token of an object. */
export function readDsa(tape: Tape, regs: number, into: DsaFields): void {
  addDsa(tape, objectIn(tape, regs, KEY.dsa), into)
  const ext = objectIn(tape, regs, KEY.ext)
  if (ext !== NONE) addDsa(tape, objectIn(tape, ext, KEY.dsa), into)
}

function addDsa(tape: Tape, dsa: number, into: DsaFields): void {
  if (dsa === NONE) return
  let required = 0
  let requiredBefore2024 = 0
  let render = DSA_RENDER_UNKNOWN
  const end = tape.next(dsa)
  for (let token = dsa + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.dsarequired) required = tape.integer(token, 0)
    else if (key === KEY.required) requiredBefore2024 = tape.integer(token, 0)
    else if (key === KEY.pubrender) render = tape.integer(token, DSA_RENDER_UNKNOWN)
  }
  into.hasDsa = true
  into.dsaRequired = Math.max(into.dsaRequired, required, requiredBefore2024)
  const isKnown = into.dsaPublisherRender !== DSA_RENDER_UNKNOWN
  if (render >= 0 && !(isKnown && into.dsaPublisherRender < render)) into.dsaPublisherRender = render
}

/** The member of that name, as last written, when it is an object. */
function objectIn(tape: Tape, object: number, key: number): number {
  let found = NONE
  const end = tape.next(object)
  for (let token = object + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === key) found = tape.objectOrNone(token)
  }
  return found
}
