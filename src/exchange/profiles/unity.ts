import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** Unity Exchange. */
export const unity: ExchangeProfile = {
  name: 'unity',
  source: 'Unity, Exchange documentation for demand partners, "Bid responses", 2025',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: true,
  nurl: 'impression',
  isBurlSent: false,
  isLurlSent: false,
  billedBy: 'nurl',
  priceMacro: {
    text: MACRO.price,
    isInMarkup: false,
    isInVast: false,
  },
  minToWinMacro: { inNurl: '', inLurl: '' },
  priceUnit: 'cpm',
  priceCipher: 'none',
  clickMacro: '',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  isSeatRequired: false,
  // Of several it takes any one.
  bidsPerImpMax: 1,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: false,
}
