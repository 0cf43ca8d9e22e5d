/**
 * The token of a notice: what we have to know of a bid when an exchange or a browser tells us of it, carried in the URL
 * that we gave out and sealed so that nobody else can make one up. Read by hand it says
 *
 *     3~tz4g3k~google~campaign-7~creative-12~1jz5s~EUR~1mf9k~8f1c02aa-3~0~2hw1~~01b7k2f09x0c4d~ctr.2~k1~Wm2…
 *     |  |       |        |          |         |    |    |        |     |  |   |     |          |    |   seal over all before it
 *     |  |       |        |          |         |    |    |        |     |  |   |     |          |    id of the seal's key
 *     |  |       |        |          |         |    |    |        |     |  |   |     |          the model that said so, / as .; empty for an inline scorer
 *     |  |       |        |          |         |    |    |        |     |  |   |     who sees it of which campaign
 *     |  |       |        |          |         |    |    |        |     |  |   how likely the price was, in millionths
 *     |  |       |        |          |         |    |    |        |     |  probability of a click, in billionths
 *     |  |       |        |          |         |    |    |        |     1 for a test
 *     |  |       |        |          |         |    |    |        id of the bid
 *     |  |       |        |          |         |    |    price in USD, CPM micros; empty where it is the same number
 *     |  |       |        |          |         price, CPM micros, and its currency
 *     |  |       exchange, campaign, creative
 *     |  when the bid was made, in seconds since the Unix epoch; all numbers are in base 36
 *     version; tokens of version 2, which knew no models, are still read
 *
 * Its characters are letters, digits and `-._~`, which no URL, JSON, XML or HTML has to escape. There are two of it: the
 * one for the exchange, which tells wins, bills and losses with it, and one that stands in markup for everybody to read.
 */
import { assert } from '../base/assert.ts'
import { ByteWriter, byteText } from '../base/byte-writer.ts'
import { SEAL_CHARS, SEALED_FOR, type Seal } from '../base/seal.ts'

export type NoticeToken = {
  readonly bidAtS: number
  readonly exchangeName: string
  readonly campaignId: string
  readonly creativeId: string
  readonly priceCpmMicros: number
  readonly currency: string
  /** What the ledger has reserved. */
  readonly usdCpmMicros: number
  readonly bidId: string
  readonly isTest: boolean
  /** Of a click, as the price took it; to a billionth. */
  readonly clickProbability: number
  /** How likely the price was among those that could have been bid; to a millionth, 0 where there was one alone. */
  readonly propensity: number
  /** Counts the user's impressions of the campaign, as 14 digits of base 36; '' where nobody may be known. */
  readonly pairKey: string
  /** The model whose probability it is, as `name/version`; '' where an inline scorer stood in, or nobody wrote it down. */
  readonly model: string
}

/** The token as byte texts, for those who get it. */
export type TokenTexts = { readonly forExchange: string; readonly forMarkup: string }

/** @property isPublic whether it is the one that stands in markup. */
export type TokenRead = NoticeToken & { readonly isPublic: boolean }

/** `malformed`: no token at all; `forged`: not sealed by a key of ours. */
export type TokenRefusal = 'malformed' | 'forged'

/** Five ids of 64 characters, two prices of 11, a key id of 16, numbers of 6 and 4, the seal, and what is always as long. */
export const TOKEN_CHARS_MAX = 1 + 7 + 5 * 64 + 2 * 11 + 3 + 1 + 16 + 6 + 4 + 14 + SEAL_CHARS + 15

/** The token that is being written, and the other seal behind it. */
const out = new ByteWriter(TOKEN_CHARS_MAX + SEAL_CHARS + 1)

