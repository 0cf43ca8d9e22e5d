/**
 * What the control makes of measurements that are written down here. How it does with a real queue behind it is shown
 * by the simulation in `overload.test.ts`.
 */
import t from 'tap'
import { LEVEL, LEVEL_NAMES } from '../bidding/brown-out.ts'
import { type LoadSample, OverloadControl } from './overload-control.ts'

const CALM = {
  turnWaitMs: 0.1,
  scoreWaitMs: 0.1,
  utilisation: 0.5,
  bidShare: 0.4,
  offeredPerMs: 10,
}
const LATE = { turnWaitMs: 6 }
const BUSY = { utilisation: 1, bidShare: 0.6 }

type Seen = Partial<Omit<LoadSample, 'nowMs'>>

function controlled() {
  const control = new OverloadControl(5)
  let nowMs = 0
  /** Feeds samples of 20 ms, each as told and else calm; gives the levels behind them. */
  const feed = (ms: number, seen: Seen = {}): string => {
    const levels: number[] = []
    for (const untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs += 20
      control.update({ ...CALM, ...seen, nowMs })
      if (levels.at(-1) !== control.level) levels.push(control.level)
    }
    return levels.map((level) => LEVEL_NAMES[level]).join(' ')
  }
  return { control, feed }
}

/** Each row: what is seen for half a second, and the levels that follow. */
const SEEN: readonly (readonly [string, Seen, string])[] = [
  ['a calm load', {}, 'full'],
  ['waits just under the target', { turnWaitMs: 4.9, scoreWaitMs: 4.9 }, 'full'],
  ['a loop just under its limit', { utilisation: 0.97, bidShare: 0.7 }, 'full'],
  ['a loop that is busy with a new catalog', { utilisation: 1, bidShare: 0.1 }, 'full'],
  ['requests that wait for their turn', LATE, 'full fewer inline refusing'],
  ['a loop that is never idle', BUSY, 'full fewer inline refusing'],
  ['bids that wait for scores: without scores nobody does', { scoreWaitMs: 6 }, 'full fewer inline'],
]

for (const [what, seen, levels] of SEEN) {
  t.test(`${what}: ${levels}`, async (t) => {
    t.equal(controlled().feed(500, seen), levels)
  })
}

t.test('what does not stand is no overload, however bad it is and however often it comes', async (t) => {
  const { feed } = controlled()
  for (let pause = 0; pause < 50; pause++) {
    t.equal(feed(60, { turnWaitMs: 40, scoreWaitMs: 40, ...BUSY }), 'full')
    t.equal(feed(20), 'full')
  }
})

t.test('a single sample is no overload, however long it took', async (t) => {
  const control = new OverloadControl(5)
  control.update({ ...CALM, ...LATE, nowMs: 5000 })
  t.equal(control.level, LEVEL.full)
})

t.test('a level that was lost comes back soon when clearly less is offered', async (t) => {
  const { feed } = controlled()
  feed(120, LATE)
  t.equal(feed(380, { offeredPerMs: 7.9 }), 'inline')
  t.equal(feed(1000, { offeredPerMs: 7.9 }), 'inline fewer full')
})

t.test('a bad sample here and there does not keep a level from coming back', async (t) => {
  const { feed } = controlled()
  feed(120, LATE)
  feed(20)
  const levels = Array.from({ length: 30 }, () => `${feed(20, LATE)} ${feed(20, { offeredPerMs: 1 })}`)
  t.equal(levels.at(0), 'inline inline')
  t.equal(levels.at(-1), 'full full')
})

t.test('a level that was lost is tried at the same load, and ever more rarely when that fails', async (t) => {
  const { feed } = controlled()
  feed(100, LATE)
  for (const trialMs of [2000, 4000, 8000, 16_000, 32_000, 64_000, 64_000]) {
    t.equal(feed(trialMs - 20), 'fewer')
    t.equal(feed(20), 'full')
    t.equal(feed(100, LATE), 'full fewer')
  }
  feed(64_000)
  feed(3000)
  t.equal(feed(100, LATE), 'full fewer', 'one that held for longer is not held against it')
  t.equal(feed(2000), 'fewer full')
})

t.test('levels do not flap between a load that is too much and one that is just not', async (t) => {
  const { feed } = controlled()
  const levels: string[] = []
  for (let s = 0; s < 60; s++) levels.push(feed(500, { offeredPerMs: 10.5, ...LATE }), feed(500, {}))
  t.ok(levels.slice(2).every((level) => !level.includes('full')))
})

t.test(
  'while it refuses, the limit falls with overload, and rises with what the loop has to spare',
  async (t) => {
    const { control, feed } = controlled()
    feed(140, LATE)
    t.equal(control.limitPerMs, 8)
    feed(20, LATE)
    t.equal(control.limitPerMs, 6.4)
    feed(20, { utilisation: 0.96 })
    t.equal(control.limitPerMs, 6.4, 'not without anything to spare')
    feed(20, { utilisation: 0.45 })
    t.equal(control.limitPerMs, 6.4 * 1.25)
    feed(300, { utilisation: 0.05 })
    t.equal(control.limitPerMs, 15, 'not far above what is offered')
    feed(20, LATE)
    t.equal(control.limitPerMs, 15)
    feed(80, LATE)
    t.equal(control.limitPerMs, 8)
    feed(5000, LATE)
    t.equal(control.limitPerMs, 0.5, 'and it never falls to nothing')
  },
)

t.test('nobody is refused any more once all that is offered has fitted for a while', async (t) => {
  const { control, feed } = controlled()
  feed(140, LATE)
  t.equal(feed(400, { offeredPerMs: 7 }), 'refusing')
  t.equal(feed(20, { offeredPerMs: 7 }), 'inline')
  t.equal(control.limitPerMs, Number.POSITIVE_INFINITY)
})

t.test('from refusing to full it takes less than two seconds', async (t) => {
  const { feed } = controlled()
  feed(1000, { ...LATE, offeredPerMs: 40 })
  t.equal(feed(1500, { offeredPerMs: 1, utilisation: 0.05 }), 'refusing inline fewer full')
})
