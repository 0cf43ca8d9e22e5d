// The reader of GPP strings against the IAB's own library over random sections, and by hand at the edges.
import { GppModel } from '@iabgpp/cmpapi'
import fc from 'fast-check'
import t from 'tap'
import { PrivacySignals } from '../openrtb/signals.ts'
import { bitStringText, bitText } from './bit-text.suite.ts'
import { GppReading, readGpp } from './gpp.ts'
import '../testing/seed.ts'

const STATES =
  'usnat usca usva usco usut usct usfl usmt usor ustx usde usia usne usnh usnj ustn usmn usmd usin usky usri'
const SECTION_IDS = new Map(STATES.split(' ').map((name, i) => [name, 7 + i]))
const WITHOUT_GPC = ['usva', 'usut', 'usfl', 'usin', 'usky', 'usri']

const TC = 'CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA'

const signals = new PrivacySignals()
const reading = new GppReading()

type Said = { isOptedOut: boolean; tc: string }

/** Reads a text that other text surrounds, which must not matter. */
function read(text: string, sections: readonly number[]): Said {
  const bytes = Buffer.from(`~1YYN${text}~1YYN`)
  signals.clear()
  signals.gppStart = 5
  signals.gppEnd = 5 + Buffer.byteLength(text)
  signals.gppSections.set(sections)
  signals.gppSectionCount = sections.length
  readGpp(bytes, signals, reading)
  return {
    isOptedOut: reading.isOptedOut,
    tc: bytes.toString('utf8', reading.tcStart, reading.tcEnd),
  }
}

type Choices = { sale: number; sharing: number; advertising: number; isGpc: boolean; other: number }

/** All states ask about the same, with names of their own library; what a state does not ask is not set. */
function setChoices(model: GppModel, name: string, choices: Choices): void {
  // The first field set makes the section.
  model.setFieldValue(name, 'SaleOptOut', choices.sale)
  const fields: [string, unknown][] = [
    ['SharingOptOut', choices.sharing],
    ['TargetedAdvertisingOptOut', choices.advertising],
    ['Gpc', choices.isGpc],
    ['SaleOptOutNotice', choices.other],
    ['TargetedAdvertisingOptOutNotice', choices.other],
    ['SharingNotice', choices.other],
    ['ProcessingNotice', choices.other],
    ['AdditionalDataProcessingConsent', choices.other],
    ['PersonalDataConsents', choices.other],
    ['MspaMode', choices.other],
  ]
  for (const [field, value] of fields)
    if (model.hasField(name, field)) model.setFieldValue(name, field, value)
}

function isOptedOut(model: GppModel, name: string): boolean {
  const choices = ['SaleOptOut', 'SharingOptOut', 'TargetedAdvertisingOptOut'].map((field) =>
    model.hasField(name, field) ? model.getFieldValue(name, field) : 0,
  )
  return choices.includes(1) || (model.hasField(name, 'Gpc') && model.getFieldValue(name, 'Gpc') === true)
}

const choice = fc.constantFrom(0, 2, 2, 1)
const randomChoices: fc.Arbitrary<Choices> = fc.record({
  sale: choice,
  sharing: choice,
  advertising: choice,
  isGpc: fc.integer({ min: 0, max: 4 }).map((draw) => draw === 0),
  other: fc.constantFrom(0, 1, 2),
})

t.test('the reader and the library agree about the sections of every state', async (t) => {
  const counts = { out: 0, in: 0 }
  for (const [name, id] of SECTION_IDS) {
    fc.assert(
      fc.property(randomChoices, (choices) => {
        const model = new GppModel()
        setChoices(model, name, choices)
        const text = model.encode()
        const expected = isOptedOut(new GppModel(text), name)
        counts[expected ? 'out' : 'in']++
        t.strictSame(read(text, [id]), { isOptedOut: expected, tc: '' }, `${name} ${text}`)
      }),
      { numRuns: 60 },
    )
  }
  t.ok(counts.out > 300 && counts.in > 200, `${counts.out} out, ${counts.in} in`)
})

