/**
 * When auctions come: a Poisson process whose rate follows the day and is disturbed.
 *
 *   rate(t) = mean * shape(time of day) * noise(t)       constant within a step of five minutes
 *
 * The shape has two humps, a mean of 1, and is `swing` times as high at its peak as at its trough. The noise is
 * log-normal with a mean of 1; its logarithm is an AR(1) process over the steps, so that a busy spell lasts about half
 * an hour. Within a step the process is exact: an exponential gap that passes the step's end starts anew there.
 */
import type { Prng } from '../../src/base/prng.ts'

export const DAY_MS = 86_400_000
const STEP_MS = 300_000
const STEPS = DAY_MS / STEP_MS

const NOISE_SIGMA = 0.12
const NOISE_MEMORY = 0.85

export type ArrivalOptions = {
  readonly startMs: number
  readonly perDay: number
  /** The rate at the peak of the day over that at its trough. */
  readonly swing: number
}

export class Arrivals {
  readonly #prng: Prng
  readonly #shape: Float64Array
  readonly #perMsMean: number
  #nowMs: number
  #stepEndMs: number
  #logNoise: number
  #perMs = 0

  constructor(prng: Prng, { startMs, perDay, swing }: ArrivalOptions) {
    this.#prng = prng
    this.#shape = dayShape(swing)
    this.#perMsMean = perDay / DAY_MS
    this.#nowMs = startMs
    this.#stepEndMs = Math.floor(startMs / STEP_MS) * STEP_MS
    this.#logNoise = NOISE_SIGMA * prng.normal()
    this.#nextStep()
  }

  /** The time of the next auction, milliseconds since the epoch with a fraction. */
  next(): number {
    for (;;) {
      const atMs = this.#nowMs - Math.log(1 - this.#prng.unit()) / this.#perMs
      if (atMs < this.#stepEndMs) {
        this.#nowMs = atMs
        return atMs
      }
      this.#nowMs = this.#stepEndMs
      this.#nextStep()
    }
  }

  #nextStep(): void {
    const step = Math.floor((this.#stepEndMs % DAY_MS) / STEP_MS)
    this.#stepEndMs += STEP_MS
    const fresh = NOISE_SIGMA * Math.sqrt(1 - NOISE_MEMORY ** 2) * this.#prng.normal()
    this.#logNoise = NOISE_MEMORY * this.#logNoise + fresh
    this.#perMs = this.#perMsMean * this.#shape[step] * Math.exp(this.#logNoise - NOISE_SIGMA ** 2 / 2)
  }
}

/** The expected rate of each step of the UTC day over the day's mean. */
export function dayShape(swing: number): Float64Array {
  const humps = Float64Array.from({ length: STEPS }, (_, step) => {
    const hour = ((step + 0.5) / STEPS) * 24
    return Math.cos(((hour - 20) / 12) * Math.PI) + 0.4 * Math.cos(((hour - 13) / 6) * Math.PI)
  })
  const [low, high] = [Math.min(...humps), Math.max(...humps)]
  const shape = humps.map((hump) => swing ** ((hump - low) / (high - low)))
  const mean = shape.reduce((sum, rate) => sum + rate, 0) / STEPS
  return shape.map((rate) => rate / mean)
}
