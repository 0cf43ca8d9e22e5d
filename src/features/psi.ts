/**
 * Population stability index: how far a distribution has moved from the one that was expected, over the same cells.
 *
 *   PSI = sum of (found - expected) * ln(found / expected)
 *
 * 0 where nothing has moved; by convention 0.1 is a little and 0.25 is much. Shares are held at `SHARE_LEAST`, so that one
 * row in a cell that was empty is not infinite.
 */

const SHARE_LEAST = 1e-4

/** @param counts rows by cell, `rows` in all. NaN where there are none. */
export function psi(expected: ArrayLike<number>, counts: ArrayLike<number>, rows: number): number {
  if (rows === 0) return Number.NaN
  let sum = 0
  for (let cell = 0; cell < expected.length; cell++) {
    const was = Math.max(expected[cell], SHARE_LEAST)
    const is = Math.max(counts[cell] / rows, SHARE_LEAST)
    sum += (is - was) * Math.log(is / was)
  }
  return sum
}

/** What the index comes to by chance alone, where `rows` are drawn from the distribution that `expectedRows` told of. */
export function psiNoise(cells: number, rows: number, expectedRows: number): number {
  return (cells - 1) * (1 / rows + 1 / expectedRows)
}
