// Whatever either side is, the check comes back with violations of known rules and throws nothing.
import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { spell } from '../testing/json-spelling.ts'
import { randomRequest } from '../testing/random-request.ts'
import {
  audio,
  banner,
  dynamicPod,
  native,
  type Pair,
  RATES,
  structuredPod,
  video,
} from '../testing/sample-pairs.ts'
import {
  type CheckOptions,
  checkResponse,
  checkResponseText,
  RULES,
  type Violation,
} from './response-check.ts'
import '../testing/seed.ts'

const MAKERS = [banner, video, audio, native, dynamicPod, structuredPod]
const HOUSE: CheckOptions = {
  rates: RATES,
  house: {
    seatRequired: true,
    nativeWrapper: 'always',
    answerBytesMax: 1000,
    bidsPerImpMax: 1,
    isMarkupSent: true,
    priceMacroRequired: '%%PRICE%%',
    macros: ['', '%%CACHE%%'],
  },
}
const options = fc.constantFrom<CheckOptions>({}, HOUSE, { house: { ...HOUSE.house, isMarkupSent: false } })

/** Values that break what only looks at usual ones. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', '0', -1, 1e300, 1e-7, '\ud800', [], [null], {}, true),
  fc.constantFrom<unknown>({ toString: 1, valueOf: null }, { toJSON: 1 }, JSON.parse('{"__proto__":[]}')),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
)

t.test('any JSON on either side is answered', async (t) => {
  fc.assert(
    fc.property(odd, odd, options, (request, response, options) => {
      areKnown(checkResponse(request, response, options))
    }),
  )
  t.pass()
})

t.test('a usual pair with odd values in it is answered', async (t) => {
  const change = fc.tuple(fc.nat(), odd)
  fc.assert(
    fc.property(
      fc.constantFrom(...MAKERS),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      options,
      (make, changes, options) => {
        const pair = make()
        for (const [place, value] of changes) putSomewhere(pair, place, value)
        areKnown(checkResponse(pair.request, pair.response, options))
        areKnown(checkResponseText(pair.request, JSON.stringify(pair.response) ?? '', options))
      },
    ),
    { numRuns: 2000 },
  )
  t.pass()
})

t.test('any request is answered, with a usual response', async (t) => {
  fc.assert(
    fc.property(randomRequest, fc.nat(), fc.constantFrom(...MAKERS), (request, seed, make) => {
      const theirs = JSON.parse(spell(request, new Prng(seed)))
      areKnown(checkResponse(theirs, make().response))
    }),
  )
  t.pass()
})

t.test('any text and any markup is answered', async (t) => {
  const tokens = [
    '<',
    '>',
    '</',
    '"',
    "'",
    '=',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '&',
    '${',
    '}',
    'AUCTION_',
    '%%',
    '{{',
  ]
  const markup = fc.array(fc.oneof(fc.constantFrom(...tokens), fc.string({ maxLength: 5 })), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(fc.constantFrom(...MAKERS), markup, (make, parts) => {
      const { request, response, bid } = make()
      const text = parts.join('')
      areKnown(checkResponseText(request, text))
      areKnown(
        checkResponse(request, { ...response, seatbid: [{ bid: [{ ...bid, adm: text, burl: text }] }] }),
      )
    }),
    { numRuns: 1000 },
  )
  t.pass()
})

t.test('what is deeper than the stack is answered', async (t) => {
  const depth = 200_000
  const deep = JSON.parse('['.repeat(depth) + ']'.repeat(depth))
  const { request, response, bid } = native()
  areKnown(checkResponse(deep, deep))
  areKnown(checkResponse({ ...request, imp: deep }, { ...response, ext: { deep }, id: deep }, HOUSE))
  Object.assign(bid, { adm: '['.repeat(depth) + ']'.repeat(depth) })
  areKnown(checkResponse(request, response))
  const film = video()
  Object.assign(film.bid, { adm: `<VAST>${'<Ad>'.repeat(depth)}${'</Ad>'.repeat(depth)}</VAST>` })
  areKnown(checkResponse(film.request, film.response))
  t.pass()
})

function areKnown(violations: readonly Violation[]): void {
  for (const { rule, path, message } of violations) {
    if (!(rule in RULES) || typeof path !== 'string' || message === '') throw new Error(`unknown: ${rule}`)
  }
}

/** Replaces one of all the values in a pair, counted in document order. */
function putSomewhere(pair: Pair, place: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = []
  const collect = (holder: object): void => {
    for (const [name, inner] of Object.entries(holder)) {
      places.push([holder as Record<string, unknown>, name])
      if (typeof inner === 'object' && inner !== null) collect(inner)
    }
  }
  collect({ request: pair.request, response: pair.response })
  const [holder, name] = places[place % places.length]
  // The generator may hand out one object twice; put into itself it would have no end.
  holder[name] = structuredClone(value)
}
