// In which currency a bid is made, and what others are worth in it.
import t from 'tap'
import { RequestView } from '../openrtb/request.ts'
import { currencyText, packCurrency, Rates, type RateTable } from '../pricing/currency.ts'
import { bidCurrencyOf } from './currency.ts'

const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 2, 1)
const TABLE = { base: 'EUR', date: '2026-03-01', rates: { USD: 2, JPY: 150, GBP: 0.5 } }
const NO_BID = undefined

function codeOf(
  cur: unknown,
  { table = TABLE, ageDays = 0 }: { table?: RateTable | null; ageDays?: number } = {},
) {
  const currency = currencyOf(cur, new Rates(table ?? undefined, 7), ageDays)
  return currency === undefined ? NO_BID : currencyText(currency.code)
}

function currencyOf(cur: unknown, rates: Rates, ageDays = 0) {
  const body = JSON.stringify({ id: 'r', cur, imp: [{ id: '1' }] })
  const view = new RequestView(Buffer.byteLength(body))
  if (view.read(view.tape.bytes.write(body)) !== 0) throw new Error('unreadable')
  return bidCurrencyOf(view, rates, START_MS + ageDays * DAY_MS)
}

t.test('a bid is made in dollars, or else in the first currency whose rate is known', async (t) => {
  const cases: readonly (readonly [string, unknown, string | undefined])[] = [
    ['nothing is said', undefined, 'USD'],
    ['an empty list says nothing', [], 'USD'],
    ['null says nothing', null, 'USD'],
    ['dollars', ['USD'], 'USD'],
    ['dollars before others', ['USD', 'EUR'], 'USD'],
    ['dollars behind others', ['JPY', 'EUR', 'USD'], 'USD'],
    ['the base of the table', ['EUR'], 'EUR'],
    ['the first of two', ['JPY', 'GBP'], 'JPY'],
    ['the first that is known', ['SEK', 'XXX', 'GBP', 'EUR'], 'GBP'],
    ['none that is known', ['SEK'], NO_BID],
    ['none that is a currency', ['EURO', '', 5, null], NO_BID],
    ['what is none before one', [null, 5, {}, ['GBP'], 'GBP'], 'GBP'],
  ]
  for (const [about, cur, code] of cases) t.equal(codeOf(cur), code, about)
})

t.test('without a table, or with one that is too old, the dollar alone is known', async (t) => {
  t.equal(codeOf(['EUR'], { table: null }), NO_BID)
  t.equal(codeOf(['EUR', 'USD'], { table: null }), 'USD')
  t.equal(codeOf(undefined, { table: null }), 'USD')
  t.equal(codeOf(['EUR'], { ageDays: 7 }), 'EUR', 'the last moment')
  t.equal(codeOf(['EUR'], { ageDays: 7.001 }), NO_BID, 'too old')
  t.equal(codeOf(['EUR', 'USD'], { ageDays: 7.001 }), 'USD')
})

t.test('a currency knows what others are worth in it', async (t) => {
  const rates = new Rates(TABLE, 7)
  const yen = currencyOf(['JPY'], rates)!
  t.equal(yen.code, packCurrency('JPY'))
  t.equal(yen.unitsPerUsd, 75)
  t.equal(yen.unitsPer(packCurrency('USD')), 75)
  t.equal(yen.unitsPer(packCurrency('EUR')), 150)
  t.equal(yen.unitsPer(packCurrency('GBP')), 300)
  t.equal(yen.usdPer(packCurrency('GBP')), 4)
  t.equal(yen.usdPer(packCurrency('USD')), 1)
  t.ok(Number.isNaN(yen.unitsPer(packCurrency('SEK'))))
  t.ok(Number.isNaN(yen.usdPer(0)))
  const dollar = currencyOf(['USD'], rates)!
  t.equal(dollar.unitsPerUsd, 1)
  t.equal(dollar.unitsPer(packCurrency('GBP')), 4)
})
