/**
 * Questions by category: what the page is about, and what an ad may or may not be about. Blocking or allowing IAB17
 * is to block or allow IAB17-12.
 */
import type { RequestView } from '../openrtb/request.ts'
import { NONE, type Tape } from '../openrtb/tape.ts'
import type { TargetIndex } from './compile.ts'
import type { TextRows } from './creative-rows.ts'
import { ABSENT } from './dictionary.ts'
import type { Question } from './question.ts'
import { blockList, findItem, findRange } from './text-questions.ts'

const DASH = 0x2d

/** Asks for ads that want one of the page's categories, or what one is part of. */
export function requireCategory(question: Question, { categories }: TargetIndex, view: RequestView): void {
  if (categories.values.size === 0) return
  question.add(categories.otherwise)
  if (view.categories !== NONE) addWithWholes(question, categories, view.tape, view.categories)
  question.endClause()
}

function addWithWholes(question: Question, texts: TextRows, tape: Tape, list: number): void {
  const end = tape.next(list)
  for (let item = tape.firstItem(list); item < end; item = tape.next(item)) {
    const found = findItem(texts, tape, item)
    if (found !== ABSENT) question.add(texts.rows[found])
    const whole = findWhole(texts, tape, item)
    if (whole !== ABSENT) question.add(texts.rows[whole])
  }
}

function findWhole(texts: TextRows, tape: Tape, item: number): number {
  if (!tape.isText(item)) return ABSENT
  const start = tape.start(item)
  const end = tape.end(item)
  let dash = start
  while (dash < end && tape.bytes[dash] !== DASH) dash++
  return dash === end ? ABSENT : findRange(texts, tape, start, dash)
}

/** @param list token of `bcat`, or `NONE`. */
export function blockCategories(
  question: Question,
  index: TargetIndex,
  view: RequestView,
  list: number,
): void {
  if (list === NONE) return
  const taxonomy = index.taxonomies.get(view.categoryTaxonomy)
  // Of an ad without categories in this taxonomy nobody can tell whether it is blocked.
  question.require(taxonomy === undefined ? index.none : taxonomy.carriers)
  if (taxonomy !== undefined) blockList(question, taxonomy.categories, view.tape, list)
}

/** Marks of the categories that are allowed, by their place in `Taxonomy.ownRows`. */
let allowed = new Uint8Array(64)

/** Every category of an ad has to be allowed, by itself or by what it is part of. */
export function allowCategories(question: Question, index: TargetIndex, view: RequestView): void {
  const { tape, allowedCategories: list } = view
  if (list === NONE) return
  const taxonomy = index.taxonomies.get(view.categoryTaxonomy)
  if (taxonomy === undefined) {
    question.require(index.none)
    return
  }
  const { categories, covers, ownRows, carriers } = taxonomy
  if (allowed.length < ownRows.length) allowed = new Uint8Array(2 * ownRows.length)
  allowed.fill(0)
  const end = tape.next(list)
  for (let item = tape.firstItem(list); item < end; item = tape.next(item)) {
    const found = findItem(categories, tape, item)
    if (found === ABSENT) continue
    for (const own of covers[found]) allowed[own] = 1
  }
  question.require(carriers)
  for (let own = 0; own < ownRows.length; own++) if (allowed[own] === 0) question.block(ownRows[own])
}
