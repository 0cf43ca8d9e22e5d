import t from 'tap'
import { Prng } from '../../src/base/prng.ts'
import type { Measure, Pair } from './measures.ts'
import { judge, overall, type Result, type Verdict } from './verdict.ts'

const measure: Measure = {
  key: 'made',
  name: 'a made measure',
  unit: 'us',
  isWorse: 'more',
  failRatio: 1.1,
  isSharp: true,
  why: 'for the tests',
}
const pairsOf = (ratios: readonly number[]): Pair[] =>
  ratios.map((ratio) => ({ base: 100, candidate: 100 * ratio }))

t.test('what was measured gives the verdict', (t) => {
  const rows: [about: string, ratios: number[], verdict: Verdict][] = [
    ['no round could measure it', [], 'void'],
    ['no change', [0.99, 1.01, 1, 1.02, 0.98, 1], 'pass'],
    ['faster', [0.8, 0.82, 0.79, 0.81, 0.8, 0.8], 'pass'],
    ['a little slower, less than half of the threshold', [1.02, 1.03, 1.04, 1.03, 1.02, 1.04], 'pass'],
    ['beyond half of the threshold, all rounds agree', [1.07, 1.06, 1.08, 1.07, 1.06, 1.08], 'warn'],
    ['the same, and a round disagrees but holds no failure', [1.07, 0.99, 1.08, 1.07, 1.06, 1.08], 'pass'],
    ['at the threshold it warns', [1.1, 1.1, 1.1, 1.1, 1.1, 1.1], 'warn'],
    ['beyond it, all rounds agree', [1.12, 1.11, 1.15, 1.13, 1.2, 1.1], 'fail'],
    ['beyond it, and a round at half of it', [1.12, 1.05, 1.15, 1.13, 1.2, 1.1], 'void'],
    ['beyond it by one round alone', [1, 1.01, 0.99, 1, 1.02, 3], 'void'],
    ['rounds all over the place', [0.7, 1.4, 1.1, 0.9, 1.2, 1], 'void'],
    ['five rounds have no interval, whatever they say', [2, 2, 2, 2, 2], 'void'],
    ['in nine rounds one outlier does no harm', [1.2, 1.19, 1.21, 1.2, 1.2, 1.22, 1.18, 1.2, 0.9], 'fail'],
    ['nor does it make an unchanged tree void', [1, 1, 1.01, 0.99, 1, 1, 1, 1.01, 1.5], 'pass'],
  ]
  for (const [about, ratios, verdict] of rows) {
    t.equal(judge(measure, pairsOf(ratios), true).verdict, verdict, about)
  }
  t.end()
})

t.test('what is only told is not judged', (t) => {
  const told = judge(measure, pairsOf([2, 2, 2, 2, 2, 2]), false)
  t.equal(told.verdict, 'told')
  t.equal(judge(measure, [], false).verdict, 'not measured')
  t.equal(told.ratio?.median.toFixed(6), '2.000000')
  t.end()
})

t.test('less is worse where it is', (t) => {
  const rate: Measure = { ...measure, isWorse: 'less' }
  const pairs = Array.from({ length: 6 }, () => ({ base: 1000, candidate: 800 }))
  t.equal(judge(rate, pairs, true).verdict, 'fail')
  t.equal(judge(rate, pairs, true).ratio?.median.toFixed(6), '1.250000')
  t.equal(judge({ ...rate, isWorse: 'more' }, pairs, true).verdict, 'pass')
  t.end()
})

t.test('the interval leaves out as many at each end as the sign test allows', (t) => {
  const rows: [rounds: number, low: number, median: number, high: number][] = [
    [6, 1, Math.sqrt(12), 6],
    [8, 1, Math.sqrt(20), 8],
    // No more than one of nine under the median: 10 of 512 cases.
    [9, 2, 5, 8],
    [11, 2, 6, 10],
    // No more than two of twelve: 79 of 4096.
    [12, 3, Math.sqrt(42), 10],
  ]
  for (const [rounds, low, median, high] of rows) {
    const ratios = Array.from({ length: rounds }, (_, i) => i + 1).toReversed()
    const ratio = judge(measure, pairsOf(ratios), true).ratio!
    t.same(
      [ratio.low, ratio.median.toFixed(9), ratio.high],
      [low, median.toFixed(9), high],
      `${rounds} rounds`,
    )
  }
  t.end()
})

t.test(
  'chance alone hardly ever fails an unchanged tree, however noisy, and 15 % is seen through 3 % of noise',
  (t) => {
    const prng = new Prng(5)
    // Twelve uniform draws: near enough to normal, with a deviation of 1.
    const noise = () => Array.from({ length: 12 }, () => prng.unit()).reduce((a, b) => a + b) - 6
    const failures = (shift: number, deviation: number) => {
      let count = 0
      for (let i = 0; i < 1000; i++) {
        const ratios = Array.from({ length: 6 }, () => shift * Math.exp(deviation * noise()))
        if (judge(measure, pairsOf(ratios), true).verdict === 'fail') count++
      }
      return count
    }
    for (const deviation of [0.01, 0.05, 0.2, 1]) t.ok(failures(1, deviation) <= 20, `deviation ${deviation}`)
    t.ok(failures(1.15, 0.03) > 900)
    t.end()
  },
)

t.test('the worst measure decides', (t) => {
  const rows: [Verdict[], string][] = [
    [['pass', 'told', 'not measured'], 'pass'],
    [['pass', 'warn'], 'warn'],
    [['warn', 'void', 'pass'], 'void'],
    [['void', 'fail', 'pass'], 'fail'],
  ]
  for (const [verdicts, expected] of rows) {
    const results = verdicts.map((verdict): Result => ({ measure, rounds: 6, verdict }))
    t.equal(overall(results), expected, verdicts.join(', '))
  }
  t.end()
})
