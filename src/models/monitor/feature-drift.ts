/**
 * How far the features of what is scored now are from those of a model's training window, in windows of ten minutes. Noted
 * on the bid path for a sample of the rows, which the caller draws: at most one row a request, or rows are not told apart
 * by chance alone. A note costs about a microsecond (bench/micro/models/feature-drift.ts) and allocates nothing but once a
 * window.
 */
import { FEATURES, featureIndexOf } from '../../features/catalogue.ts'
import type { CellCounts } from '../../features/cell-counts.ts'
import { NumberCells } from '../../features/number-cells.ts'
import type { Column } from '../../features/plan.ts'
import { featuresOf, isText, type Reference } from '../../features/reference.ts'
import { type AdValues, OneRow, type VectorValues } from '../../features/row.ts'
import { TextCells } from '../../features/text-cells.ts'
import { UnseenCounts } from '../../features/unseen.ts'
import { Windows } from './windows.ts'

export const WINDOW_MS = 600_000

/** What a window tells of a feature; NaN for what it does not have, or where no row has come. */
export type FeatureWindow = {
  readonly rows: number
  /** Where the reference has the feature, and the time of day does not decide it. */
  readonly psi: number
  /** What the index would be by chance alone. */
  readonly noise: number
  /** Share of rows in which it is not known; not of crosses. */
  readonly missing: number
  /** Share of rows whose value the training window has not reached; numbers of a reference alone. */
  readonly outOfRange: number
  /** Share of rows whose weight in the inline scorer is 0; its columns alone. */
  readonly unseen: number
}

/** @property usual the shares that the reference states: of its window, and for `unseen` 0 where it does not say. */
export type WatchedFeature = {
  /** Of the catalogue, or of a cross in the inline scorer. */
  readonly feature: string
  readonly usual: { readonly missing: number; readonly unseen: number }
  /** Those that are over, the last one behind. */
  readonly windows: readonly FeatureWindow[]
}

/** Ten minutes have an hour and a day of their own: that they are unlike those of weeks says nothing. */
const CLOCK_FEATURES: ReadonlySet<string> = new Set(['hour', 'weekday'])

export type FeatureDriftOptions = {
  /** Of all tensors and of the inline scorer. */
  readonly columns: readonly Column[]
  readonly inline: { readonly columns: readonly Column[]; readonly table: Float32Array }
  readonly reference: Reference | undefined
  readonly windowMs?: number
}

/** Where the figures of a feature are counted; `undefined` and -1 where they are not. */
type Place = {
  readonly name: string
  readonly cells: CellCounts | undefined
  readonly at: number
  readonly isCompared: boolean
  readonly isRanged: boolean
  readonly column: number
}

export class FeatureDrift {
  readonly #row = new OneRow()
  readonly #texts: TextCells
  readonly #numbers: NumberCells
  readonly #unseen: UnseenCounts
  readonly #reference: Reference | undefined
  readonly #places: readonly Place[]
  readonly #windows: Windows<ReadonlyMap<string, FeatureWindow>>
  #rows = 0

  constructor({ columns, inline, reference, windowMs = WINDOW_MS }: FeatureDriftOptions) {
    const features = featuresOf(columns)
    this.#reference = reference
    this.#texts = new TextCells(features.filter(isText), reference)
    this.#numbers = new NumberCells(
      features.filter((feature) => !isText(feature)),
      reference,
    )
    this.#unseen = new UnseenCounts(inline.columns, inline.table)
    const names = [...features.map((feature) => FEATURES[feature].name), ...this.#unseen.names]
    this.#places = [...new Set(names)].map((name) => this.#placeOf(name))
    this.#windows = new Windows(windowMs, () => this.#close())
  }

  /** @param ad the row of the table of ads; @param nowMs Unix time. */
  note(vector: VectorValues, ads: AdValues, ad: number, nowMs: number): void {
    this.#windows.turn(nowMs)
    this.#row.read(vector, ads, ad)
    this.#texts.note(this.#row, 0)
    this.#numbers.note(this.#row, 0)
    this.#unseen.note(this.#row, 0)
    this.#rows++
  }

  features(nowMs: number): WatchedFeature[] {
    this.#windows.turn(nowMs)
    const { closed } = this.#windows
    return this.#places.map(({ name }) => ({
      feature: name,
      usual: this.#usual(name),
      windows: closed.map((figures) => figures.get(name)!),
    }))
  }

  #placeOf(name: string): Place {
    const feature = featureIndexOf(name) ?? -1
    const [texts, numbers] = [this.#texts, this.#numbers]
    const [text, number] = [texts.features.indexOf(feature), numbers.features.indexOf(feature)]
    return {
      name,
      cells: text !== -1 ? texts.cells : number !== -1 ? numbers.cells : undefined,
      at: Math.max(text, number),
      isCompared: !CLOCK_FEATURES.has(name),
      isRanged: number !== -1 && this.#reference?.numbers[name] !== undefined,
      column: this.#unseen.names.indexOf(name),
    }
  }

  #usual(name: string): WatchedFeature['usual'] {
    const known = this.#reference?.texts[name] ?? this.#reference?.numbers[name]
    return { missing: known?.missing ?? Number.NaN, unseen: this.#reference?.unseen?.[name] ?? 0 }
  }

  #close(): ReadonlyMap<string, FeatureWindow> {
    const figures = new Map(this.#places.map((place) => [place.name, this.#figuresAt(place)]))
    this.#rows = 0
    this.#texts.cells.clear()
    this.#numbers.clear()
    this.#unseen.clear()
    return figures
  }

  #figuresAt({ cells, at, isCompared, isRanged, column }: Place): FeatureWindow {
    const rows = this.#rows
    const compared = isCompared ? cells : undefined
    return {
      rows,
      psi: compared?.psi(at, rows) ?? Number.NaN,
      noise: compared?.noise(at, rows) ?? Number.NaN,
      missing: cells?.missing(at, rows) ?? Number.NaN,
      outOfRange: isRanged ? this.#numbers.outside[at] / rows : Number.NaN,
      unseen: column === -1 ? Number.NaN : this.#unseen.counts[column] / rows,
    }
  }
}
