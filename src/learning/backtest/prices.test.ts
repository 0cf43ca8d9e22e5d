import t from 'tap'
import { bidThatSpends, priceShares, winShares } from './prices.ts'

t.test('every price is likelier by one auction than it was seen', async (t) => {
  t.same([...priceShares([0, 3, 1], 2)], [1 / 7, 4 / 7, 2 / 7])
  t.same([...priceShares([2], 1)], [3 / 4, 1 / 4], 'prices that were never counted too')
  t.same([...priceShares([0, 3, 1, 5], 1)], [1 / 13, 4 / 13], 'prices above the highest bid keep their share')
})

t.test('a bid wins what was counted up to it', async (t) => {
  t.same([...winShares([1, 0, 2, 1], 3)], [0.25, 0.25, 0.75, 1])
  t.same([...winShares([1, 1], 3)], [0.5, 1, 1, 1])
  t.same([...winShares([1, 0, 2, 1], 1)], [0.25, 0.25])
})

/** Each row: what an auction may cost, and the bid, where prices of 0, 1, 2 and 3 come with .1, .4, .3 and .2. */
const SPENDING: readonly (readonly [string, number, number])[] = [
  ['nothing', 0, 0],
  ['half of what the first price costs', 0.2, 0.5],
  ['all of it', 0.4, 1],
  ['between the second and the third', 1.15, 2.25],
  ['all there is', 1.6, 3],
  ['more than there is', 50, 3],
]

t.test('the bid that spends so much an auction', async (t) => {
  const shares = Float64Array.of(0.1, 0.4, 0.3, 0.2)
  for (const [about, cost, bid] of SPENDING) {
    t.ok(Math.abs(bidThatSpends(shares, cost) - bid) < 1e-9, `${about}: ${bidThatSpends(shares, cost)}`)
  }
})
