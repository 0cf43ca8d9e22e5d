import { MACRO } from '../macros.ts'
import type { ExchangeProfile } from '../profile.ts'

/** Xandr, now Microsoft Monetize. */
export const xandr: ExchangeProfile = {
  name: 'xandr',
  source: 'Microsoft, Xandr bidders documentation, "Incoming bid response from bidder", 2025',
  networkAllowanceMs: 20,
  noBid: 'empty',
  contentType: 'application/json',
  isGzipAnswered: false,
  nurl: 'impression',
  isBurlSent: false,
  // A closed beta.
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
  // The id of a member.
  isSeatRequired: true,
  bidsPerImpMax: 2,
  answerBytesMax: 262_144,
  // Markup in `adm` is for bidders that Microsoft has enabled, beside a creative registered for each brand and language.
  isMarkupSent: false,
  isSampleImageSent: false,
}
