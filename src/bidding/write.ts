/**
 * From choices to the bytes of the answer: ids and tokens for each bid, then the wire. All answers are written into one
 * buffer, each over the one before.
 */
import { ByteWriter } from '../base/byte-writer.ts'
import { NONE } from '../budget/holds.ts'
import { writeToken } from '../exchange/token.ts'
import { RATIO_CELLS } from '../openrtb/banner.ts'
import {
  type AdFragment,
  type BidText,
  type ResponseTerms,
  writeNoBid,
  writeResponse,
} from '../openrtb/response.ts'
import { currencyText } from '../pricing/currency.ts'
import { FORMAT } from '../targeting/ad.ts'
import type { BidIds } from './bid-ids.ts'
import type { Choice } from './choose.ts'
import type { Exchange, Operator } from './operator.ts'
import type { Slot } from './slot.ts'
import type { Ads } from './snapshot.ts'

/** What remains of a request for its answer. */
export type RequestTerms = {
  readonly idRaw: string
  readonly isTest: boolean
  readonly hasDsa: boolean
  readonly taxonomy: number
  readonly currency: number
  readonly unitsPerUsd: number
}

/** Of an answer that is told by its status alone. */
export const NO_BODY: Uint8Array = new Uint8Array(0)

export class AnswerWriter {
  /** A byte more than the longest answer may have. */
  readonly #out: ByteWriter
  readonly #exchanges: readonly Exchange[]
  readonly #operator: Operator
  readonly #ids: BidIds

  constructor(exchanges: readonly Exchange[], operator: Operator, ids: BidIds) {
    this.#out = new ByteWriter(1 + Math.max(...exchanges.map(({ profile }) => profile.answerBytesMax)))
    this.#exchanges = exchanges
    this.#operator = operator
    this.#ids = ids
  }

  /** Too long an answer is cut at its end, and so are the choices; `NO_BODY` when not even one bid fits. */
  write(
    ads: Ads,
    exchangeIndex: number,
    request: RequestTerms,
    choices: Choice[],
    wallMs: number,
    onCut: (choice: Choice) => void,
  ): Uint8Array {
    const exchange = this.#exchanges[exchangeIndex]
    const terms = responseTermsOf(exchange, request, this.#ids.next())
    const bidAtS = Math.floor(wallMs / 1000)
    const bids = choices.map((choice) => this.#bidOf(ads, exchangeIndex, request, choice, bidAtS))
    const count = writeResponse(this.#out, terms, bids, exchange.profile.answerBytesMax)
    while (choices.length > count) onCut(choices.pop()!)
    return count === 0 ? NO_BODY : this.#out.view()
  }

  /** `NO_BODY` where the id of the request is longer than any answer. */
  writeNoBid(requestIdRaw: string, reason: number): Uint8Array {
    const out = this.#out
    writeNoBid(out, requestIdRaw, reason)
    return out.length === out.bytes.length ? NO_BODY : out.view()
  }

  #bidOf(
    { traits, fragments, registeredIds }: Ads,
    exchangeIndex: number,
    request: RequestTerms,
    choice: Choice,
    bidAtS: number,
  ): BidText {
    const { profile } = this.#exchanges[exchangeIndex]
    const { slot, ad, bidNumber } = choice
    const fragment = fragments[ad]
    const campaignId = traits.campaignIds[ad]
    const creativeId = traits.creativeIds[ad]
    const id = bidNumber === NONE ? this.#ids.next() : this.#ids.ofBid(bidNumber)
    choice.bidId = id
    const token = writeToken(this.#operator.seal, {
      bidAtS,
      exchangeName: profile.name,
      campaignId,
      creativeId,
      priceCpmMicros: choice.priceCpmMicros,
      currency: currencyText(request.currency),
      usdCpmMicros: choice.usdCpmMicros,
      bidId: id,
      isTest: request.isTest,
      clickProbability: choice.clickProbability,
      model: choice.model,
      propensity: choice.propensity,
      pairKey: choice.pairKey,
    })
    return {
      id,
      impIdRaw: slot.imp.idRaw,
      dealIdRaw: slot.dealIdRaw,
      priceMicros: choice.priceCpmMicros,
      ad: fragment,
      campaignId,
      creativeId,
      registeredId: registeredIds[ad][exchangeIndex],
      protocol: protocolOf(slot, traits.format[ad], fragment.film?.isWrapper === true),
      nativeSpec: slot.imp.native,
      ratio: slot.imp.ratios === undefined ? '' : ratioText(slot.imp.ratios, fragment),
      token: token.forExchange,
      markupToken: token.forMarkup,
    }
  }
}

function responseTermsOf(
  { profile, seatJson, urls }: Exchange,
  request: RequestTerms,
  id: string,
): ResponseTerms {
  return {
    requestIdRaw: request.idRaw,
    responseId: id,
    currency: currencyText(request.currency),
    seat: seatJson,
    taxonomy: request.taxonomy,
    hasDsa: request.hasDsa,
    isMarkupSent: profile.isMarkupSent,
    isSampleImageSent: profile.isSampleImageSent,
    nativeWrapper: profile.nativeWrapper,
    nativeField: profile.nativeField,
    noticeMembers: urls.members,
    frames: urls.frames,
  }
}

function protocolOf({ imp }: Slot, format: number, isWrapper: boolean): number {
  const film = format === FORMAT.video ? imp.video : format === FORMAT.audio ? imp.audio : undefined
  if (film === undefined) return 0
  return isWrapper ? film.wrapperProtocol : film.inlineProtocol
}

/** A banner of a flexible size says which one. */
function ratioText(ratios: Int32Array, { width, height }: AdFragment): string {
  for (let at = 0; at < ratios.length; at += RATIO_CELLS) {
    const isOfRatio = width > 0 && width * ratios[at + 1] === height * ratios[at]
    if (isOfRatio && width >= ratios[at + 2]) return `,"wratio":${ratios[at]},"hratio":${ratios[at + 1]}`
  }
  return ''
}
