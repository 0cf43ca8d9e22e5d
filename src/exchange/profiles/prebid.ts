import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** Prebid Server, in front of Prebid.js or Prebid Mobile. */
export const prebid: ExchangeProfile = {
  name: 'prebid',
  source: 'prebid/prebid-server (Go), source at 0ba3523; prebid/Prebid.js, Prebid Server adapter',
  // Prebid Server has already taken its network buffer out of the `tmax` that it sends.
  networkAllowanceMs: 5,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: false,
  // Prebid.js calls a `nurl` beside markup when it renders, which says no more than `burl` does.
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
  priceCipher: 'none',
  clickMacro: '',
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  isSeatRequired: false,
  bidsPerImpMax: 2,
  answerBytesMax: 262_144,
  isMarkupSent: true,
  isSampleImageSent: false,
}
