/**
 * Limits that follow from others, each as the sum of what it must hold, checked once at start.
 */
import { assert } from '../base/assert.ts'

export type Limits = {
  /** Rows of a batch. */
  readonly batchRowsMax: number
}

/**
 * @param lotsMax lots of a request; @param shortlistMax candidates of a lot that the model scores.
 */
export function deriveLimits(limits: {
  lotsMax: number
  shortlistMax: number
  goldenRowsMax: number
}): Limits {
  // A batch takes any request whole.
  const batchRowsMax = limits.lotsMax * limits.shortlistMax
  assert(batchRowsMax >= limits.goldenRowsMax, 'a batch takes the golden rows of any model')
  return { batchRowsMax }
}
