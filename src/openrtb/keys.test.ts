// Names are compared as hashes of their beginnings first; here is shown that nothing but the very name passes.
import fc from 'fast-check'
import t from 'tap'
import { KEY, keyOfText, UNKNOWN } from './keys.ts'
import { Tape } from './tape.ts'
import '../testing/seed.ts'

const NAMES = Object.keys(KEY) as (keyof typeof KEY)[]

t.test('each name has a number of its own, and none is UNKNOWN', async (t) => {
  t.equal(new Set(Object.values(KEY)).size, NAMES.length)
  t.notOk(Object.values(KEY).includes(UNKNOWN))
})

t.test('a known name is found wherever it stands and however it is spelled', async (t) => {
  for (const name of NAMES) {
    const escapedFirst = `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`
    const escaped = name.replace(/./g, (letter) => `\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    for (const spelled of [name, escapedFirst, escaped]) {
      t.equal(keyIn(`{"${spelled}":0}`), KEY[name], spelled)
      t.equal(keyIn(`{"x":0, \n"${spelled}" : 0}`, 2), KEY[name], `${spelled}, second`)
    }
    t.equal(keyOfText(name), KEY[name], `${name}, as text`)
  }
})

t.test('a name that differs in one byte is UNKNOWN, also behind its fourth', async (t) => {
  for (const name of NAMES) {
    for (let at = 0; at < name.length; at++) {
      for (const letter of ['x', '_', name[at].toUpperCase(), '\x7f']) {
        const other = name.slice(0, at) + letter + name.slice(at + 1)
        t.equal(keyIn(`{"${other}":0}`), numberOf(other), other)
      }
    }
  }
})

t.test('a name that is longer or shorter is UNKNOWN', async (t) => {
  for (const name of NAMES) {
    for (const other of [
      `${name}x`,
      `x${name}`,
      `${name}s`,
      ` ${name}`,
      `${name} `,
      name.slice(1),
      name + name,
    ]) {
      t.equal(keyIn(`{"${other}":0}`), numberOf(other), other)
    }
    for (let length = 0; length < name.length; length++) {
      t.equal(keyIn(`{"${name.slice(0, length)}":0}`), numberOf(name.slice(0, length)))
    }
  }
})

t.test('a name stays UNKNOWN however much longer it is than the one it starts with', async (t) => {
  // Lengths are hashed too: among so many of them is one for each place in the table.
  for (const name of NAMES) {
    const longer = Array.from({ length: 600 }, (_, more) => name + 'x'.repeat(more + 1))
    t.strictSame(
      longer.filter((other) => keyIn(`{"${other}":0}`) !== UNKNOWN),
      [],
    )
  }
})

t.test('an escape that stands for something else does not make a known name', async (t) => {
  const others: [spelled: string, about: string][] = [
    ['id\\u0000', 'a zero behind'],
    ['\\u0000id', 'a zero before'],
    ['i\\\\d', 'a backslash'],
    ['i\\u0064\\u0300', 'an accent'],
    ['\\uff49\\uff44', 'wide letters'],
    ['i\\u0044', 'a capital'],
    ['\\ud800id', 'half a surrogate pair'],
  ]
  for (const [spelled, about] of others) t.equal(keyIn(`{"${spelled}":0}`), UNKNOWN, about)
  t.equal(keyIn('{"ïd":0}'), UNKNOWN, 'beyond ASCII')
})

t.test('what stands behind a name does not matter to it', async (t) => {
  // Names of up to three bytes are read together with what follows.
  for (const behind of [':0}', ' :0}', '\n\n\n:0}', ':"d"}', ':""}']) {
    for (const name of ['w', 'id', 'imp'] as const) t.equal(keyIn(`{"${name}"${behind}`), KEY[name], behind)
  }
})

t.test('any name has the number of the known name that it is', async () => {
  const letters = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz_'), maxLength: 17 })
  const spliced = fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES), fc.nat(8))
    .map(([one, other, at]) => one.slice(0, at) + other.slice(at))
  fc.assert(
    fc.property(fc.oneof(letters, spliced), (name) => {
      const found = keyIn(`{"${name}":0}`)
      if (found !== numberOf(name)) throw new Error(`${name} has the number ${found}`)
    }),
    { numRuns: 5000 },
  )
})

t.test('a name in an object inside belongs to its own value alone', async (t) => {
  const tape = tapeOf('{"imp":[{"id":1},2,"x"],"site":{"id":null},"at":3}')
  const keys = Array.from({ length: tape.count }, (_, token) => tape.key(token))
  t.strictSame(keys, [UNKNOWN, KEY.imp, UNKNOWN, KEY.id, UNKNOWN, UNKNOWN, KEY.site, KEY.id, KEY.at])
})

function numberOf(name: string): number {
  return Object.hasOwn(KEY, name) ? KEY[name as keyof typeof KEY] : UNKNOWN
}

function keyIn(text: string, token = 1): number {
  return tapeOf(text).key(token)
}

function tapeOf(text: string): Tape {
  const tape = new Tape(Buffer.byteLength(text))
  if (!tape.scan(tape.bytes.write(text))) throw new Error(`refused: ${text}`)
  return tape
}
