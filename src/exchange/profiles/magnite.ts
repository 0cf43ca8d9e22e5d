import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** Magnite Streaming, which declares to keep strictly to OpenRTB 2.5. */
export const magnite: ExchangeProfile = {
  name: 'magnite',
  source: 'Magnite, "OpenRTB Specification for Bidders" v2.5.9, 2021',
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
  minToWinMacro: { inNurl: '', inLurl: '' },
  priceUnit: 'cpm',
  priceCipher: 'none',
  clickMacro: '',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  isSeatRequired: false,
  bidsPerImpMax: 1,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: false,
}
