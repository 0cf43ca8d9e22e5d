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
import { copyOf, meanOf, SCORE_BINS, type ScoreCounts } from './scores.ts'
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

export class StageWatch {
  readonly #options: StageWatchOptions
  readonly #gauge: StageGauge
  readonly #rival: StageGauge | undefined
  #reference: ScoreCounts | undefined

  constructor(options: StageWatchOptions) {
    const { counted, rival, nowMs } = options
    this.#options = options
    this.#gauge = new StageGauge(counted, nowMs)
    this.#rival = rival === undefined ? undefined : new StageGauge(rival, nowMs)
    this.#reference = isEnough(options.reference, options.referenceMin) ? options.reference : undefined
  }

  get stage(): Stage {
    return this.#options.stage
  }

  get beganMs(): number {
    return this.#options.nowMs
  }

  tick(nowMs: number): void {
    this.#gauge.tick(nowMs)
    this.#rival?.tick(nowMs)
    const { windowScores } = this.#gauge
    if (this.#reference !== undefined || this.#options.stage !== 'live') return
    if (isEnough(windowScores, this.#options.referenceMin)) this.#reference = copyOf(windowScores)
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
    if (reference !== undefined) return { count: reference.count, mean: meanOf(reference) }
    return this.#rival?.recentScores ?? { count: 0, mean: Number.NaN }
  }

  #psi(): Measured['psi'] {
    const reference = this.#reference
    const { windowScores } = this.#gauge
    if (reference === undefined) return { count: 0, value: Number.NaN }
    const cells = cellsOf(reference)
    const expected = massOf(reference, cells).map((count) => count / reference.count)
    return {
      count: windowScores.count,
      value: psi(expected, massOf(windowScores, cells), windowScores.count),
    }
  }
}

function isEnough(scores: ScoreCounts | undefined, least: number): scores is ScoreCounts {
  return scores !== undefined && scores.count >= Math.max(1, least)
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

function massOf({ bins }: ScoreCounts, cells: Uint8Array): Float64Array {
  const mass = new Float64Array(CELLS)
  for (let bin = 0; bin < SCORE_BINS; bin++) mass[cells[bin]] += bins[bin]
  return mass
}
