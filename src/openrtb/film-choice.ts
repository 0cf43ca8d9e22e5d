/**
 * Which VAST to write for a player, from what its request lists.
 */
import { VAST_DEFAULT, VAST_VERSIONS, VAST_WRAPPER_DEFAULT, VAST_WRAPPER_VERSIONS } from './codes.ts'
import { NONE, type Tape } from './tape.ts'
import { codeList } from './values.ts'

/**
 * The newest protocol that the player lists and we write, as its AdCOM code; 0 when it lists none such. Players that do
 * not say are taken to understand VAST 3. Inline documents and wrappers are listed apart: a player that lists only the
 * one does not take the other.
 *
 * @param list token of `protocols` (OpenRTB 2.6 section 3.2.7), or of `protocol`, which in OpenRTB 2.0 was one number;
 *   `NONE` when absent.
 */
export function newestProtocol(tape: Tape, list: number, isWrapper: boolean): number {
  const versions = isWrapper ? VAST_WRAPPER_VERSIONS : VAST_VERSIONS
  const unknown = isWrapper ? VAST_WRAPPER_DEFAULT : VAST_DEFAULT
  if (list === NONE || codeList(tape, list) === NONE) return unknown
  let newest = 0
  const end = tape.next(list)
  for (let token = tape.firstItem(list); token < end; token = tape.next(token)) {
    // As it is: two and a half is no protocol.
    const protocol = tape.number(token)
    if (protocol > newest && versions.has(protocol)) newest = protocol
  }
  return newest
}
