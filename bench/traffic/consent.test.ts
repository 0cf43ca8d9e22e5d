import t from 'tap'
import { Prng } from '../../src/base/prng.ts'
import { gppOfTcf, gppUsNational, tcfString, usPrivacy } from './consent.ts'

/** Reads big-endian bits of base64url, as a decoder would. */
function reader(text: string): (start: number, width: number) => number {
  const bytes = Buffer.from(text, 'base64url')
  return (start, width) => {
    let value = 0
    for (let at = start; at < start + width; at++)
      value = 2 * value + ((bytes[at >> 3] >> (7 - (at & 7))) & 1)
    return value
  }
}

t.test('a consent string has its fields at the offsets of the TCF 2 core segment', (t) => {
  const prng = new Prng(1)
  for (let i = 0; i < 12; i++) {
    const [core, disclosed, ...more] = tcfString(prng, 'DEU').split('.')
    const at = reader(core)
    t.equal(at(0, 6), 2, 'version')
    const updated = new Date(at(42, 36) * 100)
    t.equal(updated.getTime() % 86_400_000, 0, 'the time is a whole day')
    t.ok(updated.getUTCFullYear() >= 2024 && updated.getUTCFullYear() <= 2025)
    t.equal(at(132, 6), 5, 'policy version')
    t.equal(at(138, 1), 1, 'service specific')
    t.ok(
      [0, 0b1111 << 20, 0b11111111111 << 13].includes(at(152, 24)),
      'purposes: none, the first four, the first eleven',
    )
    t.equal(at(176, 24), 0, 'no legitimate interest')
    t.equal(at(201, 6) * 32 + at(207, 6), 3 * 32 + 4, 'publisher country DE')
    const vendorMax = at(213, 16)
    t.ok(vendorMax >= 400 && vendorMax <= 900)
    t.equal(at(229, 1), 0, 'a bit field')
    const length = 230 + vendorMax + 17 + 12
    t.equal(Buffer.from(core, 'base64url').length, Math.ceil(length / 8), 'nothing behind the restrictions')
    t.equal(reader(disclosed)(0, 3), 1, 'disclosed vendors')
    t.equal(reader(disclosed)(3, 16), vendorMax)
    t.same(more, [])
  }
  t.end()
})

t.test('GPP headers name their section as the published examples do', (t) => {
  t.same(gppOfTcf('CXX.YY'), { gpp: 'DBABMA~CXX.YY', gpp_sid: [2] })
  const seen = new Set<string>()
  const prng = new Prng(2)
  for (let i = 0; i < 30; i++) {
    const { gpp, gpp_sid } = gppUsNational(prng)
    t.same(gpp_sid, [7])
    const [header, section] = gpp.split('~')
    t.equal(header, 'DBABLA')
    const [core, signal] = section.split('.').map(reader)
    t.equal(core(0, 6), 1, 'version')
    t.equal(core(18, 2), core(20, 2), 'sale and sharing agree')
    t.equal(signal(0, 2), 1, 'the signal segment')
    t.equal(signal(2, 1), core(18, 2) === 1 ? 1 : 0, 'the browser signal agrees')
    seen.add(`${core(18, 2)}`)
  }
  t.same([...seen].sort(), ['1', '2'], 'some have opted out, some not')
  t.end()
})

t.test('US privacy strings take several values of the published form', (t) => {
  const prng = new Prng(3)
  const seen = new Set(Array.from({ length: 200 }, () => usPrivacy(prng)))
  t.ok(seen.size >= 4)
  for (const text of seen) t.match(text, /^1(---|Y[YN][YN])$/)
  t.end()
})
