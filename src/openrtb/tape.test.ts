// The tape against JSON.parse: the same texts are accepted, and the tokens stand for the same value. Where the two differ
// on purpose, which is for deep nesting and for bytes that are not UTF-8, the test says so.
import { isUtf8 } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { AssertionError } from '../base/assert.ts'
import { Prng } from '../base/prng.ts'
import { spell } from '../testing/json-spelling.ts'
import { bannerRequest, videoRequest } from '../testing/sample-requests.ts'
import { tapeValue } from '../testing/tape-value.ts'
import { DEPTH_MAX, KIND, Tape } from './tape.ts'
import '../testing/seed.ts'

/** What stands in the buffer behind the text, left there by an earlier and longer one. */
const REMAINS = ['"', '\\', '}', ' ', '1', '\xff']

t.test(
  'a tape accepts the text that JSON.parse accepts, whatever an earlier text left behind it',
  async (t) => {
    const hard: [text: string, isJson: boolean, about: string][] = [
      ['', false, 'nothing'],
      [' ', false, 'nothing but space'],
      ['{}', true, 'an empty object'],
      ['[]', true, 'an empty array'],
      ['{ }', true, 'space in an empty object'],
      ['[\n]', true, 'space in an empty array'],
      ['0', true, 'a number alone'],
      ['""', true, 'an empty text alone'],
      ['null', true, 'a word alone'],
      [' \t\r\n[ 1 , 2 ]\t', true, 'all white space that JSON has'],
      ['\v[1]', false, 'vertical tab'],
      ['\f[1]', false, 'form feed'],
      ['\u00a0[1]', false, 'no-break space'],
      ['\u2028[1]', false, 'line separator'],
      ['\ufeff{}', false, 'byte order mark'],
      ['{}\ufeff', false, 'byte order mark behind'],
      ['{} {}', false, 'two values'],
      ['{},{}', false, 'two values with a comma'],
      ['1,2', false, 'two numbers with a comma'],
      ['{}\n{}\n', false, 'lines of JSON'],
      ['{}x', false, 'something behind'],
      ['{},', false, 'a comma behind'],
      ['{}]', false, 'a bracket behind'],
      ['{}\0', false, 'a zero byte behind'],
      ['\0{}', false, 'a zero byte before'],
      ['{\0}', false, 'a zero byte within'],
      ['"\0"', false, 'a zero byte in a text'],
      ['"\\u0000"', true, 'a zero as an escape'],
      ['"a\tb"', false, 'a control character'],
      ['"\x1f"', false, 'the last control character'],
      ['"\x7f"', true, 'delete is none'],
      ['"a\nb"', false, 'a line break in a text'],
      ['"\u2028"', true, 'a line separator in a text'],
      ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', true, 'every short escape'],
      ['"\\u00e9\\uD83D\\uDe00"', true, 'hexadecimal in both cases'],
      ['"\\ud800"', true, 'half of a surrogate pair, escaped'],
      ['"\\udc00\\ud800"', true, 'both halves the wrong way round'],
      ['"\\U00e9"', false, 'a capital U'],
      ['"\\u00e"', false, 'three digits'],
      ['"\\u00eg"', false, 'no digit'],
      ['"\\u"', false, 'no digits'],
      ['"\\x41"', false, 'an escape of C'],
      ['"\\\'"', false, 'an escaped apostrophe'],
      ['"\\"', false, 'an escaped quote at the end'],
      ['"\\', false, 'a backslash at the end'],
      ['"', false, 'a quote alone'],
      ['"abc', false, 'no end'],
      ["'a'", false, 'apostrophes'],
      ['-0', true, 'minus zero'],
      ['-', false, 'minus alone'],
      ['1e5', true, 'an exponent'],
      ['1E+05', true, 'a signed exponent with a zero'],
      ['1e-400', true, 'smaller than any double'],
      ['1e400', true, 'larger than any double'],
      ['1e', false, 'no exponent'],
      ['1e+', false, 'a sign without exponent'],
      ['0.0', true, 'zero with a fraction'],
      ['01', false, 'a zero before'],
      ['-01', false, 'minus and a zero before'],
      ['1.', false, 'no fraction'],
      ['.5', false, 'no whole part'],
      ['1.e5', false, 'no fraction before the exponent'],
      ['+1', false, 'a plus'],
      ['0x10', false, 'hexadecimal'],
      ['1_000', false, 'digits in groups'],
      ['NaN', false, 'no number'],
      ['Infinity', false, 'no end'],
      ['9'.repeat(400), true, 'a number of 400 digits'],
      ['1 2', false, 'two numbers'],
      ['[1 2]', false, 'no comma'],
      ['[1,,2]', false, 'two commas'],
      ['[,1]', false, 'a comma first'],
      ['[1,]', false, 'a comma last'],
      ['[1', false, 'an array without end'],
      ['[1}', false, 'an array that ends as an object'],
      ['{"a":1]', false, 'an object that ends as an array'],
      ['{"a":1,}', false, 'a comma last in an object'],
      ['{,}', false, 'a comma alone'],
      ['{"a"}', false, 'a name alone'],
      ['{"a":}', false, 'no value'],
      ['{"a" 1}', false, 'no colon'],
      ['{"a":1 "b":2}', false, 'no comma between members'],
      ['{"a"::1}', false, 'two colons'],
      ['{a:1}', false, 'a name without quotes'],
      ['{1:1}', false, 'a number for a name'],
      ['{"a":1', false, 'an object without end'],
      ['{"a', false, 'a name without end'],
      ['{"\\u00":1}', false, 'a broken escape in a name'],
      ['{"":1}', true, 'an empty name'],
      ['{"id":1,"id":2}', true, 'a name twice'],
      ['{"__proto__":1,"constructor":2}', true, 'names that objects have of their own'],
      ['[true,false,null]', true, 'every word'],
      ['tru', false, 'a word cut short'],
      ['truee', false, 'a word too long'],
      ['True', false, 'a capital'],
      ['nul', false, 'another word cut short'],
      ['undefined', false, 'no word of JSON'],
      ['[1]//', false, 'a comment'],
      ['/**/[1]', false, 'a comment before'],
      [")]}',\n{}", false, 'a guard against inclusion'],
    ]
    for (const [text, isJson, about] of hard) {
      t.equal(isParsed(text), isJson, `JSON.parse: ${about}`)
      for (const remains of REMAINS) t.equal(scanned(text, remains) !== undefined, isJson, `tape: ${about}`)
      if (isJson) sameValue(t, text)
    }
  },
)