t.test('each opt-out counts alone, where the state has it', async (t) => {
  const none: Choices = { sale: 2, sharing: 2, advertising: 2, isGpc: false, other: 1 }
  for (const [name, id] of SECTION_IDS) {
    const said = (change: Partial<Choices>) => {
      const model = new GppModel()
      setChoices(model, name, { ...none, ...change })
      return read(model.encode(), [id]).isOptedOut
    }
    t.equal(said({}), false, `${name}: none`)
    t.equal(said({ sale: 1 }), true, `${name}: sale`)
    t.equal(said({ sharing: 1 }), name === 'usnat' || name === 'usca', `${name}: sharing`)
    t.equal(said({ advertising: 1 }), name !== 'usca', `${name}: targeted advertising`)
    t.equal(said({ isGpc: true }), !WITHOUT_GPC.includes(name), `${name}: GPC`)
  }
})

t.test('of many sections those that apply are found, and no others', async (t) => {
  const sections = fc.uniqueArray(fc.constantFrom('tcfeuv2', 'tcfcav1', 'uspv1', ...SECTION_IDS.keys()))
  const ids = fc.uniqueArray(fc.integer({ min: 2, max: 27 }), { maxLength: 4 })
  fc.assert(
    fc.property(
      sections,
      ids,
      fc.array(randomChoices, { minLength: 30, maxLength: 30 }),
      (names, ids, choices) => {
        const model = new GppModel()
        for (const [i, name] of names.entries()) {
          if (name.startsWith('tcf')) model.setFieldValue(name, 'CmpId', i + 2)
          else if (name === 'uspv1')
            model.setFieldValue(name, 'OptOutSale', choices[i].sale === 1 ? 'Y' : 'N')
          else setChoices(model, name, choices[i])
        }
        const text = model.encode()
        const present = model.getSectionIds()
        const applying = ids.filter((id) => id >= 6)
        const isOut = (id: number) => {
          if (!present.includes(id)) return true
          if (id === 6) return model.getFieldValue('uspv1', 'OptOutSale') === 'Y'
          return isOptedOut(model, [...SECTION_IDS].find(([, section]) => section === id)![0])
        }
        t.strictSame(
          read(text, ids),
          {
            isOptedOut: applying.some(isOut),
            tc: ids.includes(2) && present.includes(2) ? text.split('~')[1 + present.indexOf(2)] : '',
          },
          `${text} for ${ids}`,
        )
      },
    ),
    { numRuns: 600 },
  )
})

t.test('the headers of the specification are understood', async (t) => {
  // Section 2; sections 2 and 6; the range 5 to 6.
  t.strictSame(read(`DBABM~${TC}`, [2]), { isOptedOut: false, tc: TC })
  t.strictSame(read(`DBACNY~${TC}~1YNN`, [2, 6]), { isOptedOut: false, tc: TC })
  t.strictSame(read(`DBACNY~${TC}~1YYN`, [6]), { isOptedOut: true, tc: '' })
  t.strictSame(read('DBABjw~BPXxRfAPXxRfA~1YNN', [6]), { isOptedOut: false, tc: '' })
  t.strictSame(read('DBABjw~BPXxRfAPXxRfA~1YYN', [6]), { isOptedOut: true, tc: '' })
})

t.test('a bare TC string is taken, and holds no section of the US', async (t) => {
  t.strictSame(read(TC, []), { isOptedOut: false, tc: TC })
  t.strictSame(read(TC, [2]), { isOptedOut: false, tc: TC })
  t.strictSame(read(TC, [2, 7]), { isOptedOut: true, tc: TC })
})

t.test('without a section that applies nothing is said', async (t) => {
  for (const text of ['', 'DBABLA~BVVVVVVVVVg.YA', 'DBACNY~x~1YYN', 'rubbish', 'DBAA']) {
    t.strictSame(read(text, []), { isOptedOut: false, tc: '' }, text)
    t.strictSame(read(text, [5, 3, 1]), { isOptedOut: false, tc: '' }, text)
  }
})

