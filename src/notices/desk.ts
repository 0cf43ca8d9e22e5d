/**
 * Where notices are handed in: decides what ingress answers, counts, and passes on what has happened. GET and POST are
 * alike, since all that counts stands in the URL; a body is of no interest.
 *
 * Handed in twice, a notice is passed on twice: whoever settles it knows by its token and kind. Nothing is kept here.
 */
import type { Clock } from '../base/clock.ts'
import type { NoticeKind } from '../exchange/notice-urls.ts'
import { NOTICE_OUTCOME, NOTICE_OUTCOMES, type NoticeOutcome } from './outcomes.ts'
import type { Notice, NoticeReader } from './read.ts'
import type { NoticeTelemetry } from './telemetry.ts'

export type NoticeAnswer = {
  readonly status: NoticeOutcome['status'] | 302
  /** Where to go, with status 302; else ''. */
  readonly location: string
}

export type NoticeDeskOptions = {
  readonly reader: NoticeReader
  /** The landing page of a creative, by the catalog as it is now. The one source of redirects. */
  readonly landingOf: (creativeId: string) => string | undefined
  /** Told of each notice that counts. */
  readonly onNotice?: (notice: Notice) => void
  readonly telemetry: NoticeTelemetry
  readonly clock: Clock
}

const ANSWERS: readonly NoticeAnswer[] = NOTICE_OUTCOMES.map(({ status }) => ({ status, location: '' }))

export class NoticeDesk {
  readonly #options: NoticeDeskOptions

  constructor(options: NoticeDeskOptions) {
    this.#options = options
  }

  /** @param query what stands behind the question mark of the notice's URL. */
  receive(kind: NoticeKind, query: string): NoticeAnswer {
    const { reader, landingOf, onNotice, telemetry, clock } = this.#options
    const { outcome, notice, clickedCreativeId } = reader.read(kind, query, Math.floor(clock.wallMs() / 1000))
    const landing = clickedCreativeId === undefined ? undefined : landingOf(clickedCreativeId)
    const isLost = clickedCreativeId !== undefined && landing === undefined
    const ended = isLost ? 'landing_gone' : outcome
    telemetry.count(kind, ended)
    if (notice !== undefined) {
      if (outcome === 'price_unreadable')
        telemetry.countUnreadablePrice(notice.exchangeIndex, notice.priceFault!)
      onNotice?.(notice)
    }
    return landing === undefined ? ANSWERS[NOTICE_OUTCOME[ended]] : { status: 302, location: landing }
  }
}
