// What a reader gets from one token: numbers, flags, floors and texts, in the spellings that senders use.
import fc from 'fast-check'
import t from 'tap'
import { decimalOfMicros } from '../base/money.ts'
import { KIND, NONE, Tape } from './tape.ts'
import '../testing/seed.ts'

t.test('number reads numbers, and texts that are numbers', async (t) => {
  const happy: [text: string, number: number, about: string][] = [
    ['0', 0, 'zero'],
    ['-0', -0, 'minus zero'],
    ['123456789', 123456789, 'nine digits'],
    ['1234567890', 1234567890, 'ten digits'],
    ['2966741889205087142', Number('2966741889205087142'), 'more digits than a double has'],
    ['2.0', 2, 'an integer as a float'],
    ['95.50', 95.5, 'zeros at the end'],
    ['0.1', 0.1, 'what binary fractions miss'],
    ['0.123456789012345678', Number('0.123456789012345678'), 'many decimals'],
    ['-1.5', -1.5, 'less than zero'],
    ['1e3', 1000, 'an exponent'],
    ['1.5E-7', 1.5e-7, 'a small exponent'],
    ['1e400', Infinity, 'beyond doubles'],
    ['"728"', 728, 'a text'],
    ['"2.5"', 2.5, 'a text with decimals'],
    ['"-3"', -3, 'a negative text'],
    ['" 7 "', 7, 'a text with space'],
    ['"007"', 7, 'a text with zeros before'],
    ['"5."', 5, 'a text that ends in a point'],
    ['".5"', 0.5, 'a text that starts with a point'],
    ['"1e2"', 100, 'a text with an exponent'],
    ['"\\u0037"', 7, 'an escaped text'],
    ['"1\\u002e5"', 1.5, 'an escaped point'],
  ]
  for (const [text, number, about] of happy)
    t.equal(
      first(text, (tape, token) => tape.number(token)),
      number,
      about,
    )
})

t.test('number is NaN for what is none', async (t) => {
  const sad: [text: string, about: string][] = [
    ['""', 'an empty text'],
    ['" "', 'a blank text'],
    ['"\\t"', 'an escaped blank'],
    ['"1,5"', 'a comma'],
    ['"1.2.3"', 'two points'],
    ['"12px"', 'a unit'],
    ['"1 2"', 'two numbers'],
    ['"-"', 'a sign'],
    ['"."', 'a point'],
    ['"é"', 'beyond ASCII'],
    ['"１２"', 'wide digits'],
    ['"12\u00a0"', 'a space beyond ASCII'],
    ['true', 'a flag'],
    ['null', 'nothing'],
    ['[1]', 'a list'],
    ['{}', 'an object'],
    [`0.${'1'.repeat(63)}`, 'a number of 65 bytes, longer than any that is needed'],
  ]
  for (const [text, about] of sad) {
    t.ok(Number.isNaN(first(text, (tape, token) => tape.number(token))), about)
  }
  t.equal(
    first(`0.${'1'.repeat(62)}`, (tape, token) => tape.number(token)),
    1 / 9,
    'a number of 64 bytes',
  )
})

t.test('number reads any double as JSON.parse does', async (t) => {
  const spelled = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.tuple(fc.nat(), fc.nat({ max: 10_000_000 })).map(([whole, part]) => `${whole}.${part}`),
    fc.tuple(fc.nat(999), fc.nat({ max: 1_000_000_000_000 })).map(([whole, part]) => `-${whole}.${part}`),
    fc.maxSafeInteger().map((value) => `${value}`),
  )
  fc.assert(
    fc.property(spelled, (text) => {
      t.equal(
        first(text, (tape, token) => tape.number(token)),
        JSON.parse(text),
      )
      t.equal(
        first(`"${text}"`, (tape, token) => tape.number(token)),
        JSON.parse(text),
      )
    }),
    { numRuns: 1000 },
  )
})