t.test('each byte of ASCII is accepted in each place where JSON.parse accepts it', async (t) => {
  const places: [before: string, behind: string][] = [
    ['', ''],
    ['', '1'],
    ['', '"a"'],
    ['"', '"'],
    ['"abc', '"'],
    ['"abcd', 'e"'],
    ['"\\', '"'],
    ['"\\u', '123"'],
    ['"\\u123', '"'],
    ['"a"', ''],
    ['1', ''],
    ['0', ''],
    ['-', ''],
    ['-0', '1'],
    ['1.', ''],
    ['1.5', ''],
    ['1e', ''],
    ['1e', '5'],
    ['1', '5'],
    ['tru', ''],
    ['fa', 'se'],
    ['n', 'll'],
    ['null', ''],
    ['[', ']'],
    ['[1', ']'],
    ['[1', '2]'],
    ['[1', ''],
    ['[]', ''],
    ['{', '}'],
    ['{', '"a":1}'],
    ['{"', '":1}'],
    ['{"a"', '1}'],
    ['{"a"', ':1}'],
    ['{"a":', '}'],
    ['{"a":1', ''],
    ['{"a":1', '"b":2}'],
    ['{"a":1,', '"b":2}'],
  ]
  for (const [before, behind] of places) {
    const wrong = Array.from(
      { length: 128 },
      (_, byte) => before + String.fromCharCode(byte) + behind,
    ).filter((text) => isParsed(text) !== (scanned(text, '1') !== undefined))
    t.strictSame(wrong, [], `${before}?${behind}`)
  }
})

