import fc from 'fast-check'
import t from 'tap'
import { QUERY_CHARS_MAX, readQuery } from './query.ts'
import '../testing/seed.ts'

t.test('the fields of a query are told apart by their names', async (t) => {
  t.same(readQuery('t=T&p=1.5&m=2&l=102&e=303&r=0'), {
    token: 'T',
    price: '1.5',
    minToWin: '2',
    lossReason: '102',
    errorCode: '303',
    redirect: '0',
  })
})

/** Each row: a query, and the token and the price in it. */
const READINGS: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
  ['nothing', '', undefined, undefined],
  ['an empty value', 't=&p=', '', ''],
  ['a name without a value is no value', 't&p=1', undefined, '1'],
  ['the order is free', 'p=1&t=T', 'T', '1'],
  ['others may add what they like', 'utm=x&t=T&cb=123&p=1&__proto__=y', 'T', '1'],
  ['the first of two counts', 't=T&t=U&p=1&p=2', 'T', '1'],
  ['nobody has decoded HTML', 't=T&amp;p=1', 'T', '1'],
  ['an equals sign belongs to the value', 't=T&p=abc==', 'T', 'abc=='],
  ['percent-encoding is undone', 't=%54&p=%24%7BAUCTION_PRICE%7D', 'T', `\${AUCTION_PRICE}`],
  ['once', 'p=%2524', undefined, '%24'],
  ['broken percent-encoding stays', 't=%&p=%E0%A4%A', '%', '%E0%A4%A'],
  ['a plus is no space', 'p=1e+0', undefined, '1e+0'],
  ['names are case-sensitive', 'T=T&P=1', undefined, undefined],
]

t.test('a query is read as it comes', async (t) => {
  for (const [about, query, token, price] of READINGS) {
    const read = readQuery(query)
    t.same([read?.token, read?.price], [token, price], about)
  }
})

t.test('a query may be as long as the limit and no longer', async (t) => {
  t.equal(readQuery('t=T&'.padEnd(QUERY_CHARS_MAX, 'x'))?.token, 'T')
  t.equal(readQuery('t=T&'.padEnd(QUERY_CHARS_MAX + 1, 'x')), undefined)
})

t.test('no text whatever makes reading fail', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('%', '&', '=', 't', 'p'))),
      (parts) => {
        return typeof readQuery(parts.join('')) === 'object'
      },
    ),
  )
})
