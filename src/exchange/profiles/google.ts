import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** Google Authorized Buyers. */
export const google: ExchangeProfile = {
  name: 'google',
  source: 'Google, Authorized Buyers real-time bidding guides and macro support, 2024',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json; charset=utf-8',
  isGzipAnswered: false,
  nurl: 'none',
  isBurlSent: true,
  isLurlSent: false,
  billedBy: 'burl',
  priceMacro: {
    text: MACRO.price,
    isInMarkup: true,
    // Expanded in the URL of a VAST document, not in the impression URL inside one.
    isInVast: false,
  },
  minToWinMacro: { inNurl: '', inLurl: '' },
  // As its help has it of %%WINNING_PRICE%%; of `${AUCTION_PRICE}` no text says it. To be measured in a test account.
  priceUnit: 'impression_micros',
  priceCipher: 'google',
  clickMacro: '%%CLICK_URL_UNESC%%',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  isSeatRequired: false,
  bidsPerImpMax: 2,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: false,
}