t.test('nesting is accepted up to DEPTH_MAX, where JSON.parse goes on', async (t) => {
  const shapes: [about: string, open: string, close: string][] = [
    ['arrays', '[', ']'],
    ['objects', '{"imp":', '}'],
    ['both', '[{"x":', '}]'],
  ]
  for (const [about, open, close] of shapes) {
    const levels = open.length > 2 && open[0] === '[' ? 2 : 1
    const nested = (depth: number) => open.repeat(depth / levels) + 1 + close.repeat(depth / levels)
    t.ok(scanned(nested(DEPTH_MAX), ' '), `${about}, ${DEPTH_MAX} deep`)
    sameValue(t, nested(DEPTH_MAX))
    t.equal(scanned(nested(DEPTH_MAX + levels), ' '), undefined, `${about}, deeper`)
    t.ok(isParsed(nested(DEPTH_MAX + levels)), `${about}, deeper, with JSON.parse`)
  }
  t.ok(
    scanned(`[${'[],'.repeat(200)}${'{},'.repeat(200)}0]`, ' '),
    'many containers side by side are not deep',
  )
})

t.test('bytes that are not UTF-8 are refused, where a decoder would replace them', async (t) => {
  const broken: [bytes: number[], about: string][] = [
    [[0x80], 'a continuation without a start'],
    [[0xc3], 'a start without continuation'],
    [[0xc0, 0xaf], 'a slash in two bytes'],
    [[0xed, 0xa0, 0x80], 'half of a surrogate pair'],
    [[0xf4, 0x90, 0x80, 0x80], 'beyond U+10FFFF'],
    [[0xff], 'a byte of no use'],
  ]
  for (const [bytes, about] of broken) {
    for (const [before, behind] of [
      ['{"id":"', '"}'],
      ['{"', '":1}'],
    ]) {
      const text = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(behind)])
      t.equal(scanned(text, ' '), undefined, about)
      t.ok(isParsed(text.toString()), `${about}, with a decoder that replaces`)
    }
  }
  t.ok(scanned('{"id":"é€😀\u{10ffff}"}', ' '), 'one to four bytes each')
})

t.test('any value in any spelling gives the tokens of that value', async (t) => {
  // Seed and path of a failure are in its message.
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }), fc.nat(), (value, seed) => {
      sameValue(t, spell(value, new Prng(seed)))
    }),
    { numRuns: 1500 },
  )
})

t.test('a request with a few bytes changed is accepted when JSON.parse accepts it', async (t) => {
  const requests = [bannerRequest(), videoRequest()].flatMap((request) => [
    JSON.stringify(request),
    JSON.stringify(request, null, 1),
    spell(request, new Prng(3)),
  ])
  const byte = fc.oneof(
    fc.constantFrom(...Buffer.from('"\\{}[]:,.-+eE0019 \n\t/utfnl\0\x1f\x7f')),
    fc.nat(255),
  )
  const change = fc.record({
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    byte,
    how: fc.constantFrom('flip', 'set', 'insert', 'delete', 'swap', 'cut'),
  })
  let acceptedCount = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...requests),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (text, changes) => {
        const bytes = changes.reduce(changed, Buffer.from(text))
        const isJson = isUtf8(bytes) && isParsed(bytes.toString())
        const accepts = scanned(bytes, '"') !== undefined
        if (accepts !== isJson) throw new Error(`${isJson ? 'refuses' : 'accepts'} ${bytes}`)
        if (accepts) sameValue(t, bytes)
        if (accepts) acceptedCount++
      },
    ),
    { numRuns: 6000 },
  )
  t.ok(acceptedCount > 500, `${acceptedCount} changed requests were still JSON`)
})

