import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { checkResponseFiles, type ResponseCheckOptions } from './check-command.ts'
import { RULES } from './openrtb/response-check.ts'
import { banner, put, RATES, structuredPod } from './testing/sample-pairs.ts'

const RULE_COUNT = Object.keys(RULES).length

t.test('a response in order is counted', async (t) => {
  const { request, response } = structuredPod()
  t.strictSame(checked(t, request, response), {
    exitCode: 0,
    text: `ok: 2 bids, no violation of ${RULE_COUNT} rules`,
  })
  const one = banner()
  t.match(checked(t, one.request, one.response).text, /^ok: 1 bid, /)
})

t.test('a no-bid is in order: no body, no seats', async (t) => {
  const { request } = banner()
  const text = `ok: a no-bid, no violation of ${RULE_COUNT} rules`
  for (const body of ['', '\n', '{}', '{"id":"auction-1","seatbid":[],"nbr":2}']) {
    t.strictSame(checkedText(t, JSON.stringify(request), body), { exitCode: 0, text })
  }
})

t.test('what is broken is a table: the rule, the place, what is wrong and what is wanted', async (t) => {
  const { request, response, bid } = banner()
  put(bid, { price: 0.1, crid: '' })
  t.strictSame(checked(t, request, response), {
    exitCode: 1,
    text: [
      'rule          place                   what is wrong                      what the rule wants',
      `price.floor   /seatbid/0/bid/0/price  0.1 USD is below the floor of 0.5  ${RULES['price.floor']}`,
      `crid.present  /seatbid/0/bid/0/crid   is ""                              ${RULES['crid.present']}`,
      '',
      '2 violations in 1 bid',
    ].join('\n'),
  })
})

t.test('the same as JSON', async (t) => {
  const { request, response, bid } = banner()
  t.strictSame(JSON.parse(checked(t, request, response, { json: true }).text), {
    ok: true,
    bids: 1,
    rules: RULE_COUNT,
    violations: [],
  })
  put(bid, { crid: '' })
  const { exitCode, text } = checked(t, request, response, { json: true })
  t.equal(exitCode, 1)
  t.strictSame(JSON.parse(text), {
    ok: false,
    bids: 1,
    rules: RULE_COUNT,
    violations: [
      {
        rule: 'crid.present',
        path: '/seatbid/0/bid/0/crid',
        message: 'is ""',
        wants: RULES['crid.present'],
      },
    ],
  })
})

t.test('rates and house rules are handed on', async (t) => {
  const { request, response, imp } = banner()
  put(imp, { bidfloorcur: 'EUR' })
  t.equal(checked(t, request, response).exitCode, 1)
  t.equal(checked(t, request, response, { rates: RATES }).exitCode, 0)
  t.equal(checked(t, request, response, { rates: RATES, house: { seatRequired: true } }).exitCode, 1)
})

t.test('a response is checked as it is written', async (t) => {
  const { request, response } = banner()
  const text = JSON.stringify(response).replace(':1.25,', ':125e-2,')
  t.match(checkedText(t, JSON.stringify(request), text).text, /number\.exponent/)
  const broken = checkedText(t, JSON.stringify(request), '{"id":')
  t.equal(broken.exitCode, 1)
  t.match(broken.text, /^json\.valid +\/ /m)
  t.match(broken.text, /1 violation in a no-bid$/)
})

t.test('a request with a byte order mark is read', async (t) => {
  const { request, response } = banner()
  t.equal(checkedText(t, `\ufeff${JSON.stringify(request)}`, JSON.stringify(response)).exitCode, 0)
})

t.test('a file that cannot be read is one sentence that names it', async (t) => {
  const dir = t.testdir({ 'q.json': '{"id":"1"}', 'bad.json': '{"id":', 'list.json': '[]' })
  const good = join(dir, 'q.json')
  const latin = join(dir, 'latin.json')
  writeFileSync(latin, Buffer.from([0x22, 0xe9, 0x22]))
  const cases: [request: string, response: string, fault: RegExp][] = [
    ['none.json', 'q.json', /none\.json is not there; give the path of a file with a bid request$/],
    ['q.json', 'none.json', /none\.json is not there; give the path of a file with a bid response$/],
    ['.', 'q.json', / cannot be read \(EISDIR\); give /],
    ['bad.json', 'q.json', /bad\.json .*; give a file with one bid request as JSON$/],
    ['list.json', 'q.json', /list\.json is a list; give the file of one bid request$/],
    ['latin.json', 'q.json', /latin\.json is not UTF-8/],
    ['q.json', 'latin.json', /latin\.json is not UTF-8; give the body of the answer as it was sent$/],
  ]
  for (const [request, response, fault] of cases) {
    const { exitCode, text } = checkResponseFiles(join(dir, request), join(dir, response))
    t.equal(exitCode, 2)
    t.match(text, fault)
    t.notMatch(text, /\n/)
  }
  const { exitCode, text } = checkResponseFiles(join(dir, 'none'), good, { json: true })
  t.equal(exitCode, 2)
  t.match(JSON.parse(text), { ok: false, fault: /none is not there/ })
})

t.test('what steers a terminal is printed as an escape', async (t) => {
  const { request, response } = banner()
  put(response, { id: '\u001b[31mred\u202e' })
  const { text } = checked(t, request, response)
  t.notOk(text.includes('\u001b') || text.includes('\u202e'))
  t.match(text, 'u202e')
})

function checked(t: Test, request: unknown, response: unknown, options?: ResponseCheckOptions) {
  return checkedText(t, JSON.stringify(request), JSON.stringify(response), options)
}

function checkedText(t: Test, request: string, response: string, options?: ResponseCheckOptions) {
  const dir = t.testdir({ 'request.json': request, 'response.json': response })
  return checkResponseFiles(join(dir, 'request.json'), join(dir, 'response.json'), options)
}
