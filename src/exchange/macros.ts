/**
 * Macros that an exchange expands in the URLs of notices: OpenRTB 2.6 section 4.4, and VAST's for the code of an error.
 * Exchanges replace them blindly, so they stand as they are, without percent-encoding.
 */
export const MACRO = {
  /** The clearing price, in the currency and unit of the bid. */
  price: `\${AUCTION_PRICE}`,
  /** Why the bid has lost, by the loss reasons of OpenRTB 3.0. */
  loss: `\${AUCTION_LOSS}`,
  /** The least that would have won. */
  minToWin: `\${AUCTION_MIN_TO_WIN}`,
  errorCode: '[ERRORCODE]',
} as const
