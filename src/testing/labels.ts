/**
 * Counts impressions and clicks as soon as it is told of them.
 */

import type { BilledImpression } from '../models/monitor/calibration.ts'
import type { LabelBook, LabelSums } from '../models/release/labels.ts'

export class PromptLabels implements LabelBook {
  impressions = 0
  #clicks = 0
  #expected = 0
  #loss = 0

  addImpression({ probability }: BilledImpression): void {
    this.impressions++
    this.#expected += probability
    this.#loss -= Math.log(1 - probability)
  }

  addClick({ probability }: BilledImpression): void {
    this.#clicks++
    this.#loss += Math.log(1 - probability) - Math.log(probability)
  }

  mature(): LabelSums {
    return { clicks: this.#clicks, expected: this.#expected, logLoss: this.#loss / this.impressions }
  }
}
