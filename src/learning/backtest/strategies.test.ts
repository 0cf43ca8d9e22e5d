import t from 'tap'
import {
  type Auction,
  drawAuctions,
  historyOf,
  MARKET_C,
  MARKET_PRICE_MAX,
} from '../../testing/auction-market.ts'
import { type Allowance, UNLIMITED } from './allowance.ts'
import type { History } from './history.ts'
import { type Setup, STRATEGIES, type StrategyName, strategiesOf } from './strategies.ts'
import { type Outcome, Trial } from './trial.ts'

/** Ten impressions, one click, a price of 1, 2, 3 or 4 each as often. */
const HISTORY: History = { clickRate: 0.1, costPerClick: 25, meanPrice: 2.5, priceCounts: [0, 1, 1, 1, 1] }
const EPISODE: Allowance = { per: 'episode', budget: 30, auctions: 20 }
const NOTHING_PAID = { budget: 30, auctions: 20 }

function strategyOf(name: StrategyName, parts: Partial<Setup> = {}) {
  return strategiesOf([name], { history: HISTORY, allowance: EPISODE, bidMax: 4, ...parts })[0]
}

t.test('mcpc bids what clicks have cost', async (t) => {
  const mcpc = strategyOf('mcpc', { allowance: UNLIMITED })
  t.equal(mcpc.worth(0.1, NOTHING_PAID), 2.5)
  t.equal(mcpc.worth(1, NOTHING_PAID), 25)
  t.equal(mcpc.worth(0, NOTHING_PAID), 0)
})

t.test('lin bids b0 at the mean click rate, and in proportion', async (t) => {
  const lin = strategyOf('lin', { allowance: UNLIMITED, b0: 30 })
  t.equal(lin.worth(0.1, NOTHING_PAID), 30)
  t.equal(lin.worth(0.2, NOTHING_PAID), 60)
})

t.test('without b0 and lambda mean auctions would cost the budget', async (t) => {
  // One auction in nine has each price (one more than counted), of 0 too: up to 3 they cost 2 (1 + 2 + 3) / 9 = 12 / 9.
  const allowance: Allowance = { ...EPISODE, budget: (20 * 12) / 9 }
  for (const name of ['lin', 'ortb'] as const) {
    const { worth } = strategyOf(name, { allowance })
    t.ok(Math.abs(worth(0.1, NOTHING_PAID) - 3) < 1e-9, `${name}: ${worth(0.1, NOTHING_PAID)}`)
  }
})

t.test('ortb bends where lin is straight', async (t) => {
  const ortb = strategyOf('ortb', { lambda: 0.01 })
  const { c, lambda } = ortb.parameters
  t.equal(lambda, 0.01)
  t.ok(Math.abs(ortb.worth(0.3, NOTHING_PAID) - (Math.sqrt((c / 0.01) * 0.3 + c * c) - c)) < 1e-12)
  t.ok(ortb.worth(0.4, NOTHING_PAID) < 2 * ortb.worth(0.2, NOTHING_PAID))
})

t.test('the c of ortb is that of the market', async (t) => {
  const history = historyOf(drawAuctions(5, 100_000))
  const { c } = strategyOf('ortb', { history, bidMax: MARKET_PRICE_MAX - 1 }).parameters
  t.ok(Math.abs(c - MARKET_C) < 1, `${c}`)
})

t.test('ss-mdp takes every auction for a mean one, rlb does not', async (t) => {
  const [ssMdp, rlb] = strategiesOf(['ss-mdp', 'rlb'], { history: HISTORY, allowance: EPISODE, bidMax: 4 })
  for (const p of [0, 0.1, 0.5]) t.equal(ssMdp.worth(p, NOTHING_PAID), rlb.worth(0.1, NOTHING_PAID), `${p}`)
  t.ok(rlb.worth(0.01, NOTHING_PAID) < rlb.worth(0.1, NOTHING_PAID))
})

t.test('what a strategy lacks is said', async (t) => {
  const faults: Record<StrategyName, RegExp | undefined> = {
    mcpc: undefined,
    lin: /^lin: --b0, or a budget to find it by, is due$/,
    ortb: /^ortb: --lambda, or a budget to find it by, is due$/,
    'ss-mdp': /--episode or --budget is due/,
    rlb: /--episode or --budget is due/,
    dual: /--episode or --budget is due/,
  }
  for (const name of STRATEGIES) {
    const make = () => strategyOf(name, { allowance: UNLIMITED })
    const fault = faults[name]
    if (fault === undefined) t.doesNotThrow(make, name)
    else t.throws(make, { name: 'BacktestFault', message: fault }, name)
  }
})

