/**
 * A bidder without ports: requests go in as text, and what would have been answered comes back.
 */
import { Published } from '../base/published.ts'
import { type Arrival, Bidder } from '../bidding/bid.ts'
import { OUTCOMES, type OutcomeName } from '../bidding/outcomes.ts'
import type { Snapshot } from '../bidding/snapshot.ts'
import { BidTelemetry } from '../bidding/telemetry.ts'
import { type OperatorFile, operatorOf } from '../config/operator.ts'
import { type BidEvents, NO_EVENTS } from '../events/event-log.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { ManualClock } from './clock.ts'
import { type TestMoney, testMoney } from './money.ts'

export const EXCHANGE_NAMES = EXCHANGE_PROFILES.map(({ name }) => name)
export const BODY_BYTES_MAX = 262_144

export type Answer = { readonly outcome: OutcomeName; readonly text: string }

/** An operator with a seat at the exchanges that insist on one, registered for the TCF under number 300. */
export const TEST_OPERATOR: OperatorFile = {
  tcf: {
    vendorId: 300,
    consentPurposes: [1, 3, 4],
    legitimateInterestPurposes: [2, 7, 9, 10],
    flexiblePurposes: [2, 7, 9, 10],
  },
  noticeKeys: [{ id: 'k1', secret: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' }],
  exchanges: { xandr: { seat: '1234' }, pubmatic: { seat: '77' }, bidswitch: { seat: '9' } },
}

/** A snapshot before accounts were opened for it. */
export type TestCatalog = Omit<Snapshot, 'accounts' | 'goals'>

export type AskOptions = {
  readonly exchange?: string
  /** Whether a `Sec-GPC` header came with it. */
  readonly isGpc?: boolean
  /** How long ago the first byte came. */
  readonly waitedMs?: number
  /** Told when the bid has begun; may hang up. */
  readonly hangUp?: Promise<unknown>
}

export class TestBidder {
  readonly clock: ManualClock
  readonly telemetry = new BidTelemetry(EXCHANGE_NAMES)
  readonly snapshots: Published<Snapshot>
  readonly money: TestMoney
  readonly brownOut = { level: 0 }
  readonly #bidder: Bidder

  /** @param catalog what bids are made from; accounts are opened for it here. */
  constructor(
    catalog: TestCatalog,
    clock = new ManualClock(),
    operator: OperatorFile = TEST_OPERATOR,
    profiles = EXCHANGE_PROFILES,
    money = testMoney(clock),
    events: BidEvents = NO_EVENTS,
  ) {
    this.clock = clock
    this.money = money
    this.snapshots = new Published({ ...catalog, ...this.money.treasury.adopt(catalog.ads) })
    this.#bidder = new Bidder({
      bodyBytesMax: BODY_BYTES_MAX,
      clock,
      purse: this.money.purse,
      snapshots: this.snapshots,
      exchanges: profiles,
      operator: operatorOf(operator, 'https://bid.example').operator,
      limits: { tmaxDefaultMs: 100, tmaxMostMs: 1000 },
      brownOut: this.brownOut,
      telemetry: this.telemetry,
      events,
    })
  }

  /** Bids from another catalog. */
  publish(catalog: TestCatalog): void {
    this.snapshots.publish({ ...catalog, ...this.money.treasury.adopt(catalog.ads) })
  }

  /** Ends all holds, as if nothing had been bought. */
  letGo(): void {
    this.money.rooms.ledger.releaseExpired(Number.POSITIVE_INFINITY, () => {})
  }

  /** Sends one body; resolves to its answer. Rejects when there is none, or more than one. */
  async ask(
    body: string | Buffer,
    { exchange = 'default', isGpc = false, waitedMs = 0, hangUp }: AskOptions = {},
  ): Promise<Answer> {
    const bytes = Buffer.from(body)
    bytes.copy(this.#bidder.body)
    const answers: Answer[] = []
    const call = {
      exchangeIndex: EXCHANGE_NAMES.indexOf(exchange),
      firstByteMs: this.clock.nowMs() - waitedMs,
      bodyLength: bytes.length,
      isGpc,
      isAborted: false,
      answer: (outcome: number, body: Uint8Array) => {
        answers.push({ outcome: OUTCOMES[outcome].name, text: Buffer.from(body).toString() })
      },
    }
    void hangUp?.then(() => {
      call.isAborted = true
    })
    await this.#bidder.bid(call satisfies Arrival)
    if (answers.length !== 1) throw new Error(`a request was answered ${answers.length} times`)
    return answers[0]
  }
}
