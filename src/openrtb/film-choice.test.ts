// What a player lists, in the spellings that senders use, against what we can write.
import fc from 'fast-check'
import t from 'tap'
import { newestProtocol } from './film-choice.ts'
import { NONE, Tape } from './tape.ts'
import '../testing/seed.ts'

const INLINE = [2, 3, 7, 11, 13, 15]
const WRAPPER = [5, 6, 8, 12, 14, 16]

t.test('the newest protocol that both sides have is chosen, of inline VAST and of wrappers', async (t) => {
  const table: [list: string, inline: number, wrapper: number, about: string][] = [
    ['[2,3]', 3, 0, 'two inline versions'],
    ['[3,2]', 3, 0, 'the newest need not come last'],
    ['[2,3,5,6]', 3, 6, 'both kinds'],
    ['[5,6]', 0, 6, 'wrappers alone'],
    ['[2,3,5,6,7,8,11,12,13,14,15,16]', 15, 16, 'all that is written'],
    ['[1,2,3,4,5,6,7,8,9,10,11,12,13,14]', 13, 14, 'all of VAST 4.2 and older'],
    ['[1,4]', 0, 0, 'VAST 1 is not written'],
    ['[9,10]', 0, 0, 'DAAST is not written'],
    ['[3,99,17]', 3, 0, 'codes to come are passed over'],
    ['["3","7","8"]', 7, 8, 'texts'],
    ['["\\u0033"]', 3, 0, 'escaped texts'],
    ['[3.0,6.0]', 3, 6, 'integers as floats'],
    ['[null,{"a":[7]},[8],true,3]', 3, 0, 'what is no code is passed over, with all inside'],
    ['[0,-3]', 0, 0, 'no codes'],
    ['[2.5]', 0, 0, 'nor half a code'],
  ]
  for (const [list, inline, wrapper, about] of table) {
    t.strictSame([chosen(list, false), chosen(list, true)], [inline, wrapper], about)
  }
})

t.test('a player that does not say is taken to understand VAST 3', async (t) => {
  const tape = new Tape(16)
  t.equal(newestProtocol(tape, NONE, false), 3)
  t.equal(newestProtocol(tape, NONE, true), 6)
  for (const nothing of ['[]', '{}', 'null', '"x"', 'true']) {
    t.strictSame([chosen(nothing, false), chosen(nothing, true)], [3, 6], nothing)
  }
})

t.test('one number is a list of one, as OpenRTB 2.0 had it', async (t) => {
  t.strictSame([chosen('2', false), chosen('2', true)], [2, 0])
  t.strictSame([chosen('"8"', false), chosen('"8"', true)], [0, 8])
  t.strictSame([chosen('1', false), chosen('99', false)], [0, 0])
})

t.test('any list gives its largest code that is written', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }), (codes) => {
      for (const [isWrapper, written] of [
        [false, INLINE],
        [true, WRAPPER],
      ] as const) {
        t.equal(
          chosen(JSON.stringify(codes), isWrapper),
          Math.max(0, ...codes.filter((code) => written.includes(code))),
        )
      }
    }),
  )
})

function chosen(list: string, isWrapper: boolean): number {
  const tape = new Tape(256)
  if (!tape.scan(tape.bytes.write(`{"protocols":${list},"w":7}`))) throw new Error(`refused: ${list}`)
  return newestProtocol(tape, 1, isWrapper)
}
