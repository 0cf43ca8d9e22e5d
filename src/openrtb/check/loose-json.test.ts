import t from 'tap'
import {
  allShown,
  isFilledText,
  isObject,
  isSet,
  isUnset,
  limitOf,
  listOf,
  numberOf,
  numbersOf,
  objectsOf,
  shown,
  textsOf,
  within,
} from './loose-json.ts'

const ANYTHING = [undefined, null, true, false, 0, 1, 1.5, '', ' ', '1', '1.5', 'a', [], ['a'], {}, { a: 1 }]

/** What of `ANYTHING` passes. */
const passing = (isGood: (value: unknown) => boolean) => ANYTHING.filter(isGood)

t.test('an object is neither null nor a list', async (t) => {
  t.strictSame(passing(isObject), [{}, { a: 1 }])
})

t.test('a filled text is a text with something in it', async (t) => {
  t.strictSame(passing(isFilledText), [' ', '1', '1.5', 'a'])
})

t.test('a flag is set by 1 and true, also when 1 is text', async (t) => {
  t.strictSame(passing(isSet), [true, 1, '1'])
})

t.test('a number is a number or a text that is one', async (t) => {
  const numbers = ANYTHING.map(numberOf).filter((number) => number !== undefined)
  t.strictSame(numbers, [0, 1, 1.5, 1, 1.5])
})

t.test('a list is empty when it is none', async (t) => {
  t.strictSame(
    passing((value) => listOf(value).length > 0),
    [['a']],
  )
  t.strictSame(listOf(ANYTHING), ANYTHING)
})

t.test('one value stands for a list of it, and texts and numbers for each other', async (t) => {
  t.strictSame(textsOf(ANYTHING), ['0', '1', '1.5', ' ', '1', '1.5', 'a'])
  t.strictSame(numbersOf(ANYTHING), [0, 1, 1.5, 1, 1.5])
  t.strictSame(objectsOf(ANYTHING), [{}, { a: 1 }])
  t.strictSame([textsOf('a'), textsOf(7), numbersOf('7'), objectsOf({})], [['a'], ['7'], [7], [{}]])
  t.strictSame([textsOf(null), numbersOf(undefined), objectsOf('a')], [[], [], []])
})

t.test('a flag is unset by 0 and false, and not by being absent', async (t) => {
  t.strictSame(passing(isUnset), [false, 0])
})

t.test('a limit that is not set, or below nothing, is 0', async (t) => {
  t.strictSame([undefined, null, 'a', -1, '-1', 0, 2, '2'].map(limitOf), [0, 0, 0, 0, 0, 0, 2, 2])
})

t.test('values are shown short', async (t) => {
  t.strictSame([undefined, null, true, 1.5, 'a"b', [], [1], { a: 1 }].map(shown), [
    'undefined',
    'null',
    'true',
    '1.5',
    '"a\\"b"',
    'an empty list',
    'a list',
    'an object',
  ])
  t.equal(shown('x'.repeat(1000)).length, 81)
  t.equal(allShown(['a', 1, {}], 'none'), 'a, 1, an object')
  t.equal(allShown([], 'none'), 'none')
})

t.test('all that is within a value comes in document order, with its pointer', async (t) => {
  const found = [...within({ a: [1, { 'b/c~': null }], d: 'x' })].map(({ path }) => path)
  t.strictSame(found, ['', '/a', '/a/0', '/a/1', '/a/1/b~1c~0', '/d'])
})
