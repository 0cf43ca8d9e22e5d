/**
 * The URLs through which an exchange, a browser or a player tells us what became of a bid:
 *
 *     {base}/notice/{kind}?t={token}&p={price}&m={what would have won}&l={loss reason}&e={VAST error}
 *
 * | URL | kind | told |
 * |---|---|---|
 * | nurl | win; bill where the exchange bills by it; view where it tells of an impression and bills by something else | p, m |
 * | burl | bill | p |
 * | lurl | loss | p, l, m |
 * | view | view | p where the exchange expands its macro there: `isInVast` for VAST, `isInMarkup` for HTML and native |
 * | click | click | |
 * | click tracking | click | r=0: no redirect, the player has the landing page |
 * | error | error | e |
 * | conversion | conversion | |
 *
 * The URL of a conversion stands in no bid: the advertiser calls it, with the token that its landing page was given as
 * `{click_id}`. The URLs of win, bill and loss are for the exchange alone and have a token that no markup shows.
 *
 * All but the token is known when a profile meets an address, and is joined and checked then. No URL has a character
 * that JSON or XML's CDATA escapes, so each may be put between quotes as it is; those for HTML have `&amp;`.
 */
import { assert } from '../base/assert.ts'
import { byteText } from '../base/byte-writer.ts'
import { HOLE, HOLE_COUNT, type UrlFrame } from '../openrtb/template.ts'
import { MACRO } from './macros.ts'
import type { ExchangeProfile } from './profile.ts'

export const NOTICE_KINDS = ['win', 'bill', 'loss', 'view', 'click', 'error', 'conversion'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** What is left of the path of a notice in front of its kind. */
export const NOTICE_PATH = '/notice/'

/** Names of what stands in the query of a notice. */
export const NOTICE_FIELD = {
  token: 't',
  price: 'p',
  minToWin: 'm',
  lossReason: 'l',
  errorCode: 'e',
  /** '0' at a click that wants no redirect. */
  redirect: 'r',
} as const

type NoticeField = keyof typeof NOTICE_FIELD
type Ask = readonly [field: NoticeField, macro: string]

const NO_URL: UrlFrame = { before: '', after: '' }
/** An origin and perhaps a path, without a slash at the end. */
const BASE_URL = /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?(?:\/[A-Za-z0-9._~-]+)*$/
/** Visible ASCII that stands for itself in a JSON string, in CDATA and between double quotes in HTML, `&` apart. */
const PLAIN = /^[!#-;=?-[\]-~]*$/

export class NoticeUrls {
  /** The URLs that stand in markup, indexed by `HOLE`; empty frames for holes that hold no URL. */
  readonly frames: readonly UrlFrame[]
  /**
   * `nurl`, `burl` and `lurl`, those that the exchange has, as members of a bid in JSON: the texts around the token, one
   * more than it stands in them.
   */
  readonly members: readonly string[]

  /** @param baseUrl where exchanges and browsers reach the bid port, such as `https://bid.example.com`. */
  constructor(baseUrl: string, profile: ExchangeProfile) {
    assert(
      BASE_URL.test(baseUrl),
      'the address of notices is an origin and a path without a slash at its end',
    )
    const { priceMacro, minToWinMacro, clickMacro } = profile
    assert(PLAIN.test(clickMacro), 'a click macro needs no escaping')
    const frame = (kind: NoticeKind, asks: readonly Ask[]) => frameOf(baseUrl, kind, asks)
    const price: Ask = ['price', priceMacro.text]
    const nurl: Ask[] = [price, ['minToWin', minToWinMacro.inNurl]]
    const lurl: Ask[] = [price, ['lossReason', MACRO.loss], ['minToWin', minToWinMacro.inLurl]]
    this.members = membersOf([
      ...(profile.nurl === 'none' ? [] : [['nurl', frame(kindOfNurl(profile), nurl)] as const]),
      ...(profile.isBurlSent ? [['burl', frame('bill', [price])] as const] : []),
      ...(profile.isLurlSent ? [['lurl', frame('loss', lurl)] as const] : []),
    ])
    const viewInNative = frame('view', priceMacro.isInMarkup ? [price] : [])
    const click = frame('click', [])
    const frames: UrlFrame[] = Array.from({ length: HOLE_COUNT }, () => NO_URL)
    frames[HOLE.viewUrl] = frame('view', priceMacro.isInVast ? [price] : [])
    frames[HOLE.viewUrlInNative] = viewInNative
    frames[HOLE.viewUrlInHtml] = inHtml(viewInNative)
    frames[HOLE.clickUrlInHtml] = clickMacro === '' ? inHtml(click) : behindMacro(clickMacro, click)
    frames[HOLE.clickTrackingUrl] = frame('click', [['redirect', '0']])
    frames[HOLE.errorUrl] = frame('error', [['errorCode', MACRO.errorCode]])
    this.frames = frames.map(({ before, after }) => ({ before: byteText(before), after: byteText(after) }))
  }
}

function membersOf(notices: readonly (readonly [name: string, frame: UrlFrame])[]): string[] {
  const texts = ['']
  for (const [name, { before, after }] of notices) {
    texts[texts.length - 1] += `,"${name}":"${before}`
    texts.push(`${after}"`)
  }
  return texts.map(byteText)
}

function kindOfNurl({ nurl, billedBy }: ExchangeProfile): NoticeKind {
  if (nurl === 'win') return 'win'
  return billedBy === 'nurl' ? 'bill' : 'view'
}

function frameOf(baseUrl: string, kind: NoticeKind, asks: readonly Ask[]): UrlFrame {
  const before = `${baseUrl}${NOTICE_PATH}${kind}?${NOTICE_FIELD.token}=`
  const after = asks
    .filter(([, macro]) => macro !== '')
    .map(([field, macro]) => `&${NOTICE_FIELD[field]}=${macro}`)
    .join('')
  assert(PLAIN.test(before) && PLAIN.test(after), 'the URL of a notice needs no escaping')
  return { before, after }
}

function inHtml({ before, after }: UrlFrame): UrlFrame {
  return { before: before.replaceAll('&', '&amp;'), after: after.replaceAll('&', '&amp;') }
}

/** A URL as the last part of another one. The token between has no character that percent-encoding changes. */
function behindMacro(macro: string, { before, after }: UrlFrame): UrlFrame {
  return {
    before: macro.replaceAll('&', '&amp;') + encodeURIComponent(before),
    after: encodeURIComponent(after),
  }
}
