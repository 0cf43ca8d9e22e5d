/**
 * The features of imps between the moment that they are read and the moment that a bid is made of them, when the vector
 * that they were read into belongs to another request. A ring of rows, each of the words that stand in a record: nobody
 * gives a row back, and one that has waited for `ROWS` others is overwritten, which its reader sees by its number.
 *
 * Called on the bid path, once an imp and once a bid; some tens of nanoseconds, nothing is allocated.
 */
import { inOrder, type LoggedFeature } from './layout.ts'

/** Values by index of the catalogue, as `FeatureVector` and `AdVectors` have them. */
export type FeatureValues = { readonly hashes: Uint32Array; readonly numbers: Float32Array }

/** One memory, seen as hashes and as numbers. */
export type Words = { readonly uint32: Uint32Array; readonly float32: Float32Array }

/** More than requests in work have imps that are bid on. 2 MB. */
const ROWS = 2 ** 14

export class FeatureNotes {
  /** Features in the catalogue, and words in a row. */
  readonly #width: number
  readonly #rows: Words
  readonly #ofOffer: Sources
  readonly #ofAd: Sources
  #next = 0

  constructor(features: readonly LoggedFeature[]) {
    this.#width = features.length
    const uint32 = new Uint32Array(ROWS * this.#width)
    this.#rows = { uint32, float32: new Float32Array(uint32.buffer) }
    this.#ofOffer = sourcesOf(features, ({ side }) => side !== 'ad')
    this.#ofAd = sourcesOf(features, ({ side }) => side === 'ad')
  }

  /** Keeps what a request and an imp of it are. Returns the number of the note. */
  add(values: FeatureValues): number {
    copy(this.#ofOffer, values, 0, this.#rows, (this.#next % ROWS) * this.#width)
    return this.#next++
  }

  /** False once the note is overwritten. */
  has(note: number): boolean {
    return this.#next - note <= ROWS
  }

  /**
   * Writes what was noted, completed by what the ad is.
   * @param note for which `has`. @param word of the target, where the features begin.
   */
  write(note: number, ads: FeatureValues, ad: number, target: Words, word: number): void {
    const first = (note % ROWS) * this.#width
    const { uint32 } = this.#rows
    for (let i = 0; i < this.#width; i++) target.uint32[word + i] = uint32[first + i]
    copy(this.#ofAd, ads, ad * this.#width, target, word)
  }
}

/** Indexes of the catalogue, and the words of a row that belong to them. */
type Sources = {
  readonly texts: Int32Array
  readonly textWords: Int32Array
  readonly numbers: Int32Array
  readonly numberWords: Int32Array
}

function sourcesOf(features: readonly LoggedFeature[], isOf: (feature: LoggedFeature) => boolean): Sources {
  const row = inOrder(features)
  const wordsOf = (kind: LoggedFeature['kind']) =>
    Int32Array.from(row.keys()).filter((word) => row[word].kind === kind && isOf(row[word]))
  const indexesOf = (words: Int32Array) => words.map((word) => features.indexOf(row[word]))
  const [textWords, numberWords] = [wordsOf('text'), wordsOf('number')]
  return { texts: indexesOf(textWords), textWords, numbers: indexesOf(numberWords), numberWords }
}

function copy(sources: Sources, values: FeatureValues, from: number, target: Words, word: number): void {
  const { texts, textWords, numbers, numberWords } = sources
  for (let i = 0; i < texts.length; i++) target.uint32[word + textWords[i]] = values.hashes[from + texts[i]]
  for (let i = 0; i < numbers.length; i++)
    target.float32[word + numberWords[i]] = values.numbers[from + numbers[i]]
}
