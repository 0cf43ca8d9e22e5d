import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** BidSwitch, protocol 5.3. */
export const bidswitch: ExchangeProfile = {
  name: 'bidswitch',
  source: 'BidSwitch, protocol documentation, "5.x Updating Overview" and "Macros", 2025',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: false,
  // Called by the browser, and ignored beside a `burl` where the supplier wants calls from a server.
  nurl: 'none',
  isBurlSent: true,
  isLurlSent: false,
  billedBy: 'burl',
  priceMacro: {
    text: MACRO.price,
    isInMarkup: false,
    isInVast: false,
  },
  minToWinMacro: { inNurl: '', inLurl: '' },
  priceUnit: 'cpm',
  priceCipher: 'none',
  // Its click macro is an address for us to redirect to, which no notice may name.
  clickMacro: '',
  nativeWrapper: 'never',
  nativeField: 'adm_native',
  isSeatRequired: false,
  // At most two in a seat.
  bidsPerImpMax: 2,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: true,
}
