/**
 * Macros: texts that the exchange replaces in notices and markup (section 4.4). One that it does not know stays as it
 * is, and then a price or an id is lost without anybody noticing.
 */
import type { HouseRules } from './bid-case.ts'
import type { Say } from './rules.ts'

const AUCTION_MACROS = new Set(
  [
    ...['ID', 'BID_ID', 'IMP_ID', 'SEAT_ID', 'AD_ID', 'PRICE', 'CURRENCY', 'MBR', 'LOSS', 'MIN_TO_WIN'],
    ...['MULTIPLIER', 'IMP_TS', 'DISCOUNT_PCT', 'DISCOUNT_CPM'],
  ].map((name) => `AUCTION_${name}`),
)
/** Those of consent, which the exchange or its page replaces. */
const PRIVACY_MACRO = /^(?:GDPR|GDPR_CONSENT_\d+|US_PRIVACY|GPP_SID|GPP_STRING_\d+)$/
/** A name, and after a colon what it is encoded with. */
const MACRO = /\$\{([A-Za-z][A-Za-z0-9_]*)(?::[A-Za-z0-9_-]+)?\}/g
/** What is left of an auction macro that is not spelled so. */
const BROKEN = /(?:\$|\{|%24|%7B)+AUCTION_\w*/i
/** Macros of ad servers and templates, and those of VAST. */
const FOREIGN = /%%[A-Z][A-Z_]*(?::[^%\s]*)?%%|\{\{\s*[\w.]+\s*\}\}|\{winning_price\}/
const VAST_MACRO = /\[(?:CACHEBUST(?:ER|ING)|TIMESTAMP|RANDOM|ERRORCODE)\]/i

export type MacroPlace = 'notice' | 'banner' | 'film' | 'native'

/** Checks the macros in a text that is sent at `path`. */
export function checkMacros(
  text: string,
  path: string,
  place: MacroPlace,
  house: HouseRules = {},
  say: Say,
): void {
  const agreed = [house.priceMacroRequired ?? '', ...(house.macros ?? [])].filter((macro) => macro !== '')
  const ours = agreed.reduce((rest, macro) => rest.replaceAll(macro, ''), text)
  const rest = ours.replaceAll(MACRO, (macro, name: string) => {
    if (AUCTION_MACROS.has(name) || PRIVACY_MACRO.test(name)) return ''
    if (/^AUCTION_/i.test(name)) say('macro.known', path, `there is no ${macro}`)
    // Scripts have the same spelling for values of their own, though not in capitals.
    else if (place === 'notice' || name === name.toUpperCase()) say('macro.foreign', path, `${macro} is left`)
    return ''
  })
  const broken = BROKEN.exec(rest)
  if (broken !== null) say('macro.known', path, `${broken[0]} is no macro`)
  const foreign =
    FOREIGN.exec(rest) ?? (place === 'notice' || place === 'banner' ? VAST_MACRO.exec(rest) : null)
  if (foreign !== null) say('macro.foreign', path, `${foreign[0]} is left`)
}
