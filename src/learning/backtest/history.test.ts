import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readHistory } from './history.ts'

const FIELDS = { imp_train: 8, clk_train: 2, cost_train: 20, price_counter_train: [0, 4, 4] }

function written(t: Test, text: string): string {
  return join(t.testdir({ 'train.json': text }), 'train.json')
}

t.test('rates and means follow from the totals', async (t) => {
  t.strictSame(readHistory(written(t, JSON.stringify({ ...FIELDS, imp_test: 9 }))), {
    clickRate: 0.25,
    costPerClick: 10,
    meanPrice: 2.5,
    priceCounts: [0, 4, 4],
  })
})

const BROKEN: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ imp_train: undefined }, 'imp_train: a whole number above 0 is due; it is missing'],
  [{ imp_train: 0 }, 'imp_train: a whole number above 0 is due, not 0'],
  [{ imp_train: 8.5 }, 'imp_train: a whole number above 0 is due, not 8.5'],
  [{ imp_train: '8' }, 'imp_train: a whole number above 0 is due, not "8"'],
  [{ clk_train: 0 }, 'clk_train: a whole number above 0 is due, not 0; take a period with clicks'],
  [{ clk_train: 9 }, 'clk_train: at most the 8 of imp_train is due, not 9'],
  [{ cost_train: 0 }, 'cost_train: a number above 0 is due, not 0'],
  [{ cost_train: -1 }, 'cost_train: a number above 0 is due, not -1'],
  [{ price_counter_train: {} }, 'price_counter_train: a list of auctions by price from 0 on is due, not {}'],
  [{ price_counter_train: [0, -4] }, 'price_counter_train[1]: a whole number from 0 is due, not -4'],
  [
    { price_counter_train: [5, 0] },
    'price_counter_train: auctions at some price above 0 are due; there are none',
  ],
]

t.test('a field that is wrong is named with what is due', async (t) => {
  for (const [change, fault] of BROKEN) {
    const file = written(t, JSON.stringify({ ...FIELDS, ...change }))
    t.throws(() => readHistory(file), { name: 'BacktestFault', message: `${file}: ${fault}` })
  }
})

t.test('all faults are named, a line each', async (t) => {
  const file = written(t, '{}')
  t.throws(() => readHistory(file), {
    message: new RegExp(`^${file}: imp_train.*\n${file}: clk.*\n${file}: cost.*\n${file}: price_counter.*$`),
  })
})

t.test('a file that is no object is refused', async (t) => {
  const list = written(t, '[]')
  t.throws(() => readHistory(list), { message: /train\.json: an object with imp_train/ })
  const text = written(t, '{"imp_train"')
  t.throws(() => readHistory(text), { message: /train\.json: not JSON: / })
  t.throws(() => readHistory('/nowhere/train.json'), {
    message: '/nowhere/train.json is not there; give the path of a file',
  })
})
