/**
 * The token of a notice: what we have to know of a bid when an exchange or a browser tells us of it, carried in the URL
 * that we gave out and sealed so that nobody else can make one up. Read by hand it says
 *
 *     1~tz4g3k~google~campaign-7~creative-12~1jz5s~EUR~1mf9k~8f1c02aa-3~0~k1~Wm2…
 *     |  |       |        |          |         |    |    |        |     |  |   seal over all before it
 *     |  |       |        |          |         |    |    |        |     |  id of the seal's key
 *     |  |       |        |          |         |    |    |        |     1 for a test
 *     |  |       |        |          |         |    |    |        id of the bid
 *     |  |       |        |          |         |    |    price in USD, CPM micros; empty where it is the same number
 *     |  |       |        |          |         price, CPM micros, and its currency
 *     |  |       exchange, campaign, creative
 *     |  expiry in seconds since the Unix epoch; all numbers are in base 36
 *     version
 *
 * Its characters are letters, digits and `-._~`, which no URL, JSON, XML or HTML has to escape.
 */
import { SEAL_CHARS, type Seal } from '../base/seal.ts'

export type NoticeToken = {
  readonly expiresS: number
  readonly exchangeName: string
  readonly campaignId: string
  readonly creativeId: string
  readonly priceCpmMicros: number
  readonly currency: string
  /** What the ledger has reserved. */
  readonly usdCpmMicros: number
  readonly bidId: string
  readonly isTest: boolean
}

/** `malformed`: no token at all; `forged`: not sealed by a key of ours; `expired`: ours, and too late. */
export type TokenRefusal = 'malformed' | 'forged' | 'expired'

/** Four ids of 64 characters, two prices of 11, a key id of 16, the seal of 22, and what is always the same length. */
export const TOKEN_CHARS_MAX = 1 + 7 + 4 * 64 + 2 * 11 + 3 + 1 + 16 + SEAL_CHARS + 11

const VERSION = '1'
const ID = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}'
const PRICE = '[0-9a-z]{1,11}'
const FORM = new RegExp(
  `^(${VERSION}~([0-9a-z]{1,7})~(${ID})~(${ID})~(${ID})~(${PRICE})~([A-Z]{3})~(${PRICE})?~(${ID})~([01])` +
    `~([A-Za-z0-9][A-Za-z0-9._-]{0,15}))~([A-Za-z0-9_-]{${SEAL_CHARS}})$`,
)

/** All ids match `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, the seal's key id with 16 characters at most. */
export function writeToken(seal: Seal, token: NoticeToken): string {
  const usd = token.usdCpmMicros === token.priceCpmMicros ? '' : token.usdCpmMicros.toString(36)
  const text =
    `${VERSION}~${token.expiresS.toString(36)}~${token.exchangeName}~${token.campaignId}~${token.creativeId}` +
    `~${token.priceCpmMicros.toString(36)}~${token.currency}~${usd}` +
    `~${token.bidId}~${token.isTest ? '1' : '0'}~${seal.keyId}`
  return `${text}~${seal.sign(text)}`
}

/** @param nowS seconds since the Unix epoch. */
export function readToken(seal: Seal, text: string, nowS: number): NoticeToken | TokenRefusal {
  const token = readTokenOfAnyAge(seal, text)
  return typeof token !== 'string' && token.expiresS < nowS ? 'expired' : token
}

/** For what is owed to a person however late: a click leads on when nothing is paid for it any more. */
export function readTokenOfAnyAge(seal: Seal, text: string): NoticeToken | 'malformed' | 'forged' {
  if (text.length > TOKEN_CHARS_MAX) return 'malformed'
  const parts = FORM.exec(text)
  if (parts === null) return 'malformed'
  if (!seal.verify(parts[1], parts[11], parts[12])) return 'forged'
  const priceCpmMicros = Number.parseInt(parts[6], 36)
  return {
    expiresS: Number.parseInt(parts[2], 36),
    exchangeName: parts[3],
    campaignId: parts[4],
    creativeId: parts[5],
    priceCpmMicros,
    currency: parts[7],
    usdCpmMicros: parts[8] === undefined ? priceCpmMicros : Number.parseInt(parts[8], 36),
    bidId: parts[9],
    isTest: parts[10] === '1',
  }
}
