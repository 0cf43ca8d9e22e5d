import { join } from 'node:path'
import t, { type Test } from 'tap'
import { BACKTEST_HELP, backtestCommand } from './backtest-command.ts'

/** Of four impressions one was clicked; the mean price is 2.5 and a click has cost 10. */
const TRAIN = { imp_train: 4, clk_train: 1, cost_train: 10, price_counter_train: [0, 1, 1, 1, 1] }
const AUCTIONS = '1 3 0.4\n0 4 0.35\r\n0\t1\t0.1\n1 2 0.5\n\n'

type Run = { readonly status: number; readonly out: string; readonly err: string }

/** Runs the command on these files. */
async function run(
  t: Test,
  args: readonly string[],
  { auctions = AUCTIONS, train = TRAIN } = {},
): Promise<Run> {
  const directory = t.testdir({ 'auctions.txt': auctions, 'train.json': JSON.stringify(train) })
  const files = ['--auctions', join(directory, 'auctions.txt'), '--train', join(directory, 'train.json')]
  return printed(t, [...files, ...args])
}

async function printed(t: Test, args: readonly string[]): Promise<Run> {
  const out = t.capture(console, 'log')
  const err = t.capture(console, 'error')
  const status = await backtestCommand(args)
  const textOf = (capture: typeof out) =>
    capture()
      .map(({ args: [text] }) => text)
      .join('\n')
  return { status, out: textOf(out), err: textOf(err) }
}

const EPISODE = ['--episode', '2', '--budget-fraction', '9/10']

t.test('strategies are a table, a row each', async (t) => {
  // Two auctions may cost 4.5, cut to 4. Of mcpc the bids are 4 and 3, then 1 and 5; of lin with b0 5 they are 8 and 7, then 2 and 10.
  const { status, out, err } = await run(t, [
    '--strategy',
    'mcpc',
    '--strategy',
    'lin',
    '--b0',
    '5',
    ...EPISODE,
  ])
  t.equal(err, '')
  t.equal(status, 0)
  t.equal(
    out,
    [
      'strategy  auctions  imps  clicks  cost  win rate  eCPC  budget  episodes  tuned to',
      'mcpc             4     3       2     6   75.00 %  3.00       4         2  costPerClick 10',
      'lin              4     3       2     6   75.00 %  3.00       4         2  b0 5',
    ].join('\n'),
  )
})

t.test('the same as JSON', async (t) => {
  const { status, out } = await run(t, ['--strategy', 'mcpc', ...EPISODE, '--json'])
  t.equal(status, 0)
  t.strictSame(JSON.parse(out), [
    {
      strategy: 'mcpc',
      shade: null,
      auctions: 4,
      imps: 3,
      clicks: 2,
      cost: 6,
      episodes: 2,
      surplusShare: null,
      winRate: 0.75,
      ecpc: 3,
      budget: 4,
      parameters: { costPerClick: 10 },
    },
  ])
})

t.test('all strategies run on a budget for the whole file', async (t) => {
  const strategies = 'mcpc,lin,ortb,ss-mdp,rlb,dual'
  const { status, out } = await run(t, [
    '--strategy',
    strategies,
    '--budget',
    '7',
    '--max-bid',
    '5',
    '--json',
  ])
  t.equal(status, 0)
  const rows = JSON.parse(out)
  t.same(
    rows.map(({ strategy }: { strategy: string }) => strategy),
    strategies.split(','),
  )
  for (const row of rows) t.match(row, { auctions: 4, budget: 7, episodes: 1 }, row.strategy)
  t.ok(rows.every(({ cost }: { cost: number }) => cost <= 7))
})

t.test('at first price the shade and the share of the surplus are told', async (t) => {
  // mcpc is worth 4, 3, 1 and 5: the oracle has 1, 0, 0 and 3. The prices of training make bids of 2, 1 or 2, 0 or 1, 2.
  const { out } = await run(t, ['--strategy', 'mcpc', '--first-price', '--shade', 'empirical'])
  t.equal(
    out,
    [
      'strategy  auctions  imps  clicks  cost  win rate  eCPC  budget  episodes      shade  surplus  tuned to',
      'mcpc             4     1       1     2   25.00 %  2.00    none         1  empirical  75.00 %  costPerClick 10',
    ].join('\n'),
  )
  const none = await run(t, ['--strategy', 'mcpc', '--first-price', '--json'])
  t.match(JSON.parse(none.out), [{ shade: 'none', surplusShare: 0 }])
})

t.test('what was not clicked has no cost a click', async (t) => {
  const { out } = await run(t, ['--strategy', 'mcpc', ...EPISODE], { auctions: '0 300 1\n' })
  t.match(out, /mcpc +1 +0 +0 +0 +0\.00 % +- +4 +1 /)
})

const WITHOUT_BUDGET = ['--strategy', 'mcpc']

