/**
 * Markup and notices: that they are there, load over TLS, and leave no macro behind.
 */
import type { BidCase } from './bid-case.ts'
import { parseHtml } from './html.ts'
import { isFilledText, shown, within } from './loose-json.ts'
import { checkMacros, type MacroPlace } from './macros.ts'

const NOTICES = ['nurl', 'burl', 'lurl', 'iurl'] as const

export function checkMarkup(bidCase: BidCase): void {
  for (const name of NOTICES) checkNotice(bidCase, name)
  const { bid, say } = bidCase
  const path = bid.adm_native === undefined ? '/adm' : '/adm_native'
  const isThere = isMarkupThere(bidCase, path)
  checkPriceMacro(bidCase)
  if (!isThere) return
  const texts = textsOfMarkup(bidCase)
  // As Prebid Server looks for it: anywhere in the markup, URL-encoded too.
  if (texts.some((text) => /http(:|%3a)/i.test(text))) say('adm.secure', path, 'there is a http:')
  else if (!texts.some((text) => /https(:|%3a)/i.test(text))) say('adm.secure', path, 'there is no https:')
  for (const text of texts) checkMacros(text, path, placeOf(bidCase), bidCase.options.house, say)
  if (bidCase.slot?.kind === 'banner') checkHtml(bidCase)
}

/** Whether there is markup to look into. Markup that is absent may come from `nurl` (section 4.3). */
function isMarkupThere({ bid, options, say }: BidCase, path: string): boolean {
  const isMarkupSent = options.house?.isMarkupSent
  const isAbsent = bid.adm === undefined && bid.adm_native === undefined
  if (isMarkupSent === false) {
    if (!isAbsent) say('house.markup', path, 'the exchange takes none')
    return false
  }
  if (isMarkupSent === true && isAbsent) {
    say('house.markup', path, 'there is none')
    return false
  }
  if (isAbsent && isFilledText(bid.nurl)) return false
  // What is in `adm_native` is for the rules of native.
  if (bid.adm_native !== undefined) return true
  if (!isFilledText(bid.adm)) say('adm.present', path, `is ${shown(bid.adm)}`)
  return isFilledText(bid.adm)
}

function textsOfMarkup({ bid }: BidCase): string[] {
  if (bid.adm_native === undefined) return [bid.adm].filter(isFilledText)
  return Array.from(within(bid.adm_native), ({ value }) => value).filter(isFilledText)
}

function placeOf({ slot }: BidCase): MacroPlace {
  if (slot?.kind === 'native') return 'native'
  return slot?.kind === 'banner' ? 'banner' : 'film'
}

function checkNotice({ bid, options, say }: BidCase, name: (typeof NOTICES)[number]): void {
  const url = bid[name]
  if (typeof url !== 'string') return
  if (!/^https:\/\/[^\s"<>]+$/.test(url) || !URL.canParse(url)) {
    say('notice.https', `/${name}`, `${shown(url)} is no URL of https:`)
  }
  checkMacros(url, `/${name}`, 'notice', options.house, say)
}

function checkPriceMacro(bidCase: BidCase): void {
  const { bid, options, say } = bidCase
  const macro = options.house?.priceMacroRequired
  if (macro === undefined) return
  const places = [...textsOfMarkup(bidCase), bid.burl].filter(isFilledText)
  if (!places.some((text) => text.includes(macro))) {
    say('house.price_macro', '/adm', `${macro} is neither in adm nor in burl`)
  }
}

function checkHtml({ bid: { adm }, say }: BidCase): void {
  if (!isFilledText(adm)) return
  const { fault } = parseHtml(adm)
  if (fault !== undefined) say('adm.html', '/adm', fault)
}
