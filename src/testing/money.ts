/**
 * The rooms of money without a disk: what is written is taken at once, or refused where a test says so.
 */
import type { Clock } from '../base/clock.ts'
import { Prng } from '../base/prng.ts'
import { Purse } from '../bidding/purse.ts'
import { type MoneyRooms, recall } from '../bidding/recall.ts'
import { Treasury } from '../bidding/treasury.ts'
import type { CheckpointRow, Entry, Loaded, Memory } from '../budget/journal-rows.ts'
import { APPENDED } from '../budget/store.ts'
import { UserKeys } from '../users/user-key.ts'

export const NOTHING_LOADED: Loaded = {
  campaigns: [],
  days: [],
  flights: [],
  ads: [],
  checkpoints: [],
  memories: [],
  sights: [],
}

/** Remembers what it was given, and knows an entry again. */
export class FakeStore {
  isWritable = true
  readonly entries: Entry[] = []
  readonly checkpoints: CheckpointRow[][] = []
  readonly memories: Memory[] = []
  readonly paused: [campaign: string, isPaused: boolean][] = []

  append(entry: Entry, done: (result: number) => void): boolean {
    const isKnown = this.entries.some(({ kind, bidId }) => kind === entry.kind && bidId === entry.bidId)
    if (!this.isWritable) done(APPENDED.failed)
    else if (isKnown) done(APPENDED.known)
    else {
      this.entries.push(entry)
      done(APPENDED.new)
    }
    return true
  }

  checkpoint(
    rows: readonly CheckpointRow[],
    memories: readonly Memory[],
    done: (isDone: boolean) => void,
  ): void {
    this.checkpoints.push([...rows])
    this.memories.push(...memories)
    done(this.isWritable)
  }

  setPaused(campaign: string, isPaused: boolean, done: (isDone: boolean) => void): void {
    this.paused.push([campaign, isPaused])
    done(this.isWritable)
  }

  forget(): void {}

  revive(): void {}
}

export type TestMoney = {
  readonly store: FakeStore
  readonly rooms: MoneyRooms
  readonly purse: Purse
  readonly treasury: Treasury
}

export const HOLD_LIFETIME_S = 120

/** Always draws the middle, so that no price strays from the best one. */
export class SteadyPrng extends Prng {
  constructor() {
    super(1)
  }

  override unit(): number {
    return 0.5
  }
}

export function testMoney(clock: Clock, loaded = NOTHING_LOADED, prng = new Prng(1)): TestMoney {
  const store = new FakeStore()
  const rooms = recall({ loaded, clock, holdLifetimeS: HOLD_LIFETIME_S, holdsMax: 2 ** 16 })
  const userKeys = new UserKeys(1)
  const purse = new Purse({ ...rooms, store, userKeys, prng })
  return { store, rooms, purse, treasury: new Treasury({ ...rooms, store, userKeys, clock, slices: 1 }) }
}
