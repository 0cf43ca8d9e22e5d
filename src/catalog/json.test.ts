import fc from 'fast-check'
import t from 'tap'
import { type Piece, piecesOf } from './json.ts'
import '../testing/seed.ts'

const piecesOfText = (text: string): Piece[] => [...piecesOf(Buffer.from(text))]
const faultOf = (text: string): string | undefined => {
  const last = piecesOfText(text).at(-1)
  return last !== undefined && 'malformed' in last ? last.malformed : undefined
}

t.test('a file is cut into the elements of its array, each with its pointer', async (t) => {
  const happy: [text: string, pieces: Piece[]][] = [
    ['{"a":1}', [{ path: '', value: { a: 1 } }]],
    [' [ {"a":1} , {"b":[2,3]} ]\n', ['/0 {"a":1}', '/1 {"b":[2,3]}'].map(pieceOf)],
    // Brackets, commas and quotes inside text do not cut.
    ['[{"a":"],}\\"["},"\\\\",3]', ['/0 {"a":"],}\\"["}', '/1 "\\\\"', '/2 3'].map(pieceOf)],
    ['[]', []],
    ['[ ]', []],
    ['\uFEFF[1]', [{ path: '/0', value: 1 }]],
    ['\uFEFF{}', [{ path: '', value: {} }]],
    ['"Grüße, 世界"', [{ path: '', value: 'Grüße, 世界' }]],
  ]
  for (const [text, pieces] of happy) t.strictSame(piecesOfText(text), pieces, text)
})

function pieceOf(line: string): Piece {
  const space = line.indexOf(' ')
  return { path: line.slice(0, space), value: JSON.parse(line.slice(space)) }
}

t.test('a fault of syntax has its line and column and, where a slip is likely, the remedy', async (t) => {
  const sad: [text: string, message: string][] = [
    ['', 'line 1, column 1: the file is empty'],
    ['{"a":1', 'line 1, column 7: the file ends too early'],
    ['[{"a":1},\n {"a":2', 'line 2, column 8: the file ends too early'],
    ['[{"a":1}\n', 'line 2, column 1: the file ends too early'],
    ['{\n  "a": 1,\n}', 'line 3, column 1: unexpected }; remove the comma before it'],
    ['[1,\n2,\n]', 'line 3, column 1: unexpected ]; remove the comma before it'],
    ['{"a":1\n "b":2}', 'line 2, column 2: unexpected "; a comma is missing before it'],
    ['[{"a":1}\n{"b":2}]', 'line 2, column 1: unexpected {; a comma is missing before it'],
    ['{"a":1}\n{"b":2}', 'line 2, column 1: unexpected {; several objects in one file belong in an array'],
    ['{"a": 1} // why', 'line 1, column 10: unexpected /; JSON has no comments'],
    ['{"a": # why', 'line 1, column 7: unexpected #; JSON has no comments'],
    ["{'a': 1}", "line 1, column 2: unexpected '; JSON has double quotes only"],
    [
      '{"a": "b\n"}',
      'line 1, column 7: unexpected "; this text is not closed, or holds a line break or a bad escape',
    ],
    [
      '{"a\\x": 1}',
      'line 1, column 2: unexpected "; this text is not closed, or holds a line break or a bad escape',
    ],
    ['[{"a":1}, {"a": yes}]', 'line 1, column 17: unexpected yes'],
    ['[{"a":1}, {"a" 2}]', 'line 1, column 16: unexpected 2'],
    // The bracket that does not match, not the end of the file.
    ['[{"a":[1}, {"a":2}]', 'line 1, column 9: unexpected }'],
    ['[{"a":1}}, 2]', 'line 1, column 9: unexpected }'],
    ['[,1]', 'line 1, column 2: unexpected ,'],
    ['[1] 2', 'line 1, column 5: unexpected 2; several objects in one file belong in an array'],
    ['[] ]', 'line 1, column 4: unexpected ]; several objects in one file belong in an array'],
    // Columns count characters, not bytes.
    ['["Grüße", x]', 'line 1, column 11: unexpected x'],
    // Nesting without end exhausts nothing.
    [`${'['.repeat(200_000)}x`, 'line 1, column 200001: unexpected x'],
  ]
  for (const [text, message] of sad) t.equal(faultOf(text), `is not JSON at ${message}`, text.slice(0, 40))
})

t.test('bytes that are not UTF-8 are refused', async (t) => {
  t.strictSame(
    [...piecesOf(Buffer.from([0x22, 0xff, 0x22]))],
    [{ malformed: 'is not UTF-8; save it in that encoding' }],
  )
})

t.test('the elements before a fault are still read', async (t) => {
  t.strictSame(piecesOfText('[1,2,x]').slice(0, 2), [pieceOf('/0 1'), pieceOf('/1 2')])
})

// The naive twin is JSON.parse of the whole; texts are valid ones, damaged ones and heaps of words.
t.test('exactly what JSON.parse accepts is accepted, with the same values', async (t) => {
  const words = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '1',
    '-',
    '0.5e3',
    '01',
    'null',
    'tru',
    ' ',
    '\n',
    '\u0001',
  ]
  const heap = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((list) => list.join(''))
  const whole = fc.oneof(
    fc.json(),
    fc.array(fc.json(), { maxLength: 4 }).map((list) => `[${list.join(' ,')}]`),
  )
  const damaged = fc
    .tuple(whole, fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...words))
    .map(([text, place, removed, word]) => {
      const at = place % (text.length + 1)
      return text.slice(0, at) + word + text.slice(at + removed)
    })
  const agrees = fc.property(fc.oneof(heap, whole, damaged), agreesWithParse)
  t.doesNotThrow(() => fc.assert(agrees, { seed: 20_260_101, numRuns: 3000 }))
})

function agreesWithParse(text: string): boolean {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(text).toString())
  } catch (error) {
    return placeAgrees(`${error}`, faultOf(text))
  }
  const expected = Array.isArray(value)
    ? value.map((element, index) => ({ path: `/${index}`, value: element }))
    : [{ path: '', value }]
  return JSON.stringify(piecesOfText(text)) === JSON.stringify(expected)
}

/** Where `JSON.parse` has expected something else it tells the place of the word, as we do. */
function placeAgrees(theirs: string, ours: string | undefined): boolean {
  const place = /(?:Expected|non-whitespace).* \(line (\d+) column (\d+)\)$/.exec(theirs)
  return ours?.includes(place === null ? 'is not JSON' : `line ${place[1]}, column ${place[2]}:`) === true
}
