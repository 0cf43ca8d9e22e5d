/**
 * What a version has done since its stage began, and over the last second: read from its counters every tick, so that the
 * bid path keeps no clock.
 */
import type { QueueCounts } from '../../inference/queue.ts'
import type { Answers, ScoreMean } from './policy.ts'
import { copyOf, gained, type ScoreCounts } from './scores.ts'

/** A version, as far as it is counted. */
export type Counted = {
  readonly queue: { readonly counts: Readonly<QueueCounts> }
  readonly scores: ScoreCounts
}

/** Ticks that "the last second" is made of. */
const TICKS = 4
/** How long scores are gathered before they are gathered anew. */
const WINDOW_MS = 600_000

type Reading = Answers & { readonly scoreCount: number; readonly scoreSum: number }

export class StageGauge {
  readonly #counted: Counted
  readonly #begun: Reading
  readonly #last: Reading[]
  #window: ScoreCounts
  #windowMs: number

  constructor(counted: Counted, nowMs: number) {
    this.#counted = counted
    this.#begun = readingOf(counted)
    this.#last = [this.#begun]
    this.#window = copyOf(counted.scores)
    this.#windowMs = nowMs
  }

  tick(nowMs: number): void {
    this.#last.push(readingOf(this.#counted))
    if (this.#last.length > TICKS + 1) this.#last.shift()
    if (nowMs - this.#windowMs < WINDOW_MS) return
    this.#window = copyOf(this.#counted.scores)
    this.#windowMs = nowMs
  }

  /** Requests since the stage began. */
  get requests(): number {
    return readingOf(this.#counted).requests - this.#begun.requests
  }

  /** Of the last second. */
  get recent(): Answers {
    const [now, before] = [readingOf(this.#counted), this.#last[0]]
    return {
      requests: now.requests - before.requests,
      late: now.late - before.late,
      failed: now.failed - before.failed,
    }
  }

  /** Of the last second. */
  get recentScores(): ScoreMean {
    const [now, before] = [readingOf(this.#counted), this.#last[0]]
    const count = now.scoreCount - before.scoreCount
    return { count, mean: (now.scoreSum - before.scoreSum) / count }
  }

  /** Of this window, ten minutes at most. */
  get windowScores(): ScoreCounts {
    return gained(this.#counted.scores, this.#window)
  }
}

function readingOf({ queue: { counts }, scores }: Counted): Reading {
  return {
    requests: counts.tickets,
    late: counts.lateTickets,
    failed: counts.failedTickets,
    scoreCount: scores.count,
    scoreSum: scores.sum,
  }
}
