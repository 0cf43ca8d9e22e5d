/**
 * Impressions of a catalog, drawn and labelled by the truth (`drawn-impressions.ts`), as rows of two models.
 */
import type { Catalog } from '../../src/catalog/schema.ts'
import type { Column } from '../../src/features/plan.ts'
import { Plan } from '../../src/features/plan.ts'
import { compiledAds, drawnImpressions, HOUR_MS } from './drawn-impressions.ts'

/** Rows of two models over the same impressions, in order of time. */
export type Impressions = {
  readonly count: number
  readonly modelIds: Int32Array
  readonly inlineIds: Int32Array
  readonly labels: Uint8Array
  /** What the truth says, for comparison alone. */
  readonly probabilities: Float64Array
}

export type ImpressionOptions = {
  readonly catalog: Catalog
  readonly count: number
  readonly seed: number
  readonly modelColumns: readonly Column[]
  readonly inlineColumns: readonly Column[]
  readonly onProgress?: (done: number) => void
}

const FIRST_DAY_MS = Date.UTC(2026, 0, 1)
const DAYS = 28

export async function makeImpressions(options: ImpressionOptions): Promise<Impressions> {
  const { catalog, count, seed, modelColumns, inlineColumns, onProgress } = options
  const ads = await compiledAds(catalog)
  const modelPlan = new Plan(modelColumns, ads.vectors)
  const inlinePlan = new Plan(inlineColumns, ads.vectors)
  const rows: Impressions = {
    count,
    modelIds: new Int32Array(count * modelColumns.length),
    inlineIds: new Int32Array(count * inlineColumns.length),
    labels: new Uint8Array(count),
    probabilities: new Float64Array(count),
  }
  const drawn = drawnImpressions({
    ads,
    count,
    seed,
    // Time runs through the weeks as the rows do, so that a holdout at the end lies in the future.
    wallMsOf: (row, prng) =>
      FIRST_DAY_MS + Math.floor((row / count) * DAYS) * 24 * HOUR_MS + prng.below(24) * HOUR_MS,
  })
  let row = 0
  for (const { vector, ad, probability, isClicked } of drawn) {
    modelPlan.begin(vector)
    modelPlan.write(rows.modelIds, row, ad)
    inlinePlan.begin(vector)
    inlinePlan.write(rows.inlineIds, row, ad)
    rows.probabilities[row] = probability
    rows.labels[row] = isClicked ? 1 : 0
    row++
    if (row % 50_000 === 0) onProgress?.(row)
  }
  return rows
}
