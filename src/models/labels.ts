/**
 * What came of bids, as far as models learn whether they were right.
 */

/** A bid that was bought, or clicked. */
export type Response = {
  /** Key of the model, as its token has it. */
  readonly model: string
  readonly campaignId: string
  /** Of a click, by that model. */
  readonly probability: number
  readonly bidAtMs: number
  /** In the ledger of this process; another one's bids have none. */
  readonly bidNumber: number
}

/** Sums over impressions. */
export type LabelSums = {
  readonly impressions: number
  readonly clicks: number
  /** Sum of the probabilities. */
  readonly expected: number
  /** Sum of the negative log likelihoods, nats. */
  readonly logLoss: number
}

/** Counts impressions and clicks, and knows for which impressions the clicks have come. */
export type LabelBook = {
  addImpression(response: Response): void
  addClick(response: Response, atMs: number): void
  /** Over the impressions whose clicks have come by now. */
  mature(nowMs: number): LabelSums
}

/** Counts them all, old or new. */
export class Labels implements LabelBook {
  readonly #sums = { impressions: 0, clicks: 0, expected: 0, logLoss: 0 }
  addImpression({ probability }: Response): void {
    this.#sums.impressions++
    this.#sums.expected += probability
    this.#sums.logLoss -= Math.log(1 - held(probability))
  }
  addClick({ probability }: Response): void {
    const p = held(probability)
    this.#sums.clicks++
    this.#sums.logLoss += Math.log(1 - p) - Math.log(p)
  }
  mature(): LabelSums {
    return this.#sums
  }
}

/** One mistake of a model that is certain is not infinite. */
function held(probability: number): number {
  return Math.min(1 - 1e-9, Math.max(1e-9, probability))
}
