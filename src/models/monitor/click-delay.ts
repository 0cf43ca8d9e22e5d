/**
 * How long after its bid a click comes: learnt from every click that arrives, in a histogram of quarter octaves from a
 * second to a day, in which the past fades by the hour. Until it has some hundred clicks it goes by a guess: 95 % within
 * half an hour, falling off exponentially.
 *
 * All clicks that come in some stretch of time are counted, also those of bids before a restart: so short delays are not
 * seen more often than they are.
 */

/** The share of clicks that have come when what a bid has led to is taken as known. */
const MATURE_SHARE = 0.95
const CLICKS_MIN = 100
const GUESS_MS = 1_800_000
const LEAST_MS = 1000
const BINS_AN_OCTAVE = 4
const DAY_MS = 86_400_000
const BINS = 1 + Math.ceil(BINS_AN_OCTAVE * Math.log2(DAY_MS / LEAST_MS))
const KEPT_AN_HOUR = 0.98
const HOUR_MS = 3_600_000

/** The longest delay that can be told from others; what takes longer counts as this. */
export const DELAY_MS_MAX = endOf(BINS - 1)

export class ClickDelay {
  readonly #counts = new Float64Array(BINS)
  #clicks = 0
  #fadedAtMs = Number.NaN

  /** @param times of the bid and of the click, Unix time. */
  add({ bidAtMs, atMs }: { readonly bidAtMs: number; readonly atMs: number }): void {
    this.#fade(atMs)
    this.#counts[binOf(atMs - bidAtMs)]++
    this.#clicks++
  }

  /** Whether it is by clicks that the delays are known. */
  get isLearned(): boolean {
    return this.#clicks >= CLICKS_MIN
  }

  /** By this age of a bid 95 % of its clicks have come. */
  get matureMs(): number {
    if (!this.isLearned) return GUESS_MS
    let sum = 0
    let bin = 0
    for (; bin < BINS - 1; bin++) {
      sum += this.#counts[bin]
      if (sum >= MATURE_SHARE * this.#clicks) break
    }
    return endOf(bin)
  }

  /** The share of its clicks that have come when a bid is so old. */
  completeness(ageMs: number): number {
    if (ageMs <= 0) return 0
    if (!this.isLearned) return 1 - (1 - MATURE_SHARE) ** (ageMs / GUESS_MS)
    const bin = binOf(ageMs)
    if (bin === BINS - 1) return 1
    let before = 0
    for (let i = 0; i < bin; i++) before += this.#counts[i]
    const start = bin === 0 ? 0 : endOf(bin - 1)
    const reached = (ageMs - start) / (endOf(bin) - start)
    return (before + reached * this.#counts[bin]) / this.#clicks
  }

  #fade(atMs: number): void {
    if (Number.isNaN(this.#fadedAtMs)) this.#fadedAtMs = atMs
    const hours = Math.floor((atMs - this.#fadedAtMs) / HOUR_MS)
    if (hours < 1) return
    const kept = KEPT_AN_HOUR ** hours
    for (let bin = 0; bin < BINS; bin++) this.#counts[bin] *= kept
    this.#clicks *= kept
    this.#fadedAtMs += hours * HOUR_MS
  }
}

function binOf(delayMs: number): number {
  if (delayMs <= LEAST_MS) return 0
  return Math.min(BINS - 1, Math.ceil(BINS_AN_OCTAVE * Math.log2(delayMs / LEAST_MS)))
}

function endOf(bin: number): number {
  return LEAST_MS * 2 ** (bin / BINS_AN_OCTAVE)
}
