/**
 * Measures a version in a stage of its release, beside the version that it is to replace, for the policy.
 *
 * | stage | beside | its scores are held against |
 * |---|---|---|
 * | shadow | the live version, on the same rows | those of the live version |
 * | canary | the live version, on other requests | its own in shadow; without them, those of the live version |
 * | live | nobody | its own in shadow or as canary; without them, its own first |
 */
import { psi } from '../../features/psi.ts'
import type { LabelBook } from './labels.ts'
import type { Measured, ScoreMean, Stage } from './policy.ts'
import { SCORE_BINS, type ScoreCounts } from './scores.ts'
import { type Counted, StageGauge } from './stage-gauge.ts'

export type StageWatchOptions = {
  readonly stage: Stage
  readonly share: number
  readonly counted: Counted
  readonly rival: Counted | undefined
  /** Undefined where there is nothing yet that its scores could be held against. */
  readonly reference: ScoreCounts | undefined
  /** Scores, below which nothing is a reference. */
  readonly referenceMin: number
  readonly labels: Pick<LabelBook, 'mature'>
  /** On the same impressions as `labels`; undefined where it has others. */
  readonly rivalLabels: Pick<LabelBook, 'mature'> | undefined
  /** Rows scored beside the live version. */
  readonly shadowScores: ScoreCounts
  readonly nowMs: number
}

/** Cells that an index is made of, of about the same mass in the reference. */
const CELLS = 10

/** Scores that others are held against: their mean, and what each cell has of them. */
type Reference = {
  readonly mean: ScoreMean
  /** By bin. */
  readonly cells: Uint8Array
  readonly shares: Float64Array
}

export class StageWatch {
  readonly #options: StageWatchOptions
  readonly #gauge: StageGauge
  readonly #rival: StageGauge | undefined
  #reference: Reference | undefined

  constructor(options: StageWatchOptions) {
    const { counted, rival, nowMs } = options
    this.#options = options
    this.#gauge = new StageGauge(counted, nowMs)
    this.#rival = rival === undefined ? undefined : new StageGauge(rival, nowMs)
    this.#refer(options.reference)
  }

  get stage(): Stage {
    return this.#options.stage
  }

  tick(nowMs: number): void {
    this.#gauge.tick(nowMs)
    this.#rival?.tick(nowMs)
    if (this.#reference === undefined && this.#options.stage === 'live') this.#refer(this.#gauge.windowScores)
  }

  measured(nowMs: number): Measured {
    const { stage, share, labels, rivalLabels, shadowScores } = this.#options
    const own = labels.mature(nowMs)
    const rivals = rivalLabels?.mature(nowMs)
    return {
      stage,
      share,
      stageS: (nowMs - this.#options.nowMs) / 1000,
      requests: this.#gauge.requests,
      shadowScores: shadowScores.count,
      recent: this.#gauge.recent,
      rival: this.#rival?.recent,
      recentScores: this.#gauge.recentScores,
      reference: this.#referenceMean(),
      psi: this.#psi(),
      labels: own,
      logLossWorse: rivals === undefined ? Number.NaN : own.logLoss / rivals.logLoss - 1,
    }
  }

  #referenceMean(): ScoreMean {
    const reference = this.#reference
    return reference?.mean ?? this.#rival?.recentScores ?? { count: 0, mean: Number.NaN }
  }

  #psi(): Measured['psi'] {
    const reference = this.#reference
    if (reference === undefined) return { count: 0, value: Number.NaN }
    const { count, bins } = this.#gauge.windowScores
    return { count, value: psi(reference.shares, massOf(bins, reference.cells), count) }
  }

  /** Holds what comes against these scores, where they are enough. */
  #refer(scores: ScoreCounts | undefined): void {
    if (scores === undefined || scores.count < Math.max(1, this.#options.referenceMin)) return
    const { count, sum, bins } = scores
    const cells = cellsOf(scores)
    const shares = massOf(bins, cells).map((mass) => mass / count)
    this.#reference = { mean: { count, mean: sum / count }, cells, shares }
  }
}

/** For each bin its cell: neighbours are joined until a cell has its part of the mass. */
function cellsOf({ bins, count }: ScoreCounts): Uint8Array {
  const cells = new Uint8Array(SCORE_BINS)
  let before = 0
  for (let bin = 0; bin < SCORE_BINS; bin++) {
    cells[bin] = Math.min(CELLS - 1, Math.floor((CELLS * before) / count))
    before += bins[bin]
  }
  return cells
}

function massOf(bins: Float64Array, cells: Uint8Array): Float64Array {
  const mass = new Float64Array(CELLS)
  for (let bin = 0; bin < SCORE_BINS; bin++) mass[cells[bin]] += bins[bin]
  return mass
}
