/**
 * What a page or a player calls of an ad's markup, HTML and VAST alike: the notice URLs that stand in it, found by
 * their path. Nothing else is fetched: images and films are not the bidder's.
 *
 * URLs are led to the bidder's own address, because the one in them is public and may have a proxy in front of it.
 */
import { NOTICE_FIELD, NOTICE_PATH } from '../../../src/exchange/notice-urls.ts'

/** Each a path with its query, as the bidder's port takes it. */
export type Links = {
  readonly views: readonly string[]
  /** Called beside the landing page. */
  readonly clickTrackers: readonly string[]
  /** Leads on to the landing page. */
  readonly click: string | undefined
  /** Where a film leads by itself. */
  readonly landing: string | undefined
}

const NOTICE_URL = new RegExp(
  `https?://[^\\s"'<>\\\\\\]]*?(${NOTICE_PATH}(view|click)\\?[^\\s"'<>\\\\\\]]+)`,
  'g',
)
const CLICK_THROUGH = /<ClickThrough>(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?<\/ClickThrough>/s

/** @param markup with its macros expanded. */
export function linksIn(markup: string): Links {
  const found = [...markup.matchAll(NOTICE_URL)].map(([, path, kind]) => ({
    path: path.replaceAll('&amp;', '&'),
    kind,
  }))
  const clicks = found.filter(({ kind }) => kind === 'click').map(({ path }) => path)
  return {
    views: found.filter(({ kind }) => kind === 'view').map(({ path }) => path),
    clickTrackers: clicks.filter(isTracker),
    click: clicks.find((path) => !isTracker(path)),
    landing: CLICK_THROUGH.exec(markup)?.[1],
  }
}

/** The path of a notice URL of a bid, or undefined where the URL is none of the bidder's notices. */
export function noticePathOf(url: string): string | undefined {
  const at = url.indexOf(NOTICE_PATH)
  return at < 0 ? undefined : url.slice(at)
}

function isTracker(path: string): boolean {
  return path.includes(`&${NOTICE_FIELD.redirect}=0`)
}
