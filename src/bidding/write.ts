/**
 * From choices to the text of the answer: ids and tokens for each bid, then the wire.
 */
import type { Prng } from '../base/prng.ts'
import { writeToken } from '../exchange/token.ts'
import { RATIO_CELLS } from '../openrtb/banner.ts'
import { type AdFragment, type BidText, type ResponseTerms, writeResponse } from '../openrtb/response.ts'
import { currencyText } from '../pricing/currency.ts'
import { FORMAT } from '../targeting/ad.ts'
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

export class AnswerWriter {
  readonly #exchanges: readonly Exchange[]
  readonly #operator: Operator
  readonly #idPrefix: string
  #idCount = 0

  constructor(exchanges: readonly Exchange[], operator: Operator, prng: Prng) {
    this.#exchanges = exchanges
    this.#operator = operator
    this.#idPrefix = `${prng.uint32().toString(36)}${prng.uint32().toString(36)}`
  }

  /** Too long an answer is cut at its end; '' when not even one bid fits. */
  write(
    ads: Ads,
    exchangeIndex: number,
    request: RequestTerms,
    choices: readonly Choice[],
    wallMs: number,
  ): string {
    const exchange = this.#exchanges[exchangeIndex]
    const terms = responseTermsOf(exchange, request, this.#nextId())
    const expiresS = Math.floor(wallMs / 1000) + this.#operator.noticeLifetimeS
    const bids = choices.map((choice) => this.#bidOf(ads, exchangeIndex, request, choice, expiresS))
    for (;;) {
      const text = writeResponse(terms, bids)
      if (isWithin(text, exchange.profile.answerBytesMax)) return text
      bids.pop()
      if (bids.length === 0) return ''
    }
  }

  #bidOf(
    { traits, fragments, registeredIds }: Ads,
    exchangeIndex: number,
    request: RequestTerms,
    { slot, ad, priceCpmMicros }: Choice,
    expiresS: number,
  ): BidText {
    const { profile } = this.#exchanges[exchangeIndex]
    const fragment = fragments[ad]
    const id = this.#nextId()
    const token = writeToken(this.#operator.seal, {
      expiresS,
      exchangeName: profile.name,
      campaignId: traits.campaignIds[ad],
      creativeId: traits.creativeIds[ad],
      priceCpmMicros,
      currency: currencyText(request.currency),
      usdCpmMicros: Math.ceil(priceCpmMicros / request.unitsPerUsd),
      bidId: id,
      isTest: request.isTest,
    })
    return {
      id,
      impIdRaw: slot.imp.idRaw,
      dealIdRaw: slot.dealIdRaw,
      priceMicros: priceCpmMicros,
      ad: fragment,
      registeredIds: registeredIds[ad][exchangeIndex],
      protocol: protocolOf(slot, traits.format[ad], fragment.film?.isWrapper === true),
      nativeSpec: slot.imp.native,
      ratio: slot.imp.ratios === undefined ? '' : ratioText(slot.imp.ratios, fragment),
      token,
    }
  }

  /** Unique in this process by its count, among processes by a random prefix. */
  #nextId(): string {
    return `${this.#idPrefix}-${(this.#idCount++).toString(36)}`
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

/** A character is three bytes at most: most answers need not be counted. */
function isWithin(text: string, bytesMax: number): boolean {
  return text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax
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