t.test('integer is the whole part as near as 32 bits go, or the fallback', async (t) => {
  const table: [text: string, integer: number, about: string][] = [
    ['2.9', 2, 'a float'],
    ['-2.9', -2, 'a negative float'],
    ['"3.0"', 3, 'a text'],
    ['2147483647', 2147483647, 'the largest'],
    ['2147483648', 2147483647, 'one more'],
    ['-2147483648', -2147483648, 'the smallest'],
    ['-2147483649', -2147483648, 'one less'],
    ['1e400', 2147483647, 'no end'],
    ['""', 9, 'an empty text'],
    ['null', 9, 'nothing'],
    ['true', 9, 'a flag'],
    ['[]', 9, 'a list'],
  ]
  for (const [text, integer, about] of table) {
    t.equal(
      first(text, (tape, token) => tape.integer(token, 9)),
      integer,
      about,
    )
  }
})

t.test('flag is true for 1 in any spelling and for nothing else', async (t) => {
  for (const text of ['1', 'true', '"1"', '1.0', '"1.0"', '"\\u0031"']) {
    t.equal(
      first(text, (tape, token) => tape.flag(token)),
      true,
      text,
    )
  }
  for (const text of ['0', 'false', '"0"', '2', '-1', '0.9', 'null', '""', '"true"', '[1]', '{}', '"yes"']) {
    t.equal(
      first(text, (tape, token) => tape.flag(token)),
      false,
      text,
    )
  }
})

t.test('floorMicros counts an amount in micros that a price may not fall below', async (t) => {
  const table: [text: string, micros: number, about: string][] = [
    ['1.5', 1_500_000, 'an amount'],
    ['"0.25"', 250_000, 'a text'],
    ['1.1', 1_100_000, 'an amount whose product with a million is no integer'],
    ['0.000001', 1, 'the smallest'],
    ['1.0000001', 1_000_001, 'between two micros'],
    ['1.0000009', 1_000_001, 'nearly the next'],
    ['1e-12', 1, 'next to nothing'],
    ['0', 0, 'nothing'],
    ['-1', 0, 'less than nothing'],
    ['-1e-12', 0, 'hardly less than nothing'],
    ['null', 0, 'no amount'],
    ['"free"', 0, 'no number'],
    ['true', 0, 'a flag'],
    ['1e10', Number.MAX_SAFE_INTEGER, 'more than can be counted'],
    ['1e400', Number.MAX_SAFE_INTEGER, 'no end'],
  ]
  for (const [text, micros, about] of table) {
    t.equal(
      first(text, (tape, token) => tape.floorMicros(token)),
      micros,
      about,
    )
  }
})

t.test(
  'a price of floorMicros reaches the floor once both are decimals again, and a micro less does not',
  async (t) => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 5000, noNaN: true }), (floor) => {
        const micros = first(JSON.stringify(floor), (tape, token) => tape.floorMicros(token))
        t.ok(Number(decimalOfMicros(micros)) >= floor, `${floor}`)
        t.ok(Number(decimalOfMicros(micros - 1)) < floor, `${floor}, less`)
      }),
      { numRuns: 1000 },
    )
  },
)

t.test(
  'floorMicros gives back whole micros, which are not rounded up by what binary fractions add',
  async (t) => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000_000 }), (micros) => {
        t.equal(
          first(decimalOfMicros(micros), (tape, token) => tape.floorMicros(token)),
          micros,
        )
      }),
      { numRuns: 1000 },
    )
  },
)

t.test('text is told from other kinds, and filled from empty', async (t) => {
  const isScalar = (text: string) => first(text, (tape, token) => tape.isScalarText(token))
  for (const text of ['"a"', '"é"', '" "', '"\\n"', '0', '-1.5']) t.equal(isScalar(text), true, text)
  for (const text of ['""', 'true', 'false', 'null', '[]', '["a"]', '{}'])
    t.equal(isScalar(text), false, text)
  t.equal(
    first('"\\n"', (tape, token) => tape.isText(token)),
    true,
  )
  t.equal(
    first('1', (tape, token) => tape.isText(token)),
    false,
  )
})

