/**
 * The other bidders of an auction. Their number is Poisson, so a known share of auctions has none; each is of a kind:
 *
 *   performance  0.68  values log-normal (sigma 0.6) around what the slot is worth to most; at first price shaded by a
 *                      uniform factor in [0.55, 0.95], and every fifth bids just above the floor instead
 *   line         0.24  a flat price out of a ladder of round numbers, the lower ones more often: atoms in the
 *                      distribution; none where the slot is not worth a third of it to most
 *   retargeting  0.08  Pareto (exponent 1.7) from 1.2 times that worth: the heavy tail
 *
 * What the slot is worth to most is level * placement * shape * hour * user, and the user's part is drawn once for
 * each user and seen by all, so bids of one auction go together. Bids below the floor are none.
 */
import type { Prng } from '../../src/base/prng.ts'
import type { ExchangeTraits } from './traits.ts'

export type Contest = {
  readonly traits: ExchangeTraits
  /** What a middling competitor would pay here, on average over the day. */
  readonly worthCpmMicros: number
  readonly floorCpmMicros: number
  readonly isFirstPrice: boolean
  /** UTC, with a fraction. */
  readonly hour: number
}

const LINE_SHARE = 0.24
const RETARGETING_SHARE = 0.08
const VALUE_SIGMA = 0.6
const LADDER_CPM_MICROS = [300_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 5_000_000]
const PARETO_EXPONENT = 1.7
const RETARGETING_FROM = 1.2
const RETARGETING_MAX = 40
const FLOOR_CHASER_SHARE = 0.2

/** The highest bid of the others, an integer; 0 when nobody bids the floor. */
export function highestBid(prng: Prng, contest: Contest): number {
  // More campaigns run in the afternoon than at night.
  const dayPart = 1 + 0.25 * Math.cos(((contest.hour - 16) / 12) * Math.PI)
  const count = poisson(prng, contest.traits.competitorsMean * dayPart)
  const worthCpmMicros = contest.worthCpmMicros * eveningFactor(contest.hour)
  let highest = 0
  for (let i = 0; i < count; i++) {
    highest = Math.max(highest, Math.round(oneBid(prng, { ...contest, worthCpmMicros })))
  }
  return highest >= contest.floorCpmMicros ? highest : 0
}

function oneBid(prng: Prng, contest: Contest): number {
  const kind = prng.unit()
  if (kind < LINE_SHARE) return lineBid(prng, contest.worthCpmMicros)
  if (kind < LINE_SHARE + RETARGETING_SHARE) {
    const tail = Math.min(RETARGETING_MAX, (1 - prng.unit()) ** (-1 / PARETO_EXPONENT))
    return contest.worthCpmMicros * RETARGETING_FROM * tail
  }
  return performanceBid(prng, contest)
}

/** Prices rise in the evening by a fifth and fall at night. */
function eveningFactor(hour: number): number {
  return Math.exp(0.2 * Math.cos(((hour - 20) / 12) * Math.PI))
}

function lineBid(prng: Prng, worthCpmMicros: number): number {
  const line = LADDER_CPM_MICROS[Math.floor(LADDER_CPM_MICROS.length * prng.unit() ** 1.5)]
  return line <= 3 * worthCpmMicros ? line : 0
}

function performanceBid(prng: Prng, contest: Contest): number {
  const { worthCpmMicros, floorCpmMicros, isFirstPrice } = contest
  const value = worthCpmMicros * Math.exp(VALUE_SIGMA * prng.normal())
  if (!isFirstPrice || value < floorCpmMicros) return value
  if (prng.unit() < FLOOR_CHASER_SHARE) return Math.min(value, floorCpmMicros * (1 + 0.1 * prng.unit()))
  return Math.max(floorCpmMicros, value * (0.55 + 0.4 * prng.unit()))
}

/** Knuth's product of uniforms; the mean is small. */
export function poisson(prng: Prng, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = prng.unit(); product > limit; product *= prng.unit()) count++
  return count
}
