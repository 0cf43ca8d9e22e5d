/**
 * What an exchange may differ in. A profile is data, one file each in `profiles/`, with the source of what it says.
 */
export type ExchangeProfile = {
  /** The last part of the bid URL; `/openrtb2/bid` alone is `default`. */
  readonly name: string
  /** Where its facts stand: publisher, title, and the year of the text. */
  readonly source: string
  /** What the network takes of `tmax`, there and back, in milliseconds. */
  readonly networkAllowanceMs: number
  /** A no-bid: 204 without a body, or 200 with `{"id","seatbid":[],"nbr"}`. */
  readonly noBid: 'empty' | 'reason'
  /** `Content-Type` of answers. */
  readonly contentType: string
  /** Whether answers may be compressed where the request's `Accept-Encoding` takes gzip. */
  readonly isGzipAnswered: boolean
  /** What a call of `nurl` tells us, or that none is sent. */
  readonly nurl: 'win' | 'impression' | 'none'
  readonly isBurlSent: boolean
  readonly isLurlSent: boolean
  /** What is paid for: the call of `burl`, of `nurl`, or of the impression URL in the markup. */
  readonly billedBy: 'burl' | 'nurl' | 'markup'
  readonly priceMacro: {
    /** As it is written, such as `${AUCTION_PRICE}`. */
    readonly text: string
    /** Whether it may stand in HTML and native markup, and in the URLs inside VAST. */
    readonly isInMarkup: boolean
    readonly isInVast: boolean
  }
  /** Macro of the least price that would have won, such as `${AUCTION_MIN_TO_WIN}`; '' where none is expanded. */
  readonly minToWinMacro: { readonly inNurl: string; readonly inLurl: string }
  /** What a decoded price means. */
  readonly priceUnit: 'cpm' | 'cpm_micros' | 'impression_micros'
  readonly priceCipher: 'none' | 'google'
  /** A macro in front of the click URL in HTML, which then is percent-encoded; '' for none. */
  readonly clickMacro: string
  /** The `native` object around a native answer: as the request had it, always, or never. */
  readonly nativeWrapper: 'as_request' | 'always' | 'never'
  /** Field of the bid that carries a native answer: text in `adm`, or an object in BidSwitch's `adm_native`. */
  readonly nativeField: 'adm' | 'adm_native'
  /** Without a seat configured for it, this exchange takes no bid. */
  readonly isSeatRequired: boolean
  /** Bids that an imp may get; deals come first. */
  readonly bidsPerImpMax: number
  /** The longest answer in bytes. */
  readonly answerBytesMax: number
  /** False where creatives are registered beforehand and chosen by their id (`adid`), without markup. */
  readonly isMarkupSent: boolean
  /** Whether bids carry `iurl`, a sample image. */
  readonly isSampleImageSent: boolean
}
