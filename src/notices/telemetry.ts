/**
 * The instruments of notices.
 */
import { NOTICE_KINDS, type NoticeKind } from '../exchange/notice-urls.ts'
import { Counter, type Instrument } from '../telemetry/instruments.ts'
import { NOTICE_OUTCOME, NOTICE_OUTCOMES, type NoticeOutcomeName } from './outcomes.ts'
import { PRICE_FAULTS, type PriceFault } from './price.ts'

export class NoticeTelemetry {
  readonly notices: Counter
  readonly unreadablePrices: Counter
  readonly instruments: readonly Instrument[]

  constructor(exchangeNames: readonly string[]) {
    this.notices = new Counter({
      name: 'peregrine_notices_total',
      about: 'Notices by kind and how they ended',
      slots: NOTICE_KINDS.flatMap((kind) => NOTICE_OUTCOMES.map(({ name }) => ({ kind, outcome: name }))),
    })
    this.unreadablePrices = new Counter({
      name: 'peregrine_unreadable_prices_total',
      about: 'Notices whose price was to be told and could not be read, by reason',
      slots: exchangeNames.flatMap((exchange) => PRICE_FAULTS.map((reason) => ({ exchange, reason }))),
    })
    this.instruments = [this.notices, this.unreadablePrices]
  }

  count(kind: NoticeKind, outcome: NoticeOutcomeName): void {
    this.notices.add(NOTICE_KINDS.indexOf(kind) * NOTICE_OUTCOMES.length + NOTICE_OUTCOME[outcome])
  }

  countUnreadablePrice(exchangeIndex: number, fault: PriceFault): void {
    this.unreadablePrices.add(exchangeIndex * PRICE_FAULTS.length + PRICE_FAULTS.indexOf(fault))
  }
}
