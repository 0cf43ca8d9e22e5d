import t from 'tap'
import { AssertionError, assert } from './assert.ts'

t.test('assert lets pass what is true', async (t) => {
  t.doesNotThrow(() => assert(true, 'one is one'))
})

t.test('assert throws an AssertionError that names the invariant', async (t) => {
  t.throws(() => assert(false, 'one is two'), { name: 'AssertionError', message: 'one is two' })
  t.throws(() => assert(false, 'one is two'), AssertionError)
  t.throws(() => assert(false, 'one is two'), Error)
})
