/**
 * Where notices are handed in: decides what ingress answers, counts, and passes on what has happened to the clerk, who
 * books it. GET and POST are alike, since all that counts stands in the URL; a body is of no interest.
 *
 * What must be durable is answered when it is: the answer comes by a callback, at once or later. A click is led on at
 * once, or told that its page is gone, whatever becomes of its booking.
 */
import type { Clock } from '../base/clock.ts'
import type { NoticeKind } from '../exchange/notice-urls.ts'
import { CLICK_ID_MACRO } from '../openrtb/template.ts'
import { NOTICE_OUTCOME, NOTICE_OUTCOMES, type NoticeOutcome, type NoticeOutcomeName } from './outcomes.ts'
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
  /** Books a notice that counts; `done` is called once, at once or later. */
  readonly clerk: { take(notice: Notice, done: (booking: Booking) => void): void }
  readonly telemetry: NoticeTelemetry
  readonly clock: Clock
}

/** How the booking of a notice ended. */
export type Booking = 'booked' | 'duplicate' | 'not_booked'

const ANSWERS: readonly NoticeAnswer[] = NOTICE_OUTCOMES.map(({ status }) => ({ status, location: '' }))

export class NoticeDesk {
  readonly #options: NoticeDeskOptions

  constructor(options: NoticeDeskOptions) {
    this.#options = options
  }

  /**
   * @param query what stands behind the question mark of the notice's URL.
   * @param answer called once, at once or later.
   */
  receive(kind: NoticeKind, query: string, answer: (answer: NoticeAnswer) => void): void {
    const { reader, landingOf, clerk, telemetry, clock } = this.#options
    const { outcome, notice, click } = reader.read(kind, query, Math.floor(clock.wallMs() / 1000))
    if (notice?.priceFault !== undefined && outcome === 'price_unreadable')
      telemetry.countUnreadablePrice(notice.exchangeIndex, notice.priceFault)
    const landing = click === undefined ? undefined : landingOf(click.creativeId)
    if (landing !== undefined) {
      answer({ status: 302, location: landing.replaceAll(CLICK_ID_MACRO, click!.clickId) })
    }
    const read = click !== undefined && landing === undefined ? 'landing_gone' : outcome
    const end = (ended: NoticeOutcomeName): void => {
      telemetry.count(kind, ended)
      if (landing === undefined) answer(ANSWERS[NOTICE_OUTCOME[ended]])
    }
    if (notice === undefined) end(read)
    else
      clerk.take(notice, (booking) => end(booking === 'booked' || read === 'landing_gone' ? read : booking))
  }
}
