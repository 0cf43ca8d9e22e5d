import t from 'tap'
import { ANSWER_MARGIN_MS, answerByMs, scoreByMs } from './deadline.ts'

const LIMITS = { tmaxDefaultMs: 100, tmaxMostMs: 1000 }

/** Each row: first byte, tmax and network allowance, and when the answer must have left. */
const CASES: readonly (readonly [string, number, number, number, number])[] = [
  ['what the exchange says', 5000, 120, 0, 5120],
  ['less what the network takes', 5000, 120, 20, 5100],
  ['without a tmax, the default', 5000, 0, 20, 5080],
  ['a negative tmax is none', 5000, -1, 20, 5080],
  ['the least tmax', 5000, 1, 0, 5001],
  ['the most', 5000, 1000, 20, 5980],
  ['more than the most', 5000, 1001, 20, 5980],
  ['more than any exchange means', 5000, 2_147_483_647, 20, 5980],
  ['a network that takes it all', 5000, 20, 20, 5000],
  ['a network that takes more', 5000, 10, 20, 4990],
  ['a fraction of the clock is kept', 0.25, 120, 20, 100.25],
]

t.test('the answer leaves within tmax, counted from the first byte, less the network', async (t) => {
  for (const [about, firstByte, tmax, network, wanted] of CASES) {
    t.equal(answerByMs(firstByte, tmax, network, LIMITS), wanted, about)
  }
})

t.test('a default above the most is cut to it', async (t) => {
  t.equal(answerByMs(0, 0, 0, { tmaxDefaultMs: 500, tmaxMostMs: 200 }), 200)
})

t.test('scores are due before the answer, by the time that it takes to write it', async (t) => {
  t.equal(scoreByMs(5100), 5100 - ANSWER_MARGIN_MS)
  t.equal(ANSWER_MARGIN_MS, 2)
})
