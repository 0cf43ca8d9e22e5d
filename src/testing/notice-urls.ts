/**
 * The URLs that a bid would carry, as texts: what the writer of responses puts together from their frames.
 */
import type { NoticeUrls } from '../exchange/notice-urls.ts'
import type { TokenTexts } from '../exchange/token.ts'

export type BidUrls = {
  /** '' where the exchange has none. */
  readonly nurl: string
  readonly burl: string
  readonly lurl: string
  /** Those of markup, indexed by `HOLE`. */
  readonly markup: readonly string[]
}

export function bidUrlsOf({ members, frames }: NoticeUrls, { forExchange, forMarkup }: TokenTexts): BidUrls {
  const {
    nurl = '',
    burl = '',
    lurl = '',
  } = JSON.parse(`{"":0${members.join(forExchange)}}`) as Record<string, string>
  return {
    nurl,
    burl,
    lurl,
    markup: frames.map(({ before, after }) => (before === '' ? '' : before + forMarkup + after)),
  }
}
