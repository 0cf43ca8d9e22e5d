/**
 * Bids of video and audio: length, protocol, linearity and skipping (sections 3.2.7 and 3.2.8). The document itself is
 * for vast.ts.
 */
import { descendants, parseXml, type XmlElement } from '../xml.ts'
import type { BidCase } from './bid-case.ts'
import {
  allShown,
  isFilledText,
  isSet,
  isUnset,
  type JsonObject,
  limitOf,
  listOf,
  numberOf,
  numbersOf,
  shown,
} from './loose-json.ts'
import { checkVast, isDaast, VAST_FORMS } from './vast.ts'

const LINEAR = 1
const NON_LINEAR = 2
/** AdCOM "Creative Attributes": the ad has a skip button of its own. */
const ATTRIBUTE_SKIP = 16

/** @param media the video or audio of the imp that the bid fills. */
export function checkFilm(bidCase: BidCase, media: JsonObject): void {
  const { bid, say } = bidCase
  checkLength(bidCase, media)
  const offered: readonly unknown[] = protocolsOf(media)
  const isKnown = VAST_FORMS.has(bid.protocol) || isDaast(bid.protocol)
  if (!isKnown || (offered.length > 0 && !offered.includes(bid.protocol))) {
    const those = allShown(offered, 'those there are')
    say('video.protocol', '/protocol', `${shown(bid.protocol)} is not among ${those}`)
  }
  // The publisher shows the button; one of ours would be a second.
  if (isSet(media.skip) && listOf(bid.attr).includes(ATTRIBUTE_SKIP)) {
    say('video.skip', '/attr', 'the publisher has a skip button')
  }
  if (!isFilledText(bid.adm) || isDaast(bid.protocol)) return
  const parsed = parseXml(bid.adm)
  if ('fault' in parsed) say('vast.xml', '/adm', parsed.fault)
  else if (checkVast(parsed.root, bidCase, media)) checkForm(parsed.root, bidCase, media)
}

/** Codes of `protocols`; OpenRTB 2.0 had `protocol`, one or a list. */
export function protocolsOf({ protocols, protocol }: JsonObject): number[] {
  const codes = numbersOf(protocols)
  return codes.length > 0 ? codes : numbersOf(protocol)
}

/** Section 3.2.7: either the lengths of `rqddurs`, or a range, which `maxextended` may stretch. */
function checkLength({ bid: { dur }, say }: BidCase, media: JsonObject): void {
  if (typeof dur !== 'number' || !Number.isInteger(dur) || dur <= 0) {
    say('video.dur', '/dur', `is ${shown(dur)}`)
    return
  }
  const exact = numbersOf(media.rqddurs)
  if (exact.length > 0) {
    if (!exact.includes(dur)) say('video.dur', '/dur', `${dur} s is not among ${exact.join(', ')}`)
    return
  }
  const leastS = limitOf(media.minduration)
  const mostS = longestOf(media)
  if (dur < leastS) say('video.dur', '/dur', `${dur} s is less than ${leastS} s`)
  if (dur > mostS) say('video.dur', '/dur', `${dur} s is more than ${mostS} s`)
}

function longestOf({ maxduration, maxextended }: JsonObject): number {
  const isUnlimited = numberOf(maxextended) === -1 || limitOf(maxduration) === 0
  return isUnlimited ? Infinity : limitOf(maxduration) + limitOf(maxextended)
}

function checkForm(root: XmlElement, { bid, say }: BidCase, media: JsonObject): void {
  const linears = descendants(root, 'Linear')
  if (descendants(root, 'InLine').length > 0) {
    const hasNonLinear = descendants(root, 'NonLinear').length > 0
    const wanted = numberOf(media.linearity)
    if (wanted === LINEAR && linears.length === 0) say('video.linearity', '/adm', 'the ad is not linear')
    if (wanted === NON_LINEAR && !hasNonLinear) say('video.linearity', '/adm', 'the ad is no overlay')
  }
  const isSkippable = linears.some(({ attributes }) => attributes.has('skipoffset'))
  if (isSkippable && isUnset(media.skip) && !listOf(bid.attr).includes(ATTRIBUTE_SKIP)) {
    say('video.skip', '/attr', 'the VAST has a skipoffset')
  }
}