t.test('a tape has room for any text of its length, up to the last byte', async (t) => {
  const full = [
    '[1,1,1,1,1,1]',
    '[[],[],[],[]]',
    '{"":1,"":1}',
    '[[[[[[1]]]]]]',
    '"abcdefg"',
    '{"bidfloorcur":0}',
    '{"x":"é"}',
    '123456789',
    '',
  ]
  for (const text of full) {
    const tape = new Tape(Buffer.byteLength(text))
    tape.bytes.write(text)
    t.equal(tape.scan(Buffer.byteLength(text)), text !== '', text)
    if (text !== '') t.ok(isDeepStrictEqual(tapeValue(tape), JSON.parse(text)), text)
  }
})

t.test('brackets that do not close are refused however many tokens they make', async (t) => {
  // Opening brackets are the one thing that makes a token a byte: more than a tape of the text's length has room for.
  for (const open of ['[', '{"":', '[[', '{"imp":[']) {
    for (let count = 1; count <= DEPTH_MAX; count++) {
      const closing = (open.repeat(count).match(/[[{]/g) ?? []).map((bracket) =>
        bracket === '[' ? ']' : '}',
      )
      for (const closed of [0, 1, 2, closing.length - 1]) {
        const text = open.repeat(count) + closing.reverse().slice(0, closed).join('')
        const accepted = [text, `${text}1`, `${text}[]`, `${text}{}`]
          .filter((text) => !isParsed(text))
          .filter((text) => {
            const tape = new Tape(text.length)
            return tape.scan(tape.bytes.write(text))
          })
        t.strictSame(accepted, [])
      }
    }
  }
  for (const length of [1000, 100_000]) t.equal(scanned('['.repeat(length), ']'), undefined)
})

t.test('a text that does not fit the tape is a bug of the caller', async (t) => {
  t.throws(() => new Tape(10).scan(11), AssertionError)
})

t.test('a tape scans one text after another and remembers none', async (t) => {
  const tape = new Tape(100)
  const scan = (text: string) => tape.scan(tape.bytes.write(text))
  t.ok(scan('{"id":"\\u00e9","imp":[{},{},{}]}'))
  t.equal(tape.count, 6)
  t.equal(tape.hasEscapes, true)
  t.notOk(scan('{"id":"é\\n'))
  t.ok(scan('[7]'))
  t.equal(tape.count, 2)
  t.equal(tape.hasEscapes, false)
  t.strictSame(tapeValue(tape), [7])
  t.equal(tape.kind(1), KIND.number)
})

/** The tape of a text that it accepts, with `remains` all over the buffer behind the text. */
function scanned(text: string | Buffer, remains: string): Tape | undefined {
  const bytes = Buffer.from(text)
  const tape = new Tape(bytes.length + 64)
  tape.bytes.fill(remains, 'latin1')
  bytes.copy(tape.bytes)
  return tape.scan(bytes.length) ? tape : undefined
}

function sameValue(t: Test, text: string | Buffer): void {
  const tape = scanned(text, '"')
  if (tape === undefined) throw new Error(`refused: ${text}`)
  if (isDeepStrictEqual(tapeValue(tape), JSON.parse(text.toString()))) return
  t.strictSame(tapeValue(tape), JSON.parse(text.toString()))
  throw new Error(`another value: ${text}`)
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

type Change = { place: number; byte: number; how: string }

function changed(bytes: Buffer<ArrayBuffer>, { place, byte, how }: Change): Buffer<ArrayBuffer> {
  const at = Math.floor(place * bytes.length)
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at + 1)]
  switch (how) {
    case 'flip':
      return Buffer.concat([before, [bytes[at] ^ (1 << (byte & 7))], behind].map((part) => Buffer.from(part)))
    case 'set':
      return Buffer.concat([before, Buffer.from([byte]), behind])
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), bytes.subarray(at)])
    case 'delete':
      return Buffer.concat([before, behind])
    case 'swap':
      return Buffer.concat([before, behind.subarray(0, 1), bytes.subarray(at, at + 1), behind.subarray(1)])
    default:
      return Buffer.from(before)
  }
}
