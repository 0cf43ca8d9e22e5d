/**
 * What came of bids, as far as models learn whether they were right.
 */
import type { BilledImpression } from '../monitor/calibration.ts'

/** Over impressions whose clicks have come. */
export type LabelSums = {
  readonly clicks: number
  /** Sum of the probabilities. */
  readonly expected: number
  /** Nats an impression. */
  readonly logLoss: number
}

/** Counts impressions and clicks, and knows for which impressions the clicks have come; a `Calibration`. */
export type LabelBook = {
  addImpression(impression: BilledImpression): void
  addClick(click: BilledImpression): void
  mature(nowMs: number): LabelSums
}
