import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DEFAULT_POLICY } from '../models/release/policy.ts'
import { readReleasePolicy } from './release-policy.ts'

function read(t: Test, text: string) {
  const file = join(t.testdir({}), 'policy.json')
  writeFileSync(file, text)
  return readReleasePolicy(file)
}

t.test('what a file leaves out is as by default', async (t) => {
  t.equal(readReleasePolicy(''), DEFAULT_POLICY)
  t.same(await read(t, '{}'), DEFAULT_POLICY)
  t.same(read(t, '{"shadowS": 60, "canaryShares": []}'), { ...DEFAULT_POLICY, shadowS: 60, canaryShares: [] })
})

const FAULTS: readonly (readonly [text: string, fault: RegExp])[] = [
  ['{"shadow": 60}', /policy\.json: \/shadow: unknown field/],
  ['{"shadowS": -1}', /policy\.json: \/shadowS: must be >= 0/],
  ['{"canaryShares": [0.5, 0.2]}', /policy\.json: \/canaryShares: each is to be larger/],
  ['{"canaryShares": [1]}', /policy\.json: \/canaryShares\/0: must be < 1/],
  ['{"calibrationMax": 0.9}', /1, which is right, is to lie between/],
  ['[]', /policy\.json: \/: must be object/],
  ['{"shadowS": 6', /policy\.json: not JSON at line 1, column 14/],
]

t.test('every fault is named with its place', async (t) => {
  for (const [text, fault] of FAULTS) t.throws(() => read(t, text), { message: fault }, text)
  t.throws(() => readReleasePolicy('/nowhere/policy.json'), { message: /^release-policy .*: no such file$/ })
})
