import t from 'tap'
import { isFilledText, isObject, isSet, listOf, numberOf, numbersOf, textsOf } from './loose-json.ts'

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

t.test('a list is empty when it is none, and keeps only what is asked for', async (t) => {
  t.strictSame(
    passing((value) => listOf(value).length > 0),
    [['a']],
  )
  t.strictSame(listOf(ANYTHING), ANYTHING)
  t.strictSame(textsOf(ANYTHING), [' ', '1', '1.5', 'a'])
  t.strictSame(numbersOf(ANYTHING), [0, 1, 1.5, 1, 1.5])
  t.strictSame([textsOf('a'), numbersOf(1)], [[], []])
})
