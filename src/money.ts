/**
 * Composes what keeps the money: the journal and its worker, the rooms as the last process left them, the clerk of
 * notices, and the tick that drives them.
 */
import { randomInt } from 'node:crypto'
import type { Clock } from './base/clock.ts'
import { Prng } from './base/prng.ts'
import type { Published } from './base/published.ts'
import { Purse } from './bidding/purse.ts'
import { type MoneyRooms, recall, recallCampaigns } from './bidding/recall.ts'
import type { Ads, Snapshot } from './bidding/snapshot.ts'
import { type Adopted, Treasury } from './bidding/treasury.ts'
import type { Loaded } from './budget/journal-rows.ts'
import { openStore, type Store } from './budget/store.ts'
import type { NoticeEvents } from './events/event-log.ts'
import { NoticeClerk } from './notices/clerk.ts'
import { CONVERSION_LIFETIME_S } from './notices/read.ts'
import { ClerkTelemetry } from './notices/telemetry.ts'
import { type Instrument, Observed } from './telemetry/instruments.ts'
import { NO_CAPS } from './users/caps.ts'
import { UserKeys } from './users/user-key.ts'

export type MoneyOptions = {
  readonly directory: string
  readonly holdLifetimeS: number
  readonly noticeLifetimeS: number
  readonly userSalt: number | undefined
  readonly events: NoticeEvents
  readonly clock: Clock
  readonly onFault: (fault: Error) => void
}

export type Money = {
  readonly rooms: MoneyRooms
  readonly store: Store
  readonly treasury: Treasury
  readonly purse: Purse
  readonly clerk: NoticeClerk
  readonly instruments: readonly Instrument[]
  readonly userKeys: UserKeys
  /** Accounts and goals for the first catalog; then those of the next ones come from `treasury.adopt`. */
  adoptFirst(ads: Ads): Adopted
  /** Ticks until it is closed. */
  run(snapshots: Published<Snapshot>): void
  close(): Promise<void>
}

/** 78 MB at most; at 120 s a hold, room for 17,000 bids a second. */
const HOLDS_MAX = 2 ** 21
const SLICES = 20
/** 22 us of the writer's CPU a bill at 5,000 bills a second; 72 without a gap. */
const COMMIT_GAP_MS = 4
const TICK_MS = 1000 / SLICES
/** Duplicates of a bill cannot come later than its token is taken; one day more for clocks that differ. */
const MARGIN_S = 86_400
const SALT_BITS = 48
const SALT_MEMORY = 'user salt'

/** Rejects with a sentence when the folder cannot be used. */
export async function openMoney(options: MoneyOptions): Promise<Money> {
  const { directory, holdLifetimeS, noticeLifetimeS, clock, onFault } = options
  const retention = { billedS: noticeLifetimeS + MARGIN_S, actedS: CONVERSION_LIFETIME_S + MARGIN_S }
  const nowS = Math.floor(clock.wallMs() / 1000)
  const { store, loaded } = await openStore({
    directory,
    retention,
    nowS,
    onFault,
    commitGapMs: COMMIT_GAP_MS,
  })
  const rooms = recall({ loaded, clock, holdLifetimeS, holdsMax: HOLDS_MAX })
  const { ledger, landscape, rates, forecast, frequency } = rooms
  const prng = new Prng(randomInt(2 ** 32))
  const userKeys = new UserKeys(options.userSalt ?? saltOf(loaded, store))
  const purse = new Purse({ ledger, store, landscape, rates, forecast, frequency, userKeys, prng })
  const treasury = new Treasury({ ...rooms, store, userKeys, clock, slices: SLICES })
  const clerkTelemetry = new ClerkTelemetry()
  let snapshots: Published<Snapshot> | undefined
  const clerk = new NoticeClerk({
    ledger,
    store,
    landscape,
    rates,
    frequency,
    capsOf: (campaign) => {
      const { campaignId } = ledger.budgetOf(campaign)
      return snapshots?.current.ads.campaigns.get(campaignId)?.caps ?? NO_CAPS
    },
    numberOf: purse.ids.numberOf,
    telemetry: clerkTelemetry,
    events: options.events,
    clock,
  })
  let timer: NodeJS.Timeout | undefined
  return {
    rooms,
    store,
    treasury,
    purse,
    clerk,
    userKeys,
    instruments: [...clerkTelemetry.instruments, ...roomInstruments(rooms, store)],
    adoptFirst: (ads) => {
      treasury.openAccounts(ads)
      recallCampaigns(rooms, loaded, ads, nowS)
      return treasury.worthOf(ads)
    },
    run: (published) => {
      snapshots = published
      timer = setInterval(() => treasury.tick(published, clerk.learnFromExpired), TICK_MS)
    },
    close: async () => {
      clearInterval(timer)
      if (snapshots !== undefined) treasury.checkpointAll()
      await store.close()
    },
  }
}

function roomInstruments({ ledger, landscape, frequency }: MoneyRooms, store: Store): Instrument[] {
  const gauge = (name: string, about: string, read: () => number, isCumulative = false) =>
    new Observed({ name, about, isCumulative, observe: () => [{ labels: {}, value: read() }] })
  return [
    gauge('peregrine_holds', 'Bids in flight, and closed ones between them', () => ledger.holds.count),
    gauge('peregrine_journal_writable', 'Whether the last write of the journal was taken', () =>
      store.isWritable ? 1 : 0,
    ),
    gauge('peregrine_journal_waiting', 'Entries that wait to be written', () => store.waitingCount),
    gauge('peregrine_landscape_segments', 'Segments that were told something', () => landscape.size.rows),
    gauge(
      'peregrine_frequency_evictions_total',
      'Entries of the frequency table that were given up while they still counted',
      () => frequency.forcedEvictionCount,
      true,
    ),
  ]
}

/** Kept with the ledger, so that a restart counts on. */
function saltOf({ memories }: Loaded, store: Store): number {
  const known = memories.find(({ name }) => name === SALT_MEMORY)
  if (known !== undefined) return Number.parseInt(Buffer.from(known.bytes).toString(), 36)
  const salt = randomInt(2 ** SALT_BITS - 1)
  store.checkpoint([], [{ name: SALT_MEMORY, bytes: Buffer.from(salt.toString(36)) }], () => {})
  return salt
}
