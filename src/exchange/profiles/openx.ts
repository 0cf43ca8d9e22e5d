import type { ExchangeProfile } from '../profile.ts'

/** OpenX. */
export const openx: ExchangeProfile = {
  name: 'openx',
  source:
    'OpenX, documentation for demand partners, "Win Notifications" and "Passing Macros in Bid Responses", 2018',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: true,
  // Possible, but no difference in counts is discussed on its ground; the macro in the markup counts.
  nurl: 'none',
  isBurlSent: false,
  isLurlSent: false,
  billedBy: 'markup',
  // The plain macro is not expanded in markup.
  priceMacro: {
    text: `\${AUCTION_PRICE:OXCRYPT}`,
    isInMarkup: true,
    isInVast: true,
  },
  minToWinMacro: { inNurl: '', inLurl: '' },
  priceUnit: 'impression_micros',
  priceCipher: 'google',
  clickMacro: '{clickurl}',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  isSeatRequired: false,
  bidsPerImpMax: 1,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: false,
}
