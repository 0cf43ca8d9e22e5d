/**
 * The best first-price bid when prices to win are log-normal: the maximum of (value - bid) * F(bid) on [floor, value].
 *
 * F is log-concave, so the surplus has one peak, and golden sections find it: 16 of them narrow the range to 0.05 %.
 * Used by backtests and as the yardstick of the landscape; not in the bid path.
 */
import { type LogNormal, logNormalCdf } from './log-normal.ts'

const GOLDEN = (Math.sqrt(5) - 1) / 2
const SECTIONS = 16

/** The price, not rounded, in [floor, value]; 0 when the value is not above 0 or does not reach the floor. */
export function shadeLogNormal(market: LogNormal, value: number, floor: number): number {
  if (!(value > 0 && value >= floor)) return 0
  const surplus = (bid: number): number => (value - bid) * logNormalCdf(market, bid)
  let low = floor
  let high = value
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
  let [atLeft, atRight] = [surplus(left), surplus(right)]
  for (let i = 0; i < SECTIONS; i++) {
    // Where both have vanished the peak is above.
    if (atLeft <= atRight) {
      low = left
      left = right
      atLeft = atRight
      right = low + GOLDEN * (high - low)
      atRight = surplus(right)
    } else {
      high = right
      right = left
      atRight = atLeft
      left = high - GOLDEN * (high - low)
      atLeft = surplus(left)
    }
  }
  const best = atLeft < atRight ? right : left
  // The peak may stand on the floor itself, which the sections only come near to.
  return surplus(floor) > surplus(best) ? floor : best
}
