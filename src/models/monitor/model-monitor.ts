/**
 * Watches one version of a model in service: its features and scores on the bid path, for a sample of the rows; clicks
 * expected and realised as the clerk learns of them; and what is wrong with all that. Some 300 KB, whatever the traffic.
 */
import type { AdValues, VectorValues } from '../../features/row.ts'
import type { Model } from '../load.ts'
import { type Alarm, alarms, type MonitorState } from './alarms.ts'
import { type BilledImpression, Calibration, type MatureFigures } from './calibration.ts'
import type { ClickDelay } from './click-delay.ts'
import { FeatureDrift } from './feature-drift.ts'
import { ScoreDrift } from './score-drift.ts'
import { trainingEndMs } from './training-end.ts'

export type MonitorReport = MonitorState & { readonly alarms: readonly Alarm[] }

export class ModelMonitor {
  readonly #trainingEndMs: number
  readonly #features: FeatureDrift
  readonly #scores: ScoreDrift
  readonly #calibration: Calibration
  /** When something was told last, Unix time. */
  usedAtMs: number

  /** @param options.sinceMs when it begins, Unix time; impressions of bids before that do not count. */
  constructor(options: {
    model: Pick<Model, 'manifest' | 'inline'>
    delay: ClickDelay
    sinceMs: number
    windowMs?: number
  }) {
    const { model, delay, sinceMs, windowMs } = options
    const { inputs, reference, training } = model.manifest
    const columns = [...inputs.flatMap((input) => input.columns), ...model.inline.columns]
    this.#trainingEndMs = trainingEndMs(training.window)
    this.#features = new FeatureDrift({ columns, inline: model.inline, reference, windowMs })
    this.#scores = new ScoreDrift({ reference: reference?.scores, windowMs })
    this.#calibration = new Calibration({ delay, sinceMs })
    this.usedAtMs = sinceMs
  }

  /**
   * A row that this version scores: the imp that the vector has been read from, and an ad. Before the await of a bid, behind
   * which the vector is another's. The caller samples: one row of a request at most, that of the ad which ranks first, as it
   * is most like the impressions that the reference is of.
   */
  noteRow(vector: VectorValues, ads: AdValues, ad: number, nowMs: number): void {
    this.usedAtMs = nowMs
    this.#features.note(vector, ads, ad, nowMs)
  }

  /** What this version has answered for a row, not what the inline scorer did in its place. */
  noteScore(probability: number, nowMs: number): void {
    this.usedAtMs = nowMs
    this.#scores.note(probability, nowMs)
  }

  /** An impression that was billed, whose bid went by this version. */
  addImpression(impression: BilledImpression): void {
    this.usedAtMs = Math.max(this.usedAtMs, impression.bidAtMs)
    this.#calibration.addImpression(impression)
  }

  /** A click on such an impression, its first. */
  addClick(impression: BilledImpression): void {
    this.#calibration.addClick(impression)
  }

  /** What came of bids whose clicks have come. */
  mature(nowMs: number): MatureFigures {
    return this.#calibration.mature(nowMs)
  }

  report(nowMs: number): MonitorReport {
    const state: MonitorState = {
      features: this.#features.features(nowMs),
      scores: this.#scores.scores(nowMs),
      calibration: this.#calibration.state(nowMs),
      trainedAgeMs: nowMs - this.#trainingEndMs,
    }
    return { ...state, alarms: alarms(state) }
  }
}