/** Each row: a string that cannot be read; section 7 of the US applies, and section 2. */
const UNREADABLE: readonly (readonly [about: string, text: string])[] = [
  ['nothing', ''],
  ['no section', 'DBAA'],
  ['rubbish', 'rubbish'],
  ['another type of header', `${bitText([6, 4], [6, 1], [12, 1], [1, 0])}~BVqqqqqqqqo`],
  ['another version of header', `${bitText([6, 3], [6, 2], [12, 1], [1, 0])}~BVqqqqqqqqo`],
  ['a section of another state', 'DBABRg~BVqqqg'],
  ['no text for the section', 'DBABLA'],
  ['an empty text for it', 'DBABLA~'],
  ['more texts than sections', 'DBABLA~BVqqqqqqqqo~BVqqqqqqqqo'],
  ['fewer texts than sections', `DBACNY~${TC}`],
  ['a header without an end', 'DBABA~BVqqqqqqqqo'],
  ['a header with something else in it', 'DB BLA~BVqqqqqqqqo'],
  ['version 0 of the section', 'DBABLA~AVqqqqqqqqo'],
  ['version 3 of the section', 'DBABLA~DVqqqqqqqqo'],
  ['a section that ends too soon', 'DBABLA~BVq'],
  ['a section with something else where the opt-outs are', 'DBABLA~BVq%qqqqqo'],
  ['an opt-out of no meaning', `DBABLA~${bitText([6, 1], [12, 0], [2, 3], [4, 0])}`],
  ['a segment that is none', 'DBABLA~BVqqqqqqqqo.%'],
  ['an empty segment', 'DBABLA~BVqqqqqqqqo.'],
]

t.test('a section of the US that applies and cannot be read counts as opted out', async (t) => {
  t.strictSame(read('DBABLA~BVqqqqqqqqo', [7]), { isOptedOut: false, tc: '' }, 'the string that all are like')
  for (const [about, text] of UNREADABLE) {
    t.strictSame(read(text, [7]), { isOptedOut: true, tc: '' }, about)
    t.equal(read(text, [2]).isOptedOut, false, `${about}, but only Europe applies`)
  }
})

t.test('when header and sections do not agree there is no TC string', async (t) => {
  t.equal(read(`DBABM~${TC}~1YNN`, [2]).tc, '')
  t.equal(read(`DBACNY~${TC}`, [2]).tc, '')
  t.equal(read('DBABM~', [2]).tc, '')
})

t.test('a US privacy section that is none counts as opted out', async (t) => {
  for (const text of ['', '2YNN', '1YN', 'BVVV', '1YNNN']) {
    t.equal(read(`${headerOf([6])}~${text}`, [6]).isOptedOut, true, text)
  }
})

t.test('a section that nobody knows yet counts as opted out when it applies', async (t) => {
  for (const id of [28, 40, 5000]) {
    const text = `${headerOf([7, id])}~BVqqqqqqqqo~BAAA`
    t.equal(read(text, [7]).isOptedOut, false, `${id} is passed over`)
    t.equal(read(text, [7, id]).isOptedOut, true, `${id} applies`)
  }
})

t.test('a range of sections longer than the text ends with it', async (t) => {
  const fibonacci4096 = fibonacci(4096)
  const text = `${bitStringText(`000011000001000000000001${1}${fibonacci(7)}${fibonacci4096}`)}~BVqqqqqqqqo`
  t.equal(read(text, [7]).isOptedOut, true)
  const endless = bitStringText(`000011000001000000000001${1}${'0'.repeat(64)}11`)
  t.equal(read(`${endless}~BVqqqqqqqqo`, [7]).isOptedOut, true, 'a number beyond all ids')
})

/** The four states whose specification has a header: with it, the core comes second. */
const WITH_HEADER = [
  [24, 0],
  [25, 1],
  [26, 1],
  [27, 1],
] as const

