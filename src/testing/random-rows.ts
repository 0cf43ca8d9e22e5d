/**
 * Random rows of all features, for what counts them: each text feature has some hundred values of which few are frequent,
 * each number feature a skewed distribution, and of both some are not known.
 */
import { hashText } from '../base/hash.ts'
import type { Prng } from '../base/prng.ts'
import { FEATURES } from '../features/catalogue.ts'

const VALUES = 200
const MISSING_SHARE = 0.05

/** @param skew above 1 few values are frequent; another skew is another distribution. */
export function randomRows(prng: Prng, count: number, skew = 4) {
  const hashes = new Uint32Array(count * FEATURES.length)
  const numbers = new Float32Array(count * FEATURES.length).fill(Number.NaN)
  for (let at = 0; at < hashes.length; at++) {
    const { kind, name } = FEATURES[at % FEATURES.length]
    if (prng.unit() < MISSING_SHARE) continue
    const rank = prng.unit() ** skew
    if (kind === 'text') hashes[at] = hashText(`${name}-${Math.floor(VALUES * rank)}`)
    else numbers[at] = 20 * rank
  }
  return { count, hashes, numbers }
}
