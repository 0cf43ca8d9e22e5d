/**
 * What the journal knows of each campaign by its last checkpoint, in columns, so that the treasury can ask every second
 * what has to be written anew without making anything. 64 bytes a campaign.
 */
import type { PacedMode, PaceState } from '../budget/pacer-account.ts'

/** What of a campaign is written down. */
export type Standing = {
  readonly heldNanos: number
  readonly bids: number
  readonly wins: number
  /** Undefined where it is not paced. */
  readonly pace: PaceState | undefined
}

/** How long a change of nothing but counts waits to be written down. */
const COUNTS_MS = 10_000
/** How far a number of pacing may be from the one written down: a start goes on from it all the same. */
const PACE_STEP = 0.05

const AT = { heldNanos: 0, bids: 1, wins: 2, mode: 3, mu: 4, ageS: 5, costRatio: 6, wallMs: 7 } as const
const CELLS = 8
const MODES: Record<PacedMode | 'none', number> = { none: 0, dual: 1, throttle: 2 }

export class Written {
  /** NaN where nothing was written yet. */
  #cells = new Float64Array(0)

  /** What is known as held; 0 where nothing was written. */
  heldNanos(campaign: number): number {
    return this.#cells[campaign * CELLS + AT.heldNanos] || 0
  }

  note(campaign: number, { heldNanos, bids, wins, pace }: Standing, wallMs: number): void {
    const start = campaign * CELLS
    this.#makeRoom(start + CELLS)
    const cells = this.#cells
    cells[start + AT.heldNanos] = heldNanos
    cells[start + AT.bids] = bids
    cells[start + AT.wins] = wins
    cells[start + AT.mode] = MODES[pace?.mode ?? 'none']
    cells[start + AT.mu] = pace?.mu ?? 0
    cells[start + AT.ageS] = pace?.ageS ?? 0
    cells[start + AT.costRatio] = pace?.costRatio ?? 0
    cells[start + AT.wallMs] = wallMs
  }

  /** Counts may wait; what is on hold and how it is paced may not. */
  isDue(campaign: number, { heldNanos, bids, wins, pace }: Standing, wallMs: number): boolean {
    const cells = this.#cells
    const start = campaign * CELLS
    // Also true of a campaign that stands in no cell, or in cells of NaN.
    if (cells[start + AT.heldNanos] !== heldNanos) return true
    if (cells[start + AT.mode] !== MODES[pace?.mode ?? 'none']) return true
    if (pace !== undefined) {
      if (isFar(pace.mu, cells[start + AT.mu]) || isFar(pace.ageS, cells[start + AT.ageS])) return true
      if (isFar(pace.costRatio, cells[start + AT.costRatio])) return true
    }
    const isCounted = cells[start + AT.bids] === bids && cells[start + AT.wins] === wins
    return !isCounted && wallMs - cells[start + AT.wallMs] >= COUNTS_MS
  }

  #makeRoom(length: number): void {
    if (length <= this.#cells.length) return
    const grown = new Float64Array(2 * length).fill(Number.NaN)
    grown.set(this.#cells)
    this.#cells = grown
  }
}

function isFar(now: number, before: number): boolean {
  return Math.abs(now - before) > PACE_STEP * Math.abs(before)
}
