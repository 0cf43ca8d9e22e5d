/**
 * Finds the ads that a question leaves. The summaries are combined first, so that the cost follows the places where an
 * ad can be, not the number of ads.
 */
import { BLOCKS_MAX, type Question } from './question.ts'
import type { Rows } from './rows.ts'

/** Where the rows begin that block something under the summary word at hand: few of them do. */
const blocking = new Int32Array(BLOCKS_MAX)

/**
 * Offers the ads, from the word `firstWord` of the rows on and round to it, until `take` returns false. It is given a
 * word and its bits: those of one word together, so that what is done for each ad stays out of this loop.
 * @param question complete, with a clause at least: bits behind the last ad are in no row.
 */
export function search(
  { words, summary, width, summaryWidth }: Rows,
  question: Question,
  firstWord: number,
  take: (word: number, bits: number) => boolean,
): void {
  const { clauseRows, clauseEnd, clauseCount, blockRows, blockCount } = question
  const firstSummaryWord = firstWord >> 5
  const fromFirstWord = -1 << (firstWord & 31)
  // The summary word of the start is looked at twice: from the start on, and up to it at the end of the round.
  for (let step = 0; step <= summaryWidth; step++) {
    const summaryWord = (firstSummaryWord + step) % summaryWidth
    let live = conjunction(summary, summaryWidth, summaryWord, clauseRows, clauseEnd, clauseCount)
    if (step === 0) live &= fromFirstWord
    if (step === summaryWidth) live &= ~fromFirstWord
    if (live === 0) continue
    let blockingCount = 0
    for (let i = 0; i < blockCount; i++) {
      const row = blockRows[i]
      if ((summary[row * summaryWidth + summaryWord] & live) !== 0) blocking[blockingCount++] = row * width
    }
    while (live !== 0) {
      const word = (summaryWord << 5) + trailingZeros(live)
      live &= live - 1
      let bits = conjunction(words, width, word, clauseRows, clauseEnd, clauseCount)
      for (let i = 0; bits !== 0 && i < blockingCount; i++) bits &= ~words[blocking[i] + word]
      if (bits !== 0 && !take(word, bits)) return
    }
  }
}

/** One word of the conjunction of all clauses. */
function conjunction(
  words: Int32Array,
  width: number,
  word: number,
  clauseRows: Int32Array,
  clauseEnd: Int32Array,
  clauseCount: number,
): number {
  let bits = -1
  let at = 0
  for (let clause = 0; clause < clauseCount; clause++) {
    const end = clauseEnd[clause]
    let union = 0
    for (; at < end; at++) union |= words[clauseRows[at] * width + word]
    bits &= union
    if (bits === 0) return 0
  }
  return bits
}

export function trailingZeros(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
