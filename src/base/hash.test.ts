// Against values that others have published for MurmurHash3_x86_32 with seed 0, so that a trainer in another language
// agrees with the bidder about every hashed feature.
import t from 'tap'
import { hashBytes, hashPair, hashText, mix32 } from './hash.ts'

t.test('hashText gives the published values of lower-case text', async (t) => {
  const published = [
    ['', 0x00000000],
    ['a', 0x3c2569b2],
    ['abc', 0xb3dd93fa],
    ['test', 0xba6bd213],
    ['hello', 0x248bfa47],
    ['hello, world', 0x149bbb7f],
  ] as const
  for (const [text, hash] of published) t.equal(hashText(text), hash, JSON.stringify(text))
})

t.test(
  'hashBytes gives the published values of bytes that are no text, each tail length among them',
  async (t) => {
    const published: [number[], number][] = [
      [[0xff, 0xff, 0xff, 0xff], 0x76293b50],
      [[0x21], 0x72661cf4],
      [[0x00], 0x514e28b7],
      [[0x00, 0x00], 0x30f4c306],
      [[0x00, 0x00, 0x00], 0x85f0b427],
      [[0x00, 0x00, 0x00, 0x00], 0x2362f9de],
    ]
    for (const [bytes, hash] of published) {
      t.equal(hashBytes(Uint8Array.from(bytes), 0, bytes.length), hash, `${bytes}`)
    }
  },
)

t.test('hashBytes looks at nothing outside its range', async (t) => {
  for (const text of ['a', 'ab', 'abc', 'hello', 'hello, world']) {
    const bytes = Buffer.from(`\u00ffZ${text}Z\u00ff`)
    t.equal(hashBytes(bytes, 3, 3 + text.length), hashText(text), text)
  }
})

t.test('case is folded for ASCII letters, wherever they stand, and for nothing else', async (t) => {
  t.equal(hashText('HELLO, World'), 0x149bbb7f)
  for (let length = 1; length <= 9; length++) {
    const text = 'qazwsxedc'.slice(0, length)
    t.equal(hashText(text.toUpperCase()), hashText(text), text)
  }
  // The bytes beside the letters: @ and [ below and above A to Z are ` and { when the same bit is set.
  t.not(hashText('@'), hashText('`'))
  t.not(hashText('['), hashText('{'))
  t.not(hashText('É'), hashText('é'))
})

t.test('a hash is an unsigned 32-bit integer', async (t) => {
  for (let i = 0; i < 1000; i++) {
    const hash = hashText(`feature ${i}`)
    t.ok(Number.isInteger(hash) && hash >= 0 && hash <= 0xffffffff, `${i}: ${hash}`)
  }
})

t.test('mix32 keeps zero and maps no two of many values to one', async (t) => {
  t.equal(mix32(0), 0)
  t.equal(new Set(Array.from({ length: 10_000 }, (_, value) => mix32(value))).size, 10_000)
})

t.test('hashPair depends on the order of its two hashes', async (t) => {
  const [one, other] = [hashText('usa'), hashText('ios')]
  t.not(hashPair(one, other), hashPair(other, one))
  t.equal(hashPair(one, other), hashPair(one, other))
  // Neighbours in either place end far apart.
  const pairs = new Set<number>()
  for (let i = 0; i < 100; i++) for (let j = 0; j < 100; j++) pairs.add(hashPair(i, j))
  t.ok(pairs.size >= 9_990, `${pairs.size} of 10000 are distinct`)
})
