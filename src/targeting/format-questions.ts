/**
 * What an imp asks of the ads of one format. What is asked of one media file or one asset together no row can say: that
 * is for `mediaSuits` and `canFill`.
 */
import { type BannerView, ratioOf } from '../openrtb/banner.ts'
import { CREATIVE_ATTRIBUTE } from '../openrtb/codes.ts'
import type { FilmView } from '../openrtb/film.ts'
import type { ImpView } from '../openrtb/imp.ts'
import type { RequestView } from '../openrtb/request.ts'
import { NONE, type Tape } from '../openrtb/tape.ts'
import { FORMAT } from './ad.ts'
import type { TargetIndex } from './compile.ts'
import type { CodeRows } from './creative-rows.ts'
import type { Question } from './question.ts'
import { addList } from './text-questions.ts'

/** AdCOM "Creative Subtypes - Display": what our banners are. */
const XHTML_BANNER = 2

/** Asks at least one clause. False when the imp takes nothing of this format; its native slot has been read. */
export function askForFormat(
  question: Question,
  index: TargetIndex,
  view: RequestView,
  imp: ImpView,
  format: number,
): boolean {
  switch (format) {
    case FORMAT.banner:
      return imp.banner.isThere && askForBanner(question, index, view, imp)
    case FORMAT.video:
      return imp.video.isThere && askForFilm(question, index, view.tape, imp.video, format)
    case FORMAT.audio:
      return imp.audio.isThere && askForFilm(question, index, view.tape, imp.audio, format)
    default:
      askFor(question, index.formats[format])
      refuse(question, index, imp.nativeBlockedAttributes, imp.nativeApis)
      return true
  }
}

function askForBanner(question: Question, index: TargetIndex, view: RequestView, imp: ImpView): boolean {
  const { banner } = imp
  if ((banner.blockedTypes & (1 << XHTML_BANNER)) !== 0) return false
  for (let i = 0; i < banner.sizeCount; i++) {
    const row = index.sizes.get(banner.sizes[i])
    if (row !== undefined) question.add(row)
  }
  // An interstitial without sizes fills the screen.
  const isScreen = imp.isInterstitial && !banner.isSized && !banner.isRanged
  if (banner.ratioCount > 0 || banner.isRanged || isScreen) {
    for (const [size, row] of index.sizes) {
      const width = size >>> 16
      const height = size & 0xffff
      const isOnScreen = isScreen && width <= view.deviceWidth && height <= view.deviceHeight
      const isInRatio = ratioOf(banner, width, height) !== NONE
      if (isOnScreen || isInRatio || isInRange(banner, width, height)) question.add(row)
    }
  }
  question.endClause()
  requireMimes(question, index, view.tape, banner.mimes)
  refuse(question, index, banner.blockedAttributes, banner.apis)
  return true
}

function isInRange(banner: BannerView, width: number, height: number): boolean {
  const { isRanged, widthMin, widthMax, heightMin, heightMax } = banner
  return (
    isRanged &&
    width >= widthMin &&
    width <= (widthMax || width) &&
    height >= heightMin &&
    height <= (heightMax || height)
  )
}

function askForFilm(
  question: Question,
  index: TargetIndex,
  tape: Tape,
  film: FilmView,
  format: number,
): boolean {
  if (film.isNonlinear) return false
  for (const { durationS, row } of index.durations) {
    if (film.isDurationAllowed(tape, durationS)) question.add(row)
  }
  question.endClause()
  question.require(index.formats[format])
  if (film.inlineProtocol === 0) question.require(index.wrappers)
  if (film.wrapperProtocol === 0) question.require(index.inlines)
  requireMimes(question, index, tape, film.mimes)
  const skip = film.isSkipped ? 1 << CREATIVE_ATTRIBUTE.skipButton : 0
  refuse(question, index, film.blockedAttributes | skip, film.apis)
  return true
}

/** Asks even what all ads pass, so that there is a clause. */
function askFor(question: Question, row: number): void {
  question.add(row)
  question.endClause()
}

function requireMimes(question: Question, { mimes }: TargetIndex, tape: Tape, list: number): void {
  if (list === NONE) return
  addList(question, mimes, tape, list)
  question.endClause()
}

/** Leaves out ads with a blocked attribute, or that need an API framework which is not listed. */
function refuse(question: Question, index: TargetIndex, blockedAttributes: number, apis: number): void {
  blockCodes(question, index.attributes, blockedAttributes)
  blockCodes(question, index.apis, ~apis)
}

function blockCodes(question: Question, codes: CodeRows, mask: number): void {
  for (const { bit, row } of codes) if ((mask & bit) !== 0) question.block(row)
}
