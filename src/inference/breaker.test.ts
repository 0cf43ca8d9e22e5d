/**
 * Each row of a table tells calls one after another, a second apart unless it says otherwise, and where they lead.
 */
import t from 'tap'
import { Breaker, type BreakerLimits, type BreakerState } from './breaker.ts'

const LIMITS: BreakerLimits = { rowMax: 3, windowFailuresMax: 8, backoffMs: 100, backoffMsMax: 350 }

/** `.` a call that succeeds, `x` one that fails, `-` one that is not let out, a number: milliseconds that pass. */
function play(script: string, breaker = new Breaker(LIMITS)) {
  let nowMs = 1000
  for (const word of script.split(' ').filter((word) => word !== '')) {
    if (/^\d+$/.test(word)) {
      nowMs += Number(word)
      continue
    }
    for (const sign of word) {
      const era = breaker.admit(nowMs)
      if ((era === undefined) !== (sign === '-')) return `at ${sign} of ${word}: ${breaker.state}`
      if (era !== undefined) breaker.settle(era, sign === 'x', nowMs)
    }
  }
  return breaker.state
}

/** Each row: what happens, the state that it ends in, and how often it has opened. */
const CASES: readonly (readonly [string, string, BreakerState, number])[] = [
  ['nothing', '', 'closed', 0],
  ['calls that succeed', '........', 'closed', 0],
  ['one failure less than are too many', 'xx', 'closed', 0],
  ['failures that are too many', 'xxx', 'open', 1],
  ['failures with a success between them', 'xx.xx.xx', 'closed', 0],
  ['too many in a row behind a good past', '................xxx', 'open', 1],
  ['a share that is too large, without a row', 'x.x.x.x.x.x.x.x', 'open', 1],
  ['the same share less one', 'x.x.x.x.x.x.x.', 'closed', 0],
  ['failures that have left the window', 'x.x.x.x.x.x.x. ............................. x', 'closed', 0],
  ['more calls than the window holds', `${'.'.repeat(100)}x`, 'closed', 0],
  ['open: nothing is let out', 'xxx ---', 'open', 1],
  ['open: nothing until the backoff is over', 'xxx 99 -', 'open', 1],
  ['a probe that succeeds closes it', 'xxx 100 .', 'closed', 1],
  ['and what was before is forgotten', 'xxx 100 . xx', 'closed', 1],
  ['a probe that fails opens it again', 'xxx 100 x -', 'open', 2],
  ['for twice as long', 'xxx 100 x 199 - 1 .', 'closed', 2],
  ['up to a bound', 'xxx 100 x 200 x 350 x 349 - 1 .', 'closed', 4],
  ['once closed, the backoff is the first one again', 'xxx 100 x 200 . xxx 99 - 1 .', 'closed', 3],
]
for (const [what, script, state, openings] of CASES) {
  t.test(what, async (t) => {
    const breaker = new Breaker(LIMITS)
    t.equal(play(script, breaker), state)
    t.equal(breaker.openings, openings)
  })
}

t.test('a window full of failures is counted', async (t) => {
  const breaker = new Breaker({ ...LIMITS, rowMax: 99, windowFailuresMax: 32 })
  t.equal(play('x'.repeat(31), breaker), 'closed')
  t.equal(play('x', breaker), 'open')
})

t.test('half open, one call is out at a time', async (t) => {
  const breaker = new Breaker(LIMITS)
  play('xxx', breaker)
  const probe = breaker.admit(1100)
  t.equal(breaker.state, 'half-open')
  t.equal(breaker.admit(9999), undefined)
  breaker.settle(probe!, false, 9999)
  t.equal(breaker.state, 'closed')
})

t.test('calls from before a change of state do not count', async (t) => {
  const breaker = new Breaker(LIMITS)
  const early = Array.from({ length: 8 }, () => breaker.admit(1000)!)
  for (const era of early.slice(0, 3)) breaker.settle(era, true, 1000)
  t.equal(breaker.state, 'open')
  breaker.settle(early[3], true, 1050)
  t.equal(breaker.openings, 1, 'a failure does not lengthen the backoff')
  breaker.settle(early[4], false, 1050)
  t.equal(breaker.state, 'open', 'a success does not close it')
  const probe = breaker.admit(1100)
  breaker.settle(early[5], true, 1100)
  t.equal(breaker.state, 'half-open', 'nor is it taken for that of the probe')
  breaker.settle(probe!, false, 1100)
  breaker.settle(early[6], true, 1100)
  t.equal(breaker.state, 'closed')
})

t.test('as it is used: five in a row, sixteen of 32, from a second to half a minute', async (t) => {
  t.equal(play('xxxx', new Breaker()), 'closed')
  t.equal(play('xxxxx', new Breaker()), 'open')
  t.equal(play('x.'.repeat(15), new Breaker()), 'closed')
  t.equal(play(`${'x.'.repeat(15)}x`, new Breaker()), 'open')
  t.equal(
    play('xxxxx 999 - 1 x 1999 - 1 x 4000 x 8000 x 16000 x 29999 - 1 x 29999 - 1 .', new Breaker()),
    'closed',
  )
})
