import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** Index Exchange. A bid without the price macro in `adm` or `burl` is refused. */
export const index: ExchangeProfile = {
  name: 'index',
  source: 'Index Exchange, knowledge base for DSPs, "Win notification macro", 2025',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: false,
  nurl: 'none',
  isBurlSent: true,
  isLurlSent: false,
  billedBy: 'burl',
  priceMacro: {
    text: MACRO.price,
    isInMarkup: true,
    isInVast: true,
  },
  minToWinMacro: { inNurl: '', inLurl: '' },
  priceUnit: 'cpm',
  // Prices can be encrypted as at Google where a publisher insists; this profile is for those that are not.
  priceCipher: 'none',
  clickMacro: '',
  // Whatever the version of the request.
  nativeWrapper: 'always',
  nativeField: 'adm',
  isSeatRequired: false,
  bidsPerImpMax: 2,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: false,
}