t.test('a section with a header of its own is read behind it', async (t) => {
  for (const [id, extraFields] of WITH_HEADER) {
    const header = bitStringText(`${binary(id, 6)}${binary(1, 6)}${binary(1, 12)}0${fibonacci(1)}`)
    const core = (sale: number, advertising: number) =>
      bitText([6, 1], [2, 1], [2, 1], [6, 0b010101], [2, sale], [2, advertising], [2 + 2 * extraFields, 0])
    const said = (section: string) => read(`${headerOf([id])}~${section}`, [id]).isOptedOut
    t.equal(said(`${header}.${core(2, 2)}`), false, `${id}`)
    t.equal(said(`${header}.${core(1, 2)}`), true, `${id}: sale`)
    t.equal(said(`${header}.${core(2, 1)}`), true, `${id}: targeted advertising`)
    // The second segment is GPC in Maryland, and about sensitive data elsewhere.
    t.equal(said(`${header}.${core(2, 2)}.${bitText([2, 1], [1, 1])}`), id === 24, `${id}: GPC`)
    t.equal(said(`${core(2, 2)}`), false, `${id} without a header`)
    t.equal(said(`${core(1, 2)}`), true, `${id} without a header: sale`)
    t.equal(said(header), true, `${id}: nothing behind the header`)
    const next = bitStringText(`${binary(id, 6)}${binary(2, 6)}${binary(1, 12)}0${fibonacci(1)}`)
    t.equal(said(`${next}.${core(2, 2)}`), true, `${id}: another version`)
  }
})

t.test('a string cut anywhere opts out or says what it said', async (t) => {
  const model = new GppModel()
  for (const name of SECTION_IDS.keys()) {
    setChoices(model, name, { sale: 2, sharing: 2, advertising: 2, isGpc: false, other: 1 })
  }
  const text = model.encode()
  const ids = [...SECTION_IDS.values()]
  for (let length = 0; length < text.length - 4; length++) {
    t.equal(read(text.slice(0, length), ids).isOptedOut, true, `${length} of ${text.length}`)
  }
  t.equal(read(text, ids).isOptedOut, false)
})

t.test('nothing is read behind the end, whatever the text', async (t) => {
  const characters = fc.constantFrom(...'ABDLMR01YN-_.~~ é')
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 60 }), (text) => {
      const bytes = Buffer.from(`DB${text.join('')}`)
      signals.clear()
      signals.gppEnd = bytes.length
      signals.gppSections.set([2, 6, 7, 24])
      signals.gppSectionCount = 4
      readGpp(bytes, signals, reading)
      const alone = { ...reading }
      readGpp(Buffer.concat([bytes, Buffer.from('1YNN~BVqqqqqqqqo')]), signals, reading)
      t.strictSame({ ...reading }, alone)
      t.ok(reading.tcEnd <= bytes.length)
    }),
    { numRuns: 1500 },
  )
  for (const character of ['D', '~', '.', 'A', 'DB', 'DBABLA~', 'C']) {
    t.type(
      read(character.repeat(65_536 / character.length), [2, 7]).isOptedOut,
      'boolean',
      `64 KB of ${character}`,
    )
  }
})

function headerOf(ids: readonly number[]): string {
  let last = 0
  let bits = `${binary(3, 6)}${binary(1, 6)}${binary(ids.length, 12)}`
  for (const id of ids) {
    bits += `0${fibonacci(id - last)}`
    last = id
  }
  return bitStringText(bits)
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}

function fibonacci(value: number): string {
  const numbers = [1, 2]
  while (numbers.at(-1)! < value) numbers.push(numbers.at(-1)! + numbers.at(-2)!)
  const used = numbers.map(() => '0')
  let rest = value
  for (let i = numbers.length - 1; i >= 0; i--) {
    if (numbers[i] > rest) continue
    rest -= numbers[i]
    used[i] = '1'
  }
  return `${used.join('').replace(/0+$/, '')}1`
}
