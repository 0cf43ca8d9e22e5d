// Each rule is shown to let a valid response pass and to name what breaks it, alone and with its place.
import t, { type Test } from 'tap'
import { BROKEN } from '../testing/broken-responses.ts'
import { banner, type Pair } from '../testing/sample-pairs.ts'
import { VALID } from '../testing/valid-responses.ts'
import { isObject } from './check/loose-json.ts'
import { type CheckOptions, checkResponse, checkResponseText, RULES, type Rule } from './response-check.ts'

/** Every pair there is, valid and broken. */
const PAIRS: readonly [make: () => Pair, change: (pair: Pair) => void, options?: CheckOptions][] = [
  ...VALID.map(([, ...rest]) => rest),
  ...BROKEN.map(([, , , ...rest]) => rest),
]

for (const [about, make, change, options] of VALID) {
  t.test(`a valid response passes: ${about}`, async (t) => {
    const { request, response } = changed(make, change)
    t.strictSame(checkResponse(request, response, options), [])
    t.strictSame(checkResponseText(request, JSON.stringify(response), options), [])
  })
}

for (const [rule, path, about, make, change, options] of BROKEN) {
  t.test(`a broken response is named by ${rule}: ${about}`, async (t) => {
    const { request, response } = changed(make, change)
    sameBreaks(t, checkResponse(request, response, options), [[rule, path]])
  })
}

t.test('what is no response, no request or no JSON is said at once', async (t) => {
  const { request, response } = banner()
  for (const nothing of [undefined, null, [], 'text', 1]) {
    sameBreaks(t, checkResponse(request, nothing), [['response.object', '']])
    sameBreaks(t, checkResponse(nothing, response), [['request.object', '']])
  }
  sameBreaks(t, checkResponseText(request, '{"id":'), [['json.valid', '']])
})

t.test('an exponent is seen in the text of a response, though parsing hides it', async (t) => {
  const { request, response } = banner()
  const text = JSON.stringify(response)
  sameBreaks(t, checkResponseText(request, text.replace(':1.25,', ':125e-2,')), [['number.exponent', '']])
  sameBreaks(t, checkResponseText(request, text.replace(':1.25,', ':1.25E0,')), [['number.exponent', '']])
  sameBreaks(t, checkResponseText(request, text.replace('creative-1', '\\"1e5')), [])
})

t.test('everything that is wrong is said, each in its place', async (t) => {
  const { request, response } = banner()
  response.seatbid[0].bid.push({ id: 'b-9', impid: 'x' }, null as never)
  const rules = checkResponse(request, response).map(({ rule, path }) => `${rule} ${path}`)
  const bid = (index: number) => `/seatbid/0/bid/${index}`
  const missing = (path: string) => [
    `price.positive ${path}/price`,
    `crid.present ${path}/crid`,
    `adomain.present ${path}/adomain`,
    `cat.present ${path}/cat`,
    `adm.present ${path}/adm`,
  ]
  t.strictSame(rules, [
    `bid.impid ${bid(1)}/impid`,
    `bid.id ${bid(2)}/id`,
    `bid.impid ${bid(2)}/impid`,
    ...missing(bid(1)),
    ...missing(bid(2)),
  ])
})

t.test('the length of an answer is that of its text where there is one', async (t) => {
  const { request, response } = banner()
  const text = JSON.stringify(response, null, 2)
  const house = { answerBytesMax: Buffer.byteLength(text) }
  t.strictSame(checkResponseText(request, text, { house }), [])
  sameBreaks(t, checkResponseText(request, `${text} `, { house }), [['house.bytes', '']])
  t.strictSame(checkResponse(request, response, { house }), [])
})

/** Ways in which senders are sloppy, of which the rules must make the same. */
const SLOPPY: readonly [about: string, spell: (value: unknown) => unknown][] = [
  ['numbers as text', (value) => (typeof value === 'number' ? `${value}` : value)],
  ['one value for a list of one', (value) => (Array.isArray(value) && value.length === 1 ? value[0] : value)],
  [
    'nothing spelled out',
    (value) => (isObject(value) ? { video: null, pmp: null, ext: null, ...value } : value),
  ],
]

for (const [about, spell] of SLOPPY) {
  t.test(`a sloppy request is held against a response all the same: ${about}`, async (t) => {
    for (const [make, change, options] of PAIRS) {
      const { request, response } = changed(make, change)
      const sloppy = spelled(request, spell)
      const said = (theirs: unknown) =>
        checkResponse(theirs, response, options).map(({ rule, path }) => [rule, path])
      t.strictSame(said(sloppy), said(request), JSON.stringify(sloppy))
    }
  })
}

t.test('every rule is broken somewhere in these tests', async (t) => {
  const broken = new Set<string>(BROKEN.map(([rule]) => rule))
  for (const rule of ['response.object', 'request.object', 'json.valid']) broken.add(rule)
  t.strictSame([...broken].sort(), Object.keys(RULES).sort())
})

function changed(make: () => Pair, change: (pair: Pair) => void): Pair {
  const pair = make()
  change(pair)
  return pair
}

/** A value spelled otherwise, from the inside out. */
function spelled(value: unknown, spell: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return spell(value.map((inner) => spelled(inner, spell)))
  if (!isObject(value)) return spell(value)
  return spell(
    Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, spelled(inner, spell)])),
  )
}

function sameBreaks(t: Test, violations: ReturnType<typeof checkResponse>, breaks: [Rule, string][]): void {
  t.strictSame(
    violations.map(({ rule, path }) => [rule, path]),
    breaks,
    JSON.stringify(violations),
  )
  t.ok(violations.every(({ message }) => message !== ''))
}
