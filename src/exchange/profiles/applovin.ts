import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** AppLovin Exchange (MAX). */
export const applovin: ExchangeProfile = {
  name: 'applovin',
  source: 'AppLovin, RTB specification, "Bid Responses", 2025',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: true,
  nurl: 'win',
  isBurlSent: true,
  isLurlSent: true,
  billedBy: 'burl',
  // Documented for the notices alone.
  priceMacro: {
    text: MACRO.price,
    isInMarkup: false,
    isInVast: false,
  },
  minToWinMacro: { inNurl: `\${AUCTION_MINIMUM_BID_TO_WIN}`, inLurl: '' },
  priceUnit: 'cpm',
  priceCipher: 'none',
  clickMacro: '',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  isSeatRequired: false,
  bidsPerImpMax: 1,
  answerBytesMax: 4_096,
  isMarkupSent: true,
  isSampleImageSent: false,
}