t.test('with a budget of nothing only what is free is bid for', async (t) => {
  const allowance: Allowance = { ...EPISODE, budget: 0 }
  for (const name of ['lin', 'ortb', 'ss-mdp', 'rlb'] as const) {
    t.equal(strategyOf(name, { allowance }).worth(0.5, { budget: 0, auctions: 20 }), 0, name)
  }
})

const TRAIN_COUNT = 100_000
const N = 1000
const FRACTION = 1 / 16

const HELD_OUT = drawAuctions(2, TRAIN_COUNT)
const TRAINED = historyOf(drawAuctions(1, TRAIN_COUNT))
const BUDGET = Math.floor(TRAINED.meanPrice * FRACTION * N)

type Outcomes = Record<StrategyName, Outcome>

/** What the strategies brought after half of the auctions, and after all. */
function outcomes(names: readonly StrategyName[], allowance: Allowance): readonly [Outcomes, Outcomes] {
  const setup: Setup = { history: TRAINED, allowance, bidMax: MARKET_PRICE_MAX }
  const trials = strategiesOf(names, setup).map((strategy) => new Trial(strategy, setup))
  const after = (auctions: readonly Auction[]) => {
    for (const { click, price, clickProbability } of auctions) {
      for (const trial of trials) trial.auction(click, price, clickProbability)
    }
    return Object.fromEntries(trials.map((trial, i) => [names[i], trial.outcome()])) as Outcomes
  }
  return [after(HELD_OUT.slice(0, TRAIN_COUNT / 2)), after(HELD_OUT.slice(TRAIN_COUNT / 2))]
}

/** Whether one is at least another, but for what chance may bring: two deviations of a count. */
function isAtLeast(more: Outcome, less: Outcome): boolean {
  return more.clicks >= less.clicks - 2 * Math.sqrt(less.clicks)
}

t.test('where the budget binds, what knows more brings more clicks', async (t) => {
  const [, all] = outcomes(STRATEGIES, { per: 'episode', budget: BUDGET, auctions: N })
  const clicks = JSON.stringify(all)
  t.ok(isAtLeast(all.rlb, all.lin), clicks)
  t.ok(isAtLeast(all.lin, all.mcpc), clicks)
  t.ok(isAtLeast(all.rlb, all['ss-mdp']), clicks)
  t.ok(all.rlb.clicks > 1.2 * all.mcpc.clicks, clicks)
  for (const { cost, episodes } of Object.values(all)) t.ok(cost <= episodes * BUDGET, clicks)
})

t.test('a budget for a whole file is spent, evenly, and by the programme better than by lin', async (t) => {
  const budget = (BUDGET * TRAIN_COUNT) / N
  const [half, all] = outcomes(['lin', 'rlb', 'dual'], { per: 'file', budget, auctions: TRAIN_COUNT })
  for (const name of ['rlb', 'dual'] as const) {
    t.ok(
      all[name].cost > 0.99 * budget && all[name].cost <= budget,
      `${name}: ${all[name].cost} of ${budget}`,
    )
    const share = half[name].cost / budget
    t.ok(Math.abs(share - 0.5) < 0.05, `${name}: ${share} half way`)
  }
  t.ok(isAtLeast(all.rlb, all.lin), JSON.stringify(all))
})

t.test('dual keeps its multiplier from one episode to the next', async (t) => {
  const dual = strategyOf('dual', { allowance: { ...EPISODE, auctions: 2 } })
  dual.observe!(30, { budget: 30, auctions: 2 })
  const mu = dual.parameters.mu
  t.ok(mu > 1, 'a multiplier rises with what is spent above the pace')
  dual.observe!(0, { budget: 0, auctions: 1 })
  t.equal(dual.parameters.mu, mu, 'nothing was due and nothing spent')
  t.equal(dual.worth(0.1, NOTHING_PAID), 2.5 / mu)
  dual.observe!(0, { budget: 30, auctions: 2 })
  t.ok(dual.parameters.mu < mu, 'the next episode has its budget again')
})
