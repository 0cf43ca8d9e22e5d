/**
 * Reads what an exchange, a browser or a player tells us: who says it, by the token; then what it says, by the profile
 * of its exchange. Some 4 us a notice, and 5 us more where a price is encrypted.
 */
import { assert } from '../base/assert.ts'
import type { Seal } from '../base/seal.ts'
import type { NoticeKind } from '../exchange/notice-urls.ts'
import { PriceCipher } from '../exchange/price-cipher.ts'
import type { ExchangeProfile } from '../exchange/profile.ts'
import { readToken, type TokenRead } from '../exchange/token.ts'
import type { NoticeOutcomeName } from './outcomes.ts'
import { ABSURD_TIMES, type PriceFault, readMinToWin, readPrice } from './price.ts'
import { type NoticeQuery, readQuery } from './query.ts'

/** A notice that is ours and in time. Prices are CPM micros of the token's currency. */
export type Notice = {
  readonly kind: NoticeKind
  readonly exchangeIndex: number
  readonly token: TokenRead
  /** Whether it is by this kind of notice that the exchange bills. */
  readonly isBilling: boolean
  /** What was paid, or at a loss by whoever won; undefined together with the reason. */
  readonly priceCpmMicros: number | undefined
  readonly priceFault: PriceFault | undefined
  /** The least that would have won. */
  readonly minToWinCpmMicros: number | undefined
  /** OpenRTB 3.0, "Loss Reason Codes". */
  readonly lossReason: number | undefined
  /** VAST 4.2, "Error Codes". */
  readonly errorCode: number | undefined
}

export type NoticeReading = {
  readonly outcome: NoticeOutcomeName
  /** What happened, where something did. */
  readonly notice: Notice | undefined
  /** Set at a click of ours that wants to be led on, however late it comes. */
  readonly click: Click | undefined
}

/** @property clickId the token, for the landing page to give back when the click has led to something. */
export type Click = { readonly creativeId: string; readonly clickId: string }

/** Both as an exchange gives them, decoded from base64. */
export type PriceKeys = { readonly encryption: Buffer; readonly integrity: Buffer }

export type NoticeReaderOptions = {
  readonly seal: Seal
  readonly exchanges: readonly ExchangeProfile[]
  /** How long after its bid a notice counts, in seconds. */
  readonly lifetimeS: number
  /** By name of exchange, for those whose profile has a cipher. */
  readonly priceKeys: ReadonlyMap<string, PriceKeys>
}

type Exchange = {
  readonly index: number
  readonly profile: ExchangeProfile
  readonly cipher: PriceCipher | undefined
}

/** Conversions are counted for thirty days behind the bid. */
export const CONVERSION_LIFETIME_S = 30 * 86_400

/** What the exchange alone may say: its token stands in no markup. */
const OF_EXCHANGE: readonly NoticeKind[] = ['win', 'bill', 'loss']

export class NoticeReader {
  readonly #seal: Seal
  readonly #lifetimeS: number
  readonly #exchanges: ReadonlyMap<string, Exchange>

  constructor({ seal, exchanges, lifetimeS, priceKeys }: NoticeReaderOptions) {
    for (const name of priceKeys.keys()) {
      const isUsed = exchanges.some((profile) => profile.name === name && profile.priceCipher === 'google')
      assert(isUsed, `the price keys of ${name} are for an exchange that encrypts prices`)
    }
    this.#seal = seal
    this.#lifetimeS = lifetimeS
    this.#exchanges = new Map(
      exchanges.map((profile, index) => {
        const keys = priceKeys.get(profile.name)
        const cipher = keys === undefined ? undefined : new PriceCipher(keys.encryption, keys.integrity)
        return [profile.name, { index, profile, cipher }]
      }),
    )
  }

  /**
   * @param text the query of the notice's URL, without the question mark.
   * @param nowS seconds since the Unix epoch.
   */
  read(kind: NoticeKind, text: string, nowS: number): NoticeReading {
    const query = readQuery(text)
    if (query?.token === undefined) return refused('malformed')
    const token = readToken(this.#seal, query.token)
    if (typeof token === 'string') return refused(token)
    if (token.isPublic && OF_EXCHANGE.includes(kind)) return refused('not_the_exchange')
    const isLed = kind === 'click' && query.redirect !== '0'
    const click = isLed ? { creativeId: token.creativeId, clickId: query.token } : undefined
    const lifetimeS = kind === 'conversion' ? CONVERSION_LIFETIME_S : this.#lifetimeS
    if (token.bidAtS + lifetimeS < nowS) return { outcome: 'expired', notice: undefined, click }
    const exchange = this.#exchanges.get(token.exchangeName)
    if (exchange === undefined) return { outcome: 'exchange_gone', notice: undefined, click }
    if (token.isTest) return { outcome: 'test', notice: undefined, click }
    const notice = noticeOf(kind, query, token, exchange, nowS)
    if (notice.priceFault === 'audit') return refused('audit')
    const outcome = isPriceMissed(notice) ? 'price_unreadable' : 'accepted'
    return { outcome, notice, click }
  }
}

function refused(outcome: NoticeOutcomeName): NoticeReading {
  return { outcome, notice: undefined, click: undefined }
}

function noticeOf(
  kind: NoticeKind,
  query: NoticeQuery,
  token: TokenRead,
  { index, profile, cipher }: Exchange,
  nowS: number,
): Notice {
  // Whoever won may have bid any number of times what we did.
  const limitCpmMicros = kind === 'loss' ? Number.MAX_SAFE_INTEGER : token.priceCpmMicros * ABSURD_TIMES
  const price = readPrice({ text: query.price, profile, cipher, limitCpmMicros, nowS })
  return {
    kind,
    exchangeIndex: index,
    token,
    isBilling: kind === (profile.billedBy === 'markup' ? 'view' : 'bill'),
    priceCpmMicros: typeof price === 'number' ? price : undefined,
    priceFault: typeof price === 'number' ? undefined : price,
    minToWinCpmMicros: readMinToWin(query.minToWin),
    lossReason: readCode(query.lossReason),
    errorCode: readCode(query.errorCode),
  }
}

/** Whether the URL had asked for a price that whoever called ought to know. A loser need not be told. */
function isPriceMissed({ kind, priceFault, isBilling }: Notice): boolean {
  if (priceFault === undefined) return false
  if (kind === 'win' || kind === 'bill' || isBilling) return true
  return kind === 'view' && priceFault !== 'absent'
}

function readCode(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : undefined
}
