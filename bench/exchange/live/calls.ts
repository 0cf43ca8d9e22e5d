/**
 * What an exchange, a page, and a landing page call when an auction is over, and when: pure in the judgement.
 *
 *   won    nurl at once; burl and the views when the ad is shown; then the click, and then the conversion
 *   lost   lurl, with the reason; not where the exchange tells no prices, which tells no losses either
 *
 * Macros are replaced blindly, in URLs and in markup; what is not told is empty (OpenRTB 2.6 section 4.4).
 */
import { decimalOfMicros } from '../../../src/base/money.ts'
import { MACRO } from '../../../src/exchange/macros.ts'
import { NOTICE_FIELD, NOTICE_PATH, type NoticeKind } from '../../../src/exchange/notice-urls.ts'
import { clickIdIn, type KnownAd } from './ads.ts'
import { type Award, LOSS } from './award.ts'
import type { JudgedBid, WireBid } from './judge.ts'
import { linksIn, noticePathOf } from './links.ts'
import type { LiveSlot } from './live-market.ts'

export type Call = {
  readonly kind: NoticeKind
  /** Path and query on the bidder's port. */
  readonly path: string
  /** Simulated milliseconds behind the auction, or behind the call that it follows. */
  readonly afterMs: number
  /** What is called when this has been answered; `location` is where a click was led. */
  readonly next?: (location: string | undefined) => readonly Call[]
}

type Ended = {
  readonly wire: WireBid
  readonly ad: KnownAd
  readonly judged: JudgedBid
  readonly slot: LiveSlot
}

export function callsOf(ended: Ended): readonly Call[] {
  const { wire, judged, slot } = ended
  const { award } = judged
  const { noticeMs } = slot.dice
  const notice = (kind: NoticeKind, url: string | undefined, afterMs: number): Call[] => {
    const path = url === undefined ? undefined : noticePathOf(expanded(url, award))
    return path === undefined ? [] : [{ kind, path, afterMs }]
  }
  if (award.lossReason !== LOSS.won) {
    return slot.tellsMinToWin ? notice('loss', wire.lurl, noticeMs) : []
  }
  const { views, ...clicks } = linksIn(expanded(wire.adm ?? '', award))
  return [
    ...notice('win', wire.nurl, 0),
    ...notice('bill', wire.burl, noticeMs),
    ...views.map((path) => ({ kind: 'view' as const, path, afterMs: noticeMs })),
    ...(judged.isClicked ? clickCalls(ended, clicks) : []),
  ]
}

function clickCalls(
  { ad, judged, slot }: Ended,
  { click, clickTrackers, landing }: Omit<ReturnType<typeof linksIn>, 'views'>,
): Call[] {
  const afterMs = slot.dice.noticeMs + slot.dice.clickMs
  const next = (location: string | undefined): Call[] => {
    const page = location ?? landing
    const id = !judged.isConversionTold || page === undefined ? undefined : clickIdIn(ad, page)
    if (id === undefined) return []
    const path = `${NOTICE_PATH}conversion?${NOTICE_FIELD.token}=${id}`
    return [{ kind: 'conversion', path, afterMs: slot.dice.conversionMs }]
  }
  const paths = click === undefined ? clickTrackers : [...clickTrackers, click]
  // The conversion follows the last of them: the click that is led on, where there is one.
  return paths.map((path, index) => ({
    kind: 'click',
    path,
    afterMs,
    ...(index === paths.length - 1 ? { next } : {}),
  }))
}

function expanded(text: string, { lossReason, paidCpmMicros, minToWinCpmMicros }: Award): string {
  return text
    .replaceAll(MACRO.price, lossReason === LOSS.won ? decimalOfMicros(paidCpmMicros) : '')
    .replaceAll(MACRO.loss, `${lossReason}`)
    .replaceAll(MACRO.minToWin, minToWinCpmMicros === undefined ? '' : decimalOfMicros(minToWinCpmMicros))
}