t.test('containers are found by kind and, if asked, by content', async (t) => {
  const read = (text: string) =>
    first(text, (tape, token) => [
      tape.objectOrNone(token),
      tape.arrayOrNone(token),
      tape.filledArrayOrNone(token),
    ])
  t.strictSame(read('{}'), [1, NONE, NONE])
  t.strictSame(read('[]'), [NONE, 1, NONE])
  t.strictSame(read('[null]'), [NONE, 1, 1])
  t.strictSame(read('"[]"'), [NONE, NONE, NONE])
  t.strictSame(read('null'), [NONE, NONE, NONE])
})

t.test('isEqual compares every byte and the length', async (t) => {
  const isUsd = (text: string) => first(text, (tape, token) => tape.isEqual(token, Buffer.from('USD')))
  t.equal(isUsd('"USD"'), true)
  for (const text of ['"usd"', '"US"', '"USDT"', '"USX"', '"XSD"', '""', '[]', '123'])
    t.equal(isUsd(text), false, text)
})

t.test('unescape puts what a text means in its place, once, and touches nothing else', async (t) => {
  const table: [inner: string, meant: string, about: string][] = [
    ['https:\\/\\/a.example\\/b', 'https://a.example/b', 'slashes'],
    ['\\"\\\\\\b\\f\\n\\r\\t', '"\\\b\f\n\r\t', 'every short escape'],
    ['\\u00e9\\u20AC\\ud83d\\ude00', 'é€😀', 'two, three and four bytes'],
    ['é\\u0041é', 'éAé', 'between letters beyond ASCII'],
    ['\\ud800', '\ufffd', 'half a pair becomes the sign for what cannot be read'],
    ['\\\\u0041', '\\u0041', 'a backslash that makes the next an escape no more'],
    ['\\u0000', '\0', 'a zero'],
    ['plain', 'plain', 'nothing to do'],
    ['é', 'é', 'nothing to do beyond ASCII'],
  ]
  for (const [inner, meant, about] of table) {
    const tape = tapeOf(`["before","${inner}","behind","\\n"]`)
    const text = (token: number) => tape.bytes.toString('utf8', tape.start(token), tape.end(token))
    for (let times = 1; times <= 3; times++) {
      tape.unescape(2)
      t.equal(text(2), meant, `${about}, ${times} times`)
    }
    t.ok(tape.isText(2))
    t.strictSame([text(1), text(3), text(4)], ['before', 'behind', '\\n'])
  }
})

t.test('unescape keeps the name of its token and leaves other kinds alone', async (t) => {
  const tape = tapeOf('{"os":"\\u0061","at":1,"imp":["\\n"]}')
  const key = tape.key(1)
  for (const token of [0, 1, 2, 3]) tape.unescape(token)
  t.equal(tape.key(1), key)
  t.equal(tape.kind(1), KIND.string)
  t.equal(tape.rawText(4), '\\n')
  t.equal(tape.number(2), 1)
})

t.test('two ids are the same when they mean the same text, whatever their escapes', async (t) => {
  const tape = tapeOf('["a1","a1","a2","a","1",1,"\\u0061","\\u0061",""]')
  const alike = (token: number, other: number) => tape.isSameText(token, other)
  t.equal(alike(1, 2), true)
  t.equal(alike(5, 6), true, 'a text and the number it spells')
  t.equal(alike(7, 8), true, 'two escapes')
  for (const other of [3, 4, 5, 7, 9])
    t.strictSame([alike(1, other), alike(other, 1)], [false, false], `${other}`)
  t.equal(alike(4, 7), true, 'the same letter, escaped')
})

/** What `read` makes of a text's one value, which it finds at token 1. */
function first<T>(text: string, read: (tape: Tape, token: number) => T): T {
  return read(tapeOf(`[${text}]`), 1)
}

function tapeOf(text: string): Tape {
  const tape = new Tape(Buffer.byteLength(text))
  if (!tape.scan(tape.bytes.write(text))) throw new Error(`refused: ${text}`)
  return tape
}
