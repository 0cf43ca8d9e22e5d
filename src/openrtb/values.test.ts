// Values of a request as tokens give them. What they mean in each object is in the suite of requests.
import t from 'tap'
import { NONE, Tape } from './tape.ts'
import { codeList, codeMask, currencyAt, OTHER_CODES, textList, USD } from './values.ts'

const tape = new Tape(256)

/** The token of a value in an array. */
function tokenOf(value: string): number {
  if (!tape.scan(tape.bytes.write(`[${value}]`))) throw new Error(`refused: ${value}`)
  return 1
}

t.test('a currency is its three letters, a byte each', async (t) => {
  const EUR = 0x455552
  const table: [value: string, currency: number, about: string][] = [
    ['"USD"', USD, 'dollars'],
    ['"EUR"', EUR, 'another'],
    ['"\\u0045UR"', EUR, 'with an escape'],
    ['"eur"', 0x657572, 'small letters, which are another currency'],
    ['"EURO"', 0, 'four letters'],
    ['"EU"', 0, 'two letters'],
    ['" EUR"', 0, 'a space'],
    ['"\\u00e9\\u00e9"', 0, 'four bytes in two letters'],
  ]
  for (const [value, currency, about] of table) {
    t.equal(currencyAt(tape, tokenOf(value), USD), currency, about)
    t.equal(currencyAt(tape, tokenOf(value), 0), currency, `${about}, whatever the fallback`)
  }
})

t.test('where no currency is named the fallback counts', async (t) => {
  for (const value of ['""', 'null', '7', '["EUR"]', '{}', 'true']) {
    t.equal(currencyAt(tape, tokenOf(value), 7), 7, value)
  }
})

t.test('a list of texts is its token, with the escapes undone', async (t) => {
  const list = textList(tape, tokenOf('["a\\/b","c",7,["d\\/e"]]'))
  t.equal(list, 1)
  t.equal(tape.rawText(list + 1), 'a/b')
  t.equal(tape.rawText(list + 2), 'c')
  for (const value of ['[]', '""', 'true', 'null', '{"a":1}'])
    t.equal(textList(tape, tokenOf(value)), NONE, value)
})

t.test('a text or a number that stands where a list is due is a list of one', async (t) => {
  for (const [value, text] of [
    ['"a\\/b"', 'a/b'],
    ['7', '7'],
  ]) {
    const list = textList(tape, tokenOf(value))
    t.equal(list, tape.firstItem(list), value)
    t.equal(tape.next(list), list + 1, value)
    t.equal(tape.rawText(list), text, value)
  }
})

t.test('codes are bits, of a list or of one alone', async (t) => {
  const table: [value: string, mask: number][] = [
    ['[1,3]', 0b1010],
    ['[0,31]', OTHER_CODES | (1 << 31)],
    ['["2",2,2.0]', 0b100],
    ['[32,500,-1,2147483648]', OTHER_CODES],
    ['[null,"x",{},[1],1]', 0b10],
    ['[]', 0],
    ['3', 0b1000],
    ['"3"', 0b1000],
    ['32', OTHER_CODES],
    ['-1', OTHER_CODES],
    ['null', 0],
    ['{"a":1}', 0],
    ['"x"', 0],
  ]
  for (const [value, mask] of table) t.equal(codeMask(tape, tokenOf(value)), mask, value)
})

t.test('what lists codes is an array with something in it, or a code', async (t) => {
  for (const value of ['[1]', '[null]', '7', '"7"', '0', '7.5', '-1', '1e10']) {
    t.equal(codeList(tape, tokenOf(value)), 1, value)
  }
  for (const value of ['[]', '{}', '{"a":7}', 'null', 'true', '""', '"x"']) {
    t.equal(codeList(tape, tokenOf(value)), NONE, value)
  }
})