/** Each row: flags, and the sentence. */
const BROKEN: readonly (readonly [readonly string[], string])[] = [
  [[], '--strategy is due: mcpc, lin, ortb, ss-mdp, rlb, dual, or several'],
  [['--strategy', 'mcpc,best'], '--strategy: one of mcpc, lin, ortb, ss-mdp, rlb, dual is due, not "best"'],
  [['--strategy', ''], '--strategy: one of mcpc, lin, ortb, ss-mdp, rlb, dual is due, not ""'],
  [[...WITHOUT_BUDGET, '--episode', '1000'], '--episode: --budget-fraction F is due with it, such as 1/16'],
  [[...WITHOUT_BUDGET, '--budget-fraction', '.1'], '--budget-fraction: --episode N is due with it'],
  [
    [...WITHOUT_BUDGET, ...EPISODE, '--budget', '9'],
    '--budget is for the whole file; leave it or --episode out',
  ],
  [
    [...WITHOUT_BUDGET, '--budget', '9', '--budget-fraction', '.1'],
    '--budget is for the whole file; leave it or --budget-fraction out',
  ],
  [
    [...WITHOUT_BUDGET, '--episode', '0', '--budget-fraction', '.1'],
    '--episode: a whole number from 1 to 10000000 is due, not "0"',
  ],
  [
    [...WITHOUT_BUDGET, '--episode', '9', '--budget-fraction', '1/0'],
    '--budget-fraction: a number above 0 is due, not "0"',
  ],
  [
    [...WITHOUT_BUDGET, '--episode', '9', '--budget-fraction', '1/2/3'],
    '--budget-fraction: a number from 0 is due, not "1/2/3"',
  ],
  [
    [...WITHOUT_BUDGET, '--budget', '1.5'],
    '--budget: a whole number from 0 to 9007199254740991 is due, not "1.5"',
  ],
  [
    [...WITHOUT_BUDGET, '--max-bid', '10001'],
    '--max-bid: a whole number from 1 to 10000 is due, not "10001"',
  ],
  [[...WITHOUT_BUDGET, '--b0', '1.2.3'], '--b0: a number from 0 is due, not "1.2.3"'],
  [[...WITHOUT_BUDGET, '--lambda', '0'], '--lambda: a number above 0 is due, not "0"'],
  [[...WITHOUT_BUDGET, '--shade', 'best'], '--shade is for first price; add --first-price or leave it out'],
  [
    [...WITHOUT_BUDGET, '--first-price', '--shade', 'dark'],
    '--shade: one of none, lognormal, empirical, best is due, not "dark"',
  ],
  [['--strategies', 'rlb'], "Unknown option '--strategies'; peregrine backtest --help lists the flags"],
  [['--strategy', 'rlb'], 'ss-mdp, rlb: --episode or --budget is due'],
]

t.test('flags that cannot be used are a sentence', async (t) => {
  for (const [args, fault] of BROKEN) {
    const { status, out, err } = await run(t, args)
    t.equal(status, 1, fault)
    t.equal(out, '')
    t.equal(err, `peregrine: backtest: ${fault}`)
  }
  t.match(await printed(t, ['--train', 'x']), {
    status: 1,
    err: /--auctions FILE with auctions, a line each is due/,
  })
  t.match(await printed(t, ['--auctions', 'x']), {
    status: 1,
    err: /--train FILE with the totals of .* is due/,
  })
})

t.test('files that cannot be used are a sentence for each fault', async (t) => {
  const broken = await run(t, WITHOUT_BUDGET, { auctions: '1 2 0.1\n1 2 NaN\n' })
  t.match(broken, {
    status: 1,
    err: /^peregrine: backtest: \S+auctions\.txt:2: a click probability from 0 to 1 is due/,
  })
  const empty = await run(t, [...WITHOUT_BUDGET, '--budget', '5'], { auctions: '' })
  t.match(empty, { status: 1, err: /auctions\.txt: no auctions in it/ })
  const unclicked = await run(t, WITHOUT_BUDGET, { train: { ...TRAIN, clk_train: 0, cost_train: 0 } })
  t.equal(unclicked.err.match(/^peregrine: backtest: \S+train\.json: \w+_train: /gm)?.length, 2)
})

t.test('one auction and a budget of nothing are no fault', async (t) => {
  const strategies = ['--strategy', 'mcpc,lin,ortb,ss-mdp,rlb,dual', '--json']
  for (const budget of [
    ['--budget', '0'],
    ['--episode', '1', '--budget-fraction', '0'],
  ]) {
    const { status, out } = await run(t, [...strategies, ...budget], { auctions: '1 0 0.5' })
    t.equal(status, 0)
    for (const row of JSON.parse(out))
      t.match(row, { imps: 1, clicks: 1, cost: 0, budget: 0, ecpc: 0 }, row.strategy)
  }
})

t.test('every flag is in the help', async (t) => {
  const flags = [
    'auctions',
    'train',
    'strategy',
    'episode',
    'budget-fraction',
    'budget',
    'max-bid',
    'b0',
    'lambda',
  ]
  for (const flag of [...flags, 'first-price', 'shade', 'json']) {
    t.match(BACKTEST_HELP, new RegExp(`^  --${flag} `, 'm'))
  }
})
