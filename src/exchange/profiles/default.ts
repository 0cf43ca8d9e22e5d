import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** An exchange that keeps to the letter of OpenRTB, and of which nothing else is known. */
export const defaultProfile: ExchangeProfile = {
  name: 'default',
  source: 'IAB Tech Lab, OpenRTB 2.6, 2026',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: false,
  nurl: 'win',
  isBurlSent: true,
  isLurlSent: true,
  billedBy: 'burl',
  priceMacro: {
    text: MACRO.price,
    isInMarkup: true,
    isInVast: true,
  },
  minToWinMacro: { inNurl: MACRO.minToWin, inLurl: MACRO.minToWin },
  priceUnit: 'cpm',
  priceCipher: 'none',
  clickMacro: '',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  isSeatRequired: false,
  // One for a deal and one for the open auction, as the implementation guide asks (section 7.3).
  bidsPerImpMax: 2,
  // The specification has no limit. This one is ours, and far beyond an answer to ten imps.
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: false,
}
