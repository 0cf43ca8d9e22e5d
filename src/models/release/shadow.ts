/**
 * What a candidate would have said beside the live version, on the same ads of the same requests, and what came of those
 * that were bought. The candidate's probability of a bid waits here for the bill, and then for a click; of both the newest
 * 131,072 are kept, so that of a bid that nobody buys nothing is left in the end.
 */

import type { BilledImpression } from '../monitor/calibration.ts'
import type { LabelBook } from './labels.ts'
import { Scores } from './scores.ts'

const WAITING_MAX = 2 ** 17

/** @property bidNumber in the ledger of this process; another one's bids have none. */
export type OwnImpression = BilledImpression & { readonly bidNumber: number }

export class Shadow {
  readonly candidate = new Scores()
  readonly live = new Scores()
  /** On the impressions that both have scored. */
  readonly candidateLabels: LabelBook
  readonly liveLabels: LabelBook
  readonly #bids = new Map<number, number>()
  readonly #impressions = new Map<number, number>()
  readonly #waitingMax: number

  constructor(newLabels: () => LabelBook, waitingMax = WAITING_MAX) {
    this.candidateLabels = newLabels()
    this.liveLabels = newLabels()
    this.#waitingMax = waitingMax
  }

  /** The same row, by both. */
  note(liveProbability: number, candidateProbability: number): void {
    this.live.note(liveProbability)
    this.candidate.note(candidateProbability)
  }

  /** What the candidate says of an ad that was bid. */
  noteBid(bidNumber: number, candidateProbability: number): void {
    this.#wait(this.#bids, bidNumber, candidateProbability)
  }

  addImpression(impression: OwnImpression): void {
    const { bidNumber } = impression
    const probability = this.#bids.get(bidNumber)
    if (probability === undefined) return
    this.#bids.delete(bidNumber)
    this.#wait(this.#impressions, bidNumber, probability)
    this.candidateLabels.addImpression({ ...impression, probability })
    this.liveLabels.addImpression(impression)
  }

  addClick(click: OwnImpression): void {
    const { bidNumber } = click
    const probability = this.#impressions.get(bidNumber)
    if (probability === undefined) return
    this.#impressions.delete(bidNumber)
    this.candidateLabels.addClick({ ...click, probability })
    this.liveLabels.addClick(click)
  }

  #wait(waiting: Map<number, number>, bidNumber: number, probability: number): void {
    // A map is in the order in which it was filled.
    if (waiting.size >= this.#waitingMax) waiting.delete(waiting.keys().next().value as number)
    waiting.set(bidNumber, probability)
  }
}
