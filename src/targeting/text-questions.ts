/**
 * Questions by text: one field of a request, or a list of texts. Lists are compared item by item; a number in one stands
 * for its text, as some senders write categories and bundles.
 */
import { fold, hashBytes } from '../base/hash.ts'
import type { RequestView } from '../openrtb/request.ts'
import { NONE, type Tape } from '../openrtb/tape.ts'
import { NO_ROW, type TextRows } from './creative-rows.ts'
import { ABSENT } from './dictionary.ts'
import type { Question } from './question.ts'

export function requireText(question: Question, texts: TextRows, view: RequestView, field: number): void {
  const row = rowOfField(texts, view, field)
  question.require(row === NO_ROW ? texts.otherwise : row)
}

export function blockText(question: Question, texts: TextRows, view: RequestView, field: number): void {
  const row = rowOfField(texts, view, field)
  if (row !== NO_ROW) question.block(row)
}

function rowOfField({ values, rows }: TextRows, view: RequestView, field: number): number {
  const { textHash, textStart, textEnd, tape } = view
  const found = values.find(textHash[field], tape.bytes, textStart[field], textEnd[field])
  return found === ABSENT ? NO_ROW : rows[found]
}

/** Adds the rows of a list's texts to the clause that is being made. */
export function addList(
  question: Question,
  texts: TextRows,
  tape: Tape,
  list: number,
  areDomains = false,
): void {
  const end = tape.next(list)
  for (let item = tape.firstItem(list); item < end; item = tape.next(item)) {
    const found = findItem(texts, tape, item, areDomains)
    if (found !== ABSENT) question.add(texts.rows[found])
  }
}

/** @param list a token, or `NONE`. */
export function blockList(
  question: Question,
  texts: TextRows,
  tape: Tape,
  list: number,
  areDomains = false,
): void {
  if (list === NONE || texts.values.size === 0) return
  const end = tape.next(list)
  for (let item = tape.firstItem(list); item < end; item = tape.next(item)) {
    const found = findItem(texts, tape, item, areDomains)
    if (found !== ABSENT) question.block(texts.rows[found])
  }
}

/** The place of an item's text among `texts`, or `ABSENT`. */
export function findItem(texts: TextRows, tape: Tape, item: number, isDomain = false): number {
  if (!tape.isScalarText(item)) return ABSENT
  return findRange(texts, tape, isDomain ? startOfDomain(tape, item) : tape.start(item), tape.end(item))
}

export function findRange({ values }: TextRows, { bytes }: Tape, start: number, end: number): number {
  return values.find(hashBytes(bytes, start, end), bytes, start, end)
}

/** Domains are compared without a leading `www.`. */
export function addDomains(question: Question, texts: TextRows, tape: Tape, list: number): void {
  addList(question, texts, tape, list, true)
}

export function blockDomains(question: Question, texts: TextRows, tape: Tape, list: number): void {
  blockList(question, texts, tape, list, true)
}

const WWW = Buffer.from('www.')

function startOfDomain(tape: Tape, item: number): number {
  const start = tape.start(item)
  if (tape.end(item) - start <= WWW.length) return start
  for (let i = 0; i < WWW.length; i++) if (fold(tape.bytes[start + i]) !== WWW[i]) return start
  return start + WWW.length
}
