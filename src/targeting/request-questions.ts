/**
 * What a request asks of every ad, and what its imps and deals add to it.
 */
import { hashBytes } from '../base/hash.ts'
import type { DealView } from '../openrtb/deal.ts'
import type { ImpView } from '../openrtb/imp.ts'
import { INVENTORY, type RequestView, TEXT } from '../openrtb/request.ts'
import { NONE, type Tape } from '../openrtb/tape.ts'
import { deviceClassOf } from './ad.ts'
import { allowCategories, blockCategories, requireCategory } from './category-questions.ts'
import type { TargetIndex } from './compile.ts'
import { ABSENT } from './dictionary.ts'
import type { Question } from './question.ts'
import { addDomains, addList, blockDomains, blockList, blockText, requireText } from './text-questions.ts'

export function askForRequest(
  question: Question,
  index: TargetIndex,
  view: RequestView,
  exchangeIndex: number,
): void {
  const { tape } = view
  // Those that leave the fewest ads come first: a word that is empty needs no further question.
  requireText(question, index.countries, view, TEXT.country)
  requireCategory(question, index, view)
  question.require(index.devices[deviceClassOf(view.deviceType)])
  requireText(question, index.operatingSystems, view, TEXT.os)
  requireRegion(question, index, view)
  const publisher = view.inventory === INVENTORY.app ? TEXT.bundle : TEXT.domain
  requireText(question, index.publishers, view, publisher)
  question.require(index.inventory[view.inventory])
  requireText(question, index.languages, view, TEXT.language)
  question.require(index.exchanges[exchangeIndex])
  requireAdLanguage(question, index, view)
  blockText(question, index.refusedPublishers, view, publisher)
  blockCategories(question, index, view, view.blockedCategories)
  allowCategories(question, index, view)
  blockDomains(question, index.adDomains, tape, view.blockedAdvertisers)
  blockList(question, index.adBundles, tape, view.blockedApps)
}

export function askForImp(question: Question, index: TargetIndex, view: RequestView, imp: ImpView): void {
  blockCategories(question, index, view, imp.blockedCategories)
  blockDomains(question, index.adDomains, view.tape, imp.blockedAdvertisers)
}

/** @param found place of the deal's id in `index.deals`. */
export function askForDeal(
  question: Question,
  index: TargetIndex,
  tape: Tape,
  deal: DealView,
  found: number,
): void {
  question.require(index.deals.rows[found])
  if (deal.advertisers === NONE) return
  addDomains(question, index.advertisers, tape, deal.advertisers)
  question.endClause()
}

function requireAdLanguage(question: Question, { adLanguages }: TargetIndex, view: RequestView): void {
  if (view.languages === NONE) return
  question.add(adLanguages.otherwise)
  addList(question, adLanguages, view.tape, view.languages)
  question.endClause()
}

const DASH = 0x2d
/** A country and a region; no catalog's are as long. */
const scratch = Buffer.alloc(64)

function requireRegion(question: Question, { regions }: TargetIndex, view: RequestView): void {
  if (regions.values.size === 0) return
  const length = writeRegion(scratch, view)
  const found = regions.values.find(hashBytes(scratch, 0, length), scratch, 0, length)
  question.require(found === ABSENT ? regions.otherwise : regions.rows[found])
}

/** Writes country, dash and region; a region that already names its country ("US-CA") loses that part. */
function writeRegion(target: Buffer, { tape, textStart, textEnd }: RequestView): number {
  const countryLength = textEnd[TEXT.country] - textStart[TEXT.country]
  let start = textStart[TEXT.region]
  const end = textEnd[TEXT.region]
  for (let at = start; at < end; at++) if (tape.bytes[at] === DASH) start = at + 1
  if (countryLength === 0 || end === start || countryLength + end - start + 1 > target.length) return 0
  tape.bytes.copy(target, 0, textStart[TEXT.country], textEnd[TEXT.country])
  target[countryLength] = DASH
  tape.bytes.copy(target, countryLength + 1, start, end)
  return countryLength + 1 + end - start
}
