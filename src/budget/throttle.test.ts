import t from 'tap'
import { Prng } from '../base/prng.ts'
import { isPassed } from './throttle.ts'

const prng = new Prng(1)
const HASHES = Array.from({ length: 20_000 }, () => prng.uint32())

t.test('a share of the requests passes, the same ones each time', async (t) => {
  for (const share of [0, 0.01, 0.3, 0.9, 1]) {
    const passed = HASHES.filter((hash) => isPassed(hash, 7, share))
    t.ok(Math.abs(passed.length / HASHES.length - share) < 0.012, `${share}: ${passed.length}`)
    t.ok(passed.every((hash) => isPassed(hash, 7, share)))
  }
  t.ok(
    HASHES.every((hash) => isPassed(hash, 7, 1)),
    'a share of 1 is all of them',
  )
  t.notOk(
    HASHES.some((hash) => isPassed(hash, 7, 0)),
    'a share of 0 is none',
  )
})

t.test('what passes at a share passes at a higher one', async (t) => {
  t.ok(HASHES.every((hash) => !isPassed(hash, 3, 0.2) || isPassed(hash, 3, 0.21)))
})

t.test('accounts let different requests pass', async (t) => {
  const both = HASHES.filter((hash) => isPassed(hash, 0, 0.5) && isPassed(hash, 1, 0.5))
  t.ok(Math.abs(both.length / HASHES.length - 0.25) < 0.015, `${both.length}`)
})
