/**
 * The instruments of notices.
 */
import { SETTLED } from '../budget/ledger.ts'
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

/** Slots of `unmatched`. */
export const UNMATCHED = { win: 0, loss: 1 } as const

/** The instruments of the clerk. */
export class ClerkTelemetry {
  /** By the numbers of `SETTLED`. */
  readonly settlements: Counter
  readonly settledNanos: Counter
  readonly cappedPrices: Counter
  readonly unmatched: Counter
  readonly instruments: readonly Instrument[]

  constructor() {
    const slots = Object.keys(SETTLED).map((hold) => ({ hold }))
    this.settlements = new Counter({
      name: 'peregrine_settlements_total',
      about: 'Bids settled, by what was still held for them',
      slots,
    })
    this.settledNanos = new Counter({
      name: 'peregrine_settled_nanos_total',
      about: 'What settled bids have cost in nanos of US dollars, by what was still held for them',
      slots,
    })
    this.cappedPrices = new Counter({
      name: 'peregrine_capped_prices_total',
      about: 'Billing notices whose price was above the bid, and was settled at it',
    })
    this.unmatched = new Counter({
      name: 'peregrine_unmatched_notices_total',
      about: 'Notices of bids that are not held here, or no longer: nothing to learn from them',
      slots: Object.keys(UNMATCHED).map((kind) => ({ kind })),
    })
    this.instruments = [this.settlements, this.settledNanos, this.cappedPrices, this.unmatched]
  }
}
