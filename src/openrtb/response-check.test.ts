// Each rule is shown to let a valid response pass and to name what breaks it, alone and with its place.
import t, { type Test } from 'tap'
import { BROKEN } from '../testing/broken-responses.ts'
import { banner, VALID } from '../testing/valid-responses.ts'
import { checkResponse, checkResponseText } from './response-check.ts'
import { RULES, type Rule } from './response-rules.ts'

for (const [about, make, change] of VALID) {
  t.test(`a valid response passes: ${about}`, async (t) => {
    const pair = make()
    change(pair)
    t.strictSame(checkResponse(pair.request, pair.response), [])
    t.strictSame(checkResponseText(pair.request, JSON.stringify(pair.response)), [])
  })
}

for (const [rule, path, about, make, change] of BROKEN) {
  t.test(`a broken response is named by ${rule}: ${about}`, async (t) => {
    const pair = make()
    change(pair)
    sameBreaks(t, checkResponse(pair.request, pair.response), [[rule, path]])
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
    `bid.impid ${path}/impid`,
    `price.positive ${path}/price`,
    `crid.present ${path}/crid`,
    `adomain.present ${path}/adomain`,
    `cat.present ${path}/cat`,
    `adm.present ${path}/adm`,
  ]
  t.strictSame(rules, [...missing(bid(1)), `bid.id ${bid(2)}/id`, ...missing(bid(2))])
})

t.test('every rule is broken somewhere in these tests', async (t) => {
  const broken = new Set<string>(BROKEN.map(([rule]) => rule))
  for (const rule of ['response.object', 'request.object', 'json.valid']) broken.add(rule)
  t.strictSame([...broken].sort(), Object.keys(RULES).sort())
})

function sameBreaks(t: Test, violations: ReturnType<typeof checkResponse>, breaks: [Rule, string][]): void {
  t.strictSame(
    violations.map(({ rule, path }) => [rule, path]),
    breaks,
    JSON.stringify(violations),
  )
  t.ok(violations.every(({ message }) => message !== ''))
}