const VERSION = '3'
/** What the processes of the last release write; one that is forgotten costs bills. */
const VERSION_BEFORE = '2'
const BILLIONTH = 1e9
const MILLIONTH = 1e6
const ID = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}'
const NUMBER = (charsMax: number) => `[0-9a-z]{1,${charsMax}}`
const FORM = new RegExp(
  `^([${VERSION_BEFORE}${VERSION}]~(${NUMBER(7)})~(${ID})~(${ID})~(${ID})~(${NUMBER(11)})~([A-Z]{3})~(${NUMBER(11)})?~(${ID})~([01])` +
    `~(${NUMBER(6)})~(${NUMBER(4)})?~([0-9a-z]{14})?(?:~(${ID})?)?` +
    `~([A-Za-z0-9][A-Za-z0-9._-]{0,15}))~([A-Za-z0-9_-]{${SEAL_CHARS}})$`,
)

/** All ids match `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, the seal's key id with 16 characters at most. */
export function writeToken(seal: Seal, token: NoticeToken): TokenTexts {
  out.length = 0
  out.text(VERSION).text('~').base36(token.bidAtS).text('~').text(token.exchangeName)
  out.text('~').text(token.campaignId).text('~').text(token.creativeId)
  out.text('~').base36(token.priceCpmMicros).text('~').text(token.currency).text('~')
  if (token.usdCpmMicros !== token.priceCpmMicros) out.base36(token.usdCpmMicros)
  out
    .text('~')
    .text(token.bidId)
    .text(token.isTest ? '~1~' : '~0~')
  out.base36(Math.round(token.clickProbability * BILLIONTH)).text('~')
  if (token.propensity !== 0) out.base36(millionths(token.propensity))
  out.text('~').text(token.pairKey).text('~').text(spelled(token.model)).text('~').text(seal.keyId)
  const seals = seal.sign(out)
  const sealAt = out.text('~').length
  out.text(seals)
  out.length = sealAt + SEAL_CHARS
  assert(out.length <= TOKEN_CHARS_MAX, 'a token is made of what its form takes')
  const forExchange = out.toText()
  out.bytes.copyWithin(sealAt, out.length, out.length + SEAL_CHARS)
  return { forExchange, forMarkup: out.toText() }
}

let [spelledModel, spelling] = ['', '']

/** The bids of a process go by one model or two, and a text made for each would be rubbish at once. */
function spelled(model: string): string {
  if (model !== spelledModel) [spelledModel, spelling] = [model, byteText(model.replace('/', '.'))]
  return spelling
}

/** At least one: nought means that there was no choice. */
function millionths(share: number): number {
  return Math.max(1, Math.round(share * MILLIONTH))
}

export function readToken(seal: Seal, text: string): TokenRead | TokenRefusal {
  const parts = partsOf(text)
  if (parts === null) return 'malformed'
  const sealedFor = seal.verify(parts[1], parts[15], parts[16])
  if (sealedFor === SEALED_FOR.nobody) return 'forged'
  return { ...tokenOf(parts), isPublic: sealedFor === SEALED_FOR.second }
}

/** What a token says, whoever wrote it: for those who have no key and nothing to lose. Undefined where it is none. */
export function readUnsealed(text: string): NoticeToken | undefined {
  const parts = partsOf(text)
  return parts === null ? undefined : tokenOf(parts)
}

function partsOf(text: string): RegExpExecArray | null {
  return text.length > TOKEN_CHARS_MAX ? null : FORM.exec(text)
}

function tokenOf(parts: RegExpExecArray): NoticeToken {
  const priceCpmMicros = Number.parseInt(parts[6], 36)
  return {
    bidAtS: Number.parseInt(parts[2], 36),
    exchangeName: parts[3],
    campaignId: parts[4],
    creativeId: parts[5],
    priceCpmMicros,
    currency: parts[7],
    usdCpmMicros: parts[8] === undefined ? priceCpmMicros : Number.parseInt(parts[8], 36),
    bidId: parts[9],
    isTest: parts[10] === '1',
    clickProbability: Number.parseInt(parts[11], 36) / BILLIONTH,
    propensity: parts[12] === undefined ? 0 : Number.parseInt(parts[12], 36) / MILLIONTH,
    pairKey: parts[13] ?? '',
    // The name of a model has no dot.
    model: parts[14]?.replace('.', '/') ?? '',
  }
}
