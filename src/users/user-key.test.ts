import fc from 'fast-check'
import t from 'tap'
import { ID_KIND, type IdKind } from '../openrtb/user-id.ts'
import { UserKeys } from './user-key.ts'
import '../testing/seed.ts'

const SALT = 0x123456789abcd
const IFA = 'EA7583CD-A667-48BC-B806-42ECB2B48606'

/** The key of an id that stands among others. */
function keyOf(text: string, kind: IdKind = ID_KIND.ifa, exchangeHash = 5, salt = SALT): [number, number] {
  const bytes = Buffer.from(`x${text}x`)
  const key = { hi: 0, lo: 0 }
  new UserKeys(salt).keyOf({ kind, start: 1, end: bytes.length - 1 }, bytes, exchangeHash, key)
  return [key.hi, key.lo]
}

t.test(
  'a key is the same in every process that has the salt: what one counts another asks for',
  async (t) => {
    t.same(keyOf(IFA), [1725162497, 827955947])
    t.same(keyOf('u-17', ID_KIND.buyeruid), [2978192453, 1341525174])
    t.same(keyOf('u-17000', ID_KIND.buyeruid), [607605510, 1710580423])
    t.same(keyOf('u-17', ID_KIND.exchange), [3540740708, 3846432584])
  },
)

t.test('a key is of an id in any case, and of nothing around it', async (t) => {
  t.same(keyOf(IFA.toLowerCase()), keyOf(IFA))
  t.notSame(keyOf('\u00c9'), keyOf('\u00e9'), 'beyond ASCII a capital is another letter')
})

t.test('kinds of ids, exchanges and salts are kept apart, in each half of the key', async (t) => {
  const apart = (ones: readonly [number, number], others: readonly [number, number], about: string) => {
    t.not(ones[0], others[0], about)
    t.not(ones[1], others[1], about)
  }
  apart(keyOf(IFA, ID_KIND.ifa), keyOf(IFA, ID_KIND.buyeruid), 'kinds')
  apart(keyOf(IFA, ID_KIND.buyeruid), keyOf(IFA, ID_KIND.exchange), "the exchange's own")
  apart(keyOf('1', ID_KIND.exchange, 5), keyOf('1', ID_KIND.exchange, 6), 'exchanges')
  apart(keyOf(IFA), keyOf(IFA, ID_KIND.ifa, 5, SALT + 1), 'salts')
  apart(keyOf(IFA), keyOf(IFA, ID_KIND.ifa, 5, SALT + 2 ** 40), 'salts of more than 32 bits')
  t.same(keyOf(IFA, ID_KIND.ifa, 5), keyOf(IFA, ID_KIND.ifa, 6), 'an advertising id is the same everywhere')
})

t.test('ids that differ in one byte differ in each half of the key', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789abcdef-'), minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(text, fc.nat(), (one, place) => {
      const at = place % one.length
      const [hi, lo] = keyOf(one)
      const [otherHi, otherLo] = keyOf(`${one.slice(0, at)}z${one.slice(at + 1)}`)
      const [longerHi, longerLo] = keyOf(`${one}\0`)
      return hi !== otherHi && lo !== otherLo && hi !== longerHi && lo !== longerLo
    }),
    { numRuns: 1000 },
  )
})

t.test('keys of ids in a row are spread evenly by each half', async (t) => {
  const IDS = 64_000
  for (const half of [0, 1]) {
    for (const shift of [0, 26]) {
      const counts = new Array<number>(64).fill(0)
      for (let i = 0; i < IDS; i++) counts[(keyOf(`id-${i}`)[half] >>> shift) & 63]++
      const most = Math.max(...counts.map((count) => Math.abs(count - IDS / 64)))
      // Five standard deviations.
      t.ok(most < 5 * Math.sqrt(IDS / 64), `${most} off`)
    }
  }
})

t.test('a salt is a whole number', async (t) => {
  for (const salt of [-1, 0.5, 2 ** 53, Number.NaN]) t.throws(() => new UserKeys(salt), `${salt}`)
})
