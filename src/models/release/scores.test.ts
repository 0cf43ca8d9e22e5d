import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { copyOf, gained, SCORE_BINS, Scores } from './scores.ts'

t.test('bins split each octave in four, and hold the rest at their ends', async (t) => {
  const binOf = (probability: number): number => {
    const scores = new Scores()
    scores.note(probability)
    return scores.bins.indexOf(1)
  }
  const TABLE: readonly (readonly [probability: number, bin: number])[] = [
    [0, 0],
    [1e-9, 0],
    [2 ** -20, 0],
    [2 ** -20 * 1.25, 1],
    [2 ** -19, 4],
    [0.25, SCORE_BINS - 9],
    [0.5, SCORE_BINS - 5],
    [0.874, SCORE_BINS - 3],
    [0.999, SCORE_BINS - 2],
    [1, SCORE_BINS - 1],
  ]
  for (const [probability, bin] of TABLE) t.equal(binOf(probability), bin, `${probability}`)
})

t.test('what has come since is the difference of everything', async (t) => {
  const prng = new Prng(1)
  const [all, late] = [new Scores(), new Scores()]
  const row = Float32Array.from({ length: 100 }, () => prng.unit())
  const note = (scores: Scores, first: number, end: number) => {
    for (const probability of row.subarray(first, end)) scores.note(probability)
  }
  note(all, 10, 40)
  const before = copyOf(all)
  note(all, 50, 70)
  note(late, 50, 70)
  const since = gained(all, before)
  t.same([since.count, since.bins], [late.count, late.bins])
  t.ok(Math.abs(since.sum - late.sum) < 1e-9)
})
