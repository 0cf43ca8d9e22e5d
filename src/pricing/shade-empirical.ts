/**
 * The best first-price bid when the chance to win is a table by integer price: the first maximum of
 * (value - price) * cdf[price] over the integers of [floor, value]. Takes a step for each price; for backtests.
 */

/**
 * The price, an integer of at least 1; 0 when no price of the range has a surplus.
 * @param cdf the chance to win at each integer price; the last holds for every price above.
 */
export function shadeEmpirical(cdf: Float64Array, value: number, floor: number): number {
  const top = cdf.length - 1
  const first = Math.max(1, Math.ceil(floor))
  // Above the table a higher price wins no more, so only the first can be the best.
  const last = Math.min(value, Math.max(first, top))
  let best = 0
  let most = 0
  for (let price = first; price <= last; price++) {
    const surplus = (value - price) * cdf[Math.min(price, top)]
    if (surplus <= most) continue
    most = surplus
    best = price
  }
  return best
}
