/**
 * Questions by the segments that a user is in, each known by the hash of its name. A user of whom nothing is known, or
 * nothing may be, is in none: ads that want a segment are left out, ads that refuse some are not.
 *
 * Where no ad asks for segments neither does this. Two names of one hash are one segment: among a thousand names that is
 * once in some 9,000 catalogs.
 */
import type { TargetIndex } from './compile.ts'
import { ABSENT } from './dictionary.ts'
import type { Question } from './question.ts'

/** `hashText` of the names of a user's segments. */
export type Segments = Uint32Array
export const NO_SEGMENTS: Segments = new Uint32Array(0)

export function askForUser(question: Question, index: TargetIndex, known: Segments): void {
  requireSegment(question, index, known)
  blockSegments(question, index, known)
}

function requireSegment(question: Question, { segments }: TargetIndex, known: Segments): void {
  if (segments.values.size === 0) return
  question.add(segments.otherwise)
  for (let i = 0; i < known.length; i++) {
    const found = segments.values.findHash(known[i])
    if (found !== ABSENT) question.add(segments.rows[found])
  }
  question.endClause()
}

function blockSegments(question: Question, { refusedSegments }: TargetIndex, known: Segments): void {
  if (refusedSegments.values.size === 0) return
  for (let i = 0; i < known.length; i++) {
    const found = refusedSegments.values.findHash(known[i])
    if (found !== ABSENT) question.block(refusedSegments.rows[found])
  }
}
