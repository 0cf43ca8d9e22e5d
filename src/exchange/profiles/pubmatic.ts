import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** PubMatic. */
export const pubmatic: ExchangeProfile = {
  name: 'pubmatic',
  source: 'PubMatic, community pages, "OpenRTB 2.1 - PubMatic Extensions", 2017',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: false,
  // Win notices are not supported, so the markup has to tell.
  nurl: 'none',
  isBurlSent: false,
  isLurlSent: false,
  billedBy: 'markup',
  priceMacro: {
    text: MACRO.price,
    isInMarkup: true,
    isInVast: true,
  },
  minToWinMacro: { inNurl: '', inLurl: '' },
  priceUnit: 'cpm',
  priceCipher: 'none',
  clickMacro: '',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  // A number, written as text.
  isSeatRequired: true,
  bidsPerImpMax: 5,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: true,
}
