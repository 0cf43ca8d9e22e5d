// What a parser reads back must be what was put in, whatever it looks like.
import fc from 'fast-check'
import t from 'tap'
import { cdata, escapeMarkup } from './escape.ts'
import { parseXml } from './xml.ts'
import '../testing/seed.ts'

/** Characters that no XML document may hold, with what remains without them. */
const FORBIDDEN: [text: string, without: string][] = [
  ['a\0b', 'ab'],
  ['\x01\x08\x0b\x0c\x0e\x1f', ''],
  ['a\ud800b', 'ab'],
  ['\udc00\ud800', ''],
  ['\ufffe\uffff', ''],
  ['\x7f\x85', '\x7f\x85'],
  ['\t\n', '\t\n'],
  ['😀\u2028', '😀\u2028'],
]

t.test('escaped text may stand between tags and in quotes of either kind', async (t) => {
  t.equal(escapeMarkup(`<a b="c" d='e'>&`), '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;')
})

t.test('the end of a CDATA section inside of one is split between two', async (t) => {
  t.equal(cdata('a'), '<![CDATA[a]]>')
  t.equal(cdata('a]]>b'), '<![CDATA[a]]]]><![CDATA[>b]]>')
})

t.test('characters that XML forbids are left out, so that the document stays one', async (t) => {
  for (const [text, without] of FORBIDDEN) {
    t.equal(escapeMarkup(text), without)
    t.equal(cdata(text), `<![CDATA[${without}]]>`)
  }
})

t.test('any text at all comes back from a parser, in each of its places', async (t) => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...']]>&<"\'!-[CDATA;#3'), maxLength: 12 }),
  )
  fc.assert(
    fc.property(any, (text) => {
      const escaped = escapeMarkup(text)
      const result = parseXml(`<r a="${escaped}" b='${escaped}'><c>${escaped}</c><d>${cdata(text)}</d></r>`)
      if ('fault' in result) throw new Error(`${result.fault}: ${JSON.stringify(text)}`)
      const { attributes, children } = result.root
      const read = [...attributes.values(), ...children.map((child) => child.text)]
      t.strictSame(read, Array(4).fill(legal(text)))
    }),
    { numRuns: 500 },
  )
})

/** A text without what XML forbids, character by character. */
function legal(text: string): string {
  return Array.from(text)
    .filter((character) => {
      const code = character.codePointAt(0)!
      if (code < 0x20) return code === 9 || code === 10 || code === 13
      return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff
    })
    .join('')
}
