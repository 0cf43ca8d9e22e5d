import fc from 'fast-check'
import t from 'tap'
import '../../testing/seed.ts'
import { type Allowance, UNLIMITED } from './allowance.ts'
import type { Strategy } from './strategies.ts'
import { type Rules, Trial } from './trial.ts'

/** Bids a hundred times the click probability. */
const HUNDRED: Strategy = { name: 'lin', parameters: {}, worth: (p) => p * 100 }

type Line = readonly [click: number, price: number, clickProbability: number]

function outcomeOf(lines: readonly Line[], rules: Partial<Rules>, strategy = HUNDRED) {
  const trial = new Trial(strategy, { allowance: UNLIMITED, bidMax: 300, ...rules })
  for (const line of lines) trial.auction(...line)
  return trial.outcome()
}

const EPISODE: Allowance = { per: 'episode', budget: 50, auctions: 3 }

/** Each row: rules, auctions, and imps, clicks and cost by hand. */
const TRIALS: readonly (readonly [string, Partial<Rules>, Line[], readonly [number, number, number]])[] = [
  ['a bid at the price wins and pays it', {}, [[1, 20, 0.2]], [1, 1, 20]],
  ['a bid below it loses, its click too', {}, [[1, 21, 0.2]], [0, 0, 0]],
  [
    'a part of a unit is cut off',
    {},
    [
      [0, 20, 0.2099],
      [0, 21, 0.2099],
    ],
    [1, 0, 20],
  ],
  ['a price of nothing is won with nothing', {}, [[1, 0, 0]], [1, 1, 0]],
  [
    'bids end at the highest',
    { bidMax: 30 },
    [
      [0, 30, 1],
      [0, 31, 1],
    ],
    [1, 0, 30],
  ],
  [
    'bids end at what is left',
    { allowance: EPISODE },
    [
      [0, 40, 0.9],
      [1, 11, 0.9],
      [1, 10, 0.9],
    ],
    [2, 1, 50],
  ],
  [
    'the fourth auction has a budget of its own',
    { allowance: EPISODE },
    [
      [0, 40, 0.9],
      [0, 11, 0.9],
      [0, 11, 0.9],
      [1, 50, 0.9],
    ],
    [2, 1, 90],
  ],
  [
    'without a budget free auctions are won',
    { allowance: { ...EPISODE, budget: 0 } },
    [
      [0, 1, 1],
      [1, 0, 1],
    ],
    [1, 1, 0],
  ],
]

t.test('bids win, pay and are counted', async (t) => {
  for (const [about, rules, lines, [imps, clicks, cost]] of TRIALS) {
    t.match(
      outcomeOf(lines, rules),
      { auctions: lines.length, imps, clicks, cost, surplusShare: null },
      about,
    )
  }
})

t.test('an episode ends with its last auction, and another starts with the next', async (t) => {
  const lines = (count: number): Line[] => Array.from({ length: count }, () => [0, 1, 1])
  t.equal(outcomeOf(lines(1), { allowance: EPISODE }).episodes, 1)
  t.equal(outcomeOf(lines(3), { allowance: EPISODE }).episodes, 1)
  t.equal(outcomeOf(lines(4), { allowance: EPISODE }).episodes, 2)
  t.equal(outcomeOf(lines(4), {}).episodes, 1)
})

t.test("at first price the bid is paid, and the surplus is a share of the oracle's", async (t) => {
  const shadedBids = Float64Array.from({ length: 301 }, (_, worth) => Math.floor(worth / 2))
  // Worth 60 each and bids of 30: surplus 30 twice; the oracle has 50 and 30 and 10, and nothing of the fourth.
  const lines: Line[] = [
    [1, 10, 0.6],
    [0, 30, 0.6],
    [0, 50, 0.6],
    [0, 70, 0.6],
  ]
  t.match(outcomeOf(lines, { shadedBids }), { imps: 2, clicks: 1, cost: 60, surplusShare: 60 / 90 })
  t.equal(
    outcomeOf([[0, 60, 0.6]], { shadedBids }).surplusShare,
    null,
    'where there is no surplus there is no share',
  )
  t.equal(
    outcomeOf(lines, { shadedBids: shadedBids.map((_, worth) => worth) }).surplusShare,
    0,
    'unshaded none is kept',
  )
})

t.test('a strategy is told what is left, and what each auction cost', async (t) => {
  const told: number[][] = []
  const strategy: Strategy = {
    ...HUNDRED,
    observe: (cost, { budget, auctions }) => told.push([cost, budget, auctions]),
  }
  outcomeOf(
    [
      [0, 20, 0.5],
      [0, 60, 0.5],
      [0, 5, 0.5],
      [0, 1, 0.5],
    ],
    { allowance: EPISODE },
    strategy,
  )
  t.strictSame(told, [
    [20, 50, 3],
    [0, 30, 2],
    [5, 30, 1],
    [1, 50, 3],
  ])
})

t.test('no episode costs more than its budget, whatever is bid', async () => {
  const lines = fc.array(
    fc.tuple(fc.constantFrom(0, 1), fc.nat(400), fc.double({ min: 0, max: 1, noNaN: true })),
    { minLength: 1, maxLength: 60 },
  )
  const shades = fc.constantFrom(
    undefined,
    Float64Array.from({ length: 301 }, (_, worth) => worth),
  )
  fc.assert(
    fc.property(
      lines,
      fc.nat(900),
      fc.integer({ min: 1, max: 9 }),
      shades,
      (lines, budget, auctions, shadedBids) => {
        const costs: number[] = []
        const strategy: Strategy = { ...HUNDRED, worth: (p) => p * 1000, observe: (cost) => costs.push(cost) }
        outcomeOf(lines, { allowance: { per: 'episode', budget, auctions }, shadedBids }, strategy)
        return costs.every((_, i) => {
          const episode = costs.slice(i - (i % auctions), i + 1)
          return episode.reduce((sum, cost) => sum + cost, 0) <= budget
        })
      },
    ),
  )
})
