import fc from 'fast-check'
import t from 'tap'
import { USD } from '../openrtb/values.ts'
import '../testing/seed.ts'
import {
  convertUp,
  currencyText,
  dayMs,
  NO_CURRENCY,
  packCurrency,
  Rates,
  type RateTable,
  ratesFaults,
} from './currency.ts'

const EUR = packCurrency('EUR')
const JPY = packCurrency('JPY')
const GBP = packCurrency('GBP')
const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 0, 5)

function tableOf(parts: Partial<RateTable> = {}): RateTable {
  return { base: 'USD', date: '2026-01-05', rates: { EUR: 0.8, JPY: 150 }, ...parts }
}

t.test('a currency is its three letters, a byte each, as the request is read', async (t) => {
  t.equal(packCurrency('USD'), USD)
  t.equal(packCurrency('usd'), USD, 'in either case')
  t.equal(packCurrency('eUr'), 0x455552)
  for (const text of ['', 'US', 'USDT', 'U$D', 'ÜSD', 'US ', '123', 'US\n'])
    t.equal(packCurrency(text), NO_CURRENCY, JSON.stringify(text))
  t.equal(currencyText(USD), 'USD')
})

t.test('every currency comes back as it was', async () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z]{3}$/),
      (text) => currencyText(packCurrency(text)) === text.toUpperCase(),
    ),
  )
})

t.test('a table in dollars gives its rates', async (t) => {
  const rates = new Rates(tableOf(), 3)
  t.equal(rates.unitsPerUsd(EUR, START_MS), 0.8)
  t.equal(rates.unitsPerUsd(JPY, START_MS), 150)
  t.equal(rates.unitsPerUsd(USD, START_MS), 1)
  t.ok(Number.isNaN(rates.unitsPerUsd(GBP, START_MS)), 'a currency that it does not have')
  t.ok(Number.isNaN(rates.unitsPerUsd(NO_CURRENCY, START_MS)), 'what is no currency')
})

t.test('a table of another currency gives rates through the dollar', async (t) => {
  const rates = new Rates(tableOf({ base: 'EUR', rates: { USD: 1.25, JPY: 200 } }), 3)
  t.equal(rates.unitsPerUsd(EUR, START_MS), 0.8)
  t.equal(rates.unitsPerUsd(JPY, START_MS), 160)
  t.equal(rates.unitsPerUsd(USD, START_MS), 1)
})

t.test('where nothing can be compared, the dollar is still the dollar', async (t) => {
  const unusable: readonly (readonly [string, RateTable | undefined])[] = [
    ['no table', undefined],
    ['a table of euros without the dollar', tableOf({ base: 'EUR', rates: { JPY: 200 } })],
    ['a dollar that is worth nothing', tableOf({ base: 'EUR', rates: { USD: 0, JPY: 200 } })],
    ['a date that is none', tableOf({ date: 'yesterday' })],
  ]
  for (const [about, table] of unusable) {
    const rates = new Rates(table, 3)
    t.equal(rates.unitsPerUsd(USD, START_MS), 1, about)
    t.ok(Number.isNaN(rates.unitsPerUsd(JPY, START_MS)), about)
    t.ok(Number.isNaN(rates.unitsPerUsd(EUR, START_MS)), about)
  }
  t.ok(new Rates(undefined, 3).isStale(START_MS), 'no table is a stale one')
  t.ok(Number.isNaN(new Rates(undefined, 3).ageDays(START_MS)), 'without an age')
})

t.test('a rate that is none is left out, whatever else the table has', async (t) => {
  const rates = new Rates(
    tableOf({
      rates: { EUR: -1, JPY: 150, GBP: Number.POSITIVE_INFINITY, CHF: Number.NaN, yen: 7, dollars: 7 },
    }),
    3,
  )
  for (const text of ['EUR', 'GBP', 'CHF'])
    t.ok(Number.isNaN(rates.unitsPerUsd(packCurrency(text), START_MS)), text)
  t.equal(rates.unitsPerUsd(JPY, START_MS), 150)
  t.ok(Number.isNaN(rates.unitsPerUsd(NO_CURRENCY, START_MS)), 'a name that is no currency is not one')
})

/** Each row: when, in days after the table's day began, and whether it is stale at three days at most. */
const AGES: readonly (readonly [string, number, boolean])[] = [
  ['as the day begins', 0, false],
  ['on the next day', 1.5, false],
  ['at its greatest age', 3, false],
  ['a millisecond later', 3 + 1 / DAY_MS, true],
  ['a year later', 365, true],
  ['a day before', -1, false],
]

t.test('rates are known until they are too old', async (t) => {
  const rates = new Rates(tableOf(), 3)
  for (const [about, days, isStale] of AGES) {
    const wallMs = START_MS + days * DAY_MS
    t.equal(rates.ageDays(wallMs), (wallMs - START_MS) / DAY_MS, about)
    t.equal(rates.isStale(wallMs), isStale, about)
    t.equal(Number.isNaN(rates.unitsPerUsd(EUR, wallMs)), isStale, about)
    t.equal(rates.unitsPerUsd(USD, wallMs), 1, about)
  }
})

t.test('a day starts at midnight UTC', async (t) => {
  t.equal(dayMs('2026-01-05'), START_MS)
  t.equal(dayMs('2028-02-29'), Date.UTC(2028, 1, 29))
  for (const date of [
    '',
    '2026-1-5',
    '2026-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '20260105',
  ])
    t.ok(Number.isNaN(dayMs(date)), date)
  t.ok(Number.isNaN(dayMs('2026-01-05T00:00:00Z')), 'a day, not a moment')
})

t.test('a table is refused by field and with the remedy', async (t) => {
  const now = START_MS + DAY_MS / 2
  t.same(ratesFaults(tableOf(), now), [])
  t.same(ratesFaults(tableOf({ base: 'EUR', rates: { USD: 1.25, EUR: 1 } }), now), [])
  t.same(ratesFaults(tableOf({ date: '2026-01-06' }), now), [], 'a day that has begun further east')
  t.same(
    ratesFaults(tableOf({ rates: {} }), now),
    [],
    'a table of the dollar alone is of little use, but right',
  )
  const one = (parts: Partial<RateTable>) => {
    const faults = ratesFaults(tableOf(parts), now)
    t.equal(faults.length, 1, faults.join('; '))
    return faults[0]
  }
  t.equal(one({ date: '5 January' }), 'date: "5 January" is no day; write it as 2026-01-05')
  t.equal(one({ date: '2026-01-07' }), 'date: 2026-01-07 is yet to come; give the day of the rates')
  t.equal(one({ base: '' }), 'base: is missing; name the currency that the rates are for, such as USD')
  t.match(one({ base: 'Euro' }), /^base: "Euro" is no currency; use its ISO 4217 code/)
  t.match(one({ base: 'EUR', rates: { JPY: 1 } }), /^rates\.USD: is missing; give the dollars for one EUR/)
  t.match(one({ rates: { eur: 0.8 } }), /^rates\.eur: "eur" is no currency; .* in capitals/)
  t.match(one({ rates: { ZZZ: 0.8 } }), /^rates\.ZZZ: "ZZZ" is no currency/)
  t.match(
    one({ rates: { EUR: 0 } }),
    /^rates\.EUR: 0 is no rate; give the units for one USD, a number above 0/,
  )
  t.match(one({ rates: { EUR: -0.8 } }), /^rates\.EUR: -0\.8 is no rate/)
  t.match(one({ rates: { EUR: Number.NaN } }), /^rates\.EUR: NaN is no rate/)
  t.match(one({ rates: { EUR: Number.POSITIVE_INFINITY } }), /^rates\.EUR: Infinity is no rate/)
  t.match(one({ rates: { EUR: 2e8 } }), /^rates\.EUR: 200000000 cannot be right/)
  t.match(one({ rates: { EUR: 1e-9 } }), /^rates\.EUR: 1e-9 cannot be right/)
  t.match(
    one({ rates: { USD: 1.1 } }),
    /^rates\.USD: 1\.1 is not what one USD is worth of itself; leave it out/,
  )
})

t.test('all faults of a table are named', async (t) => {
  const faults = ratesFaults({ base: 'Euro', date: '', rates: { EUR: 0, yen: 7 } }, START_MS)
  t.same(
    faults.map((fault) => fault.slice(0, fault.indexOf(':'))),
    ['date', 'base', 'rates.EUR', 'rates.yen'],
  )
})

/** A decimal as a fraction of big integers: its digits over a power of ten. */
type Decimal = { readonly digits: bigint; readonly places: bigint }

const decimal: fc.Arbitrary<Decimal> = fc
  .tuple(fc.integer({ min: 1, max: 2_000_000_000 }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, places]) => ({ digits: BigInt(digits), places: BigInt(places) }))
  .filter((value) => numberOf(value) > 0.1 && numberOf(value) < 1e5)

function numberOf({ digits, places }: Decimal): number {
  return Number(`${digits}e-${places}`)
}

/** Up to a thousand units: prices of a thousand impressions, of which most are round. */
const micros = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000_000 }),
  fc.integer({ min: 0, max: 100_000 }).map((hundredths) => hundredths * 10_000),
)

/** `micros` of the first currency in the second, exactly, as a fraction. */
function exactOf(amount: number, from: Decimal, to: Decimal): { over: bigint; under: bigint } {
  return {
    over: BigInt(amount) * to.digits * 10n ** from.places,
    under: from.digits * 10n ** to.places,
  }
}

function ceiling({ over, under }: { over: bigint; under: bigint }): bigint {
  return (over + under - 1n) / under
}

t.test('a converted floor is never below the exact one, and a converted price never above', async () => {
  fc.assert(
    fc.property(micros, decimal, decimal, decimal, (amount, base, from, to) => {
      // Both currencies of a table in a third, as they come in: decimals, with quotients of them by way of the dollar.
      const rates = new Rates(
        tableOf({ base: 'CHF', rates: { USD: numberOf(base), EUR: numberOf(from), JPY: numberOf(to) } }),
        3,
      )
      const rate = rates.unitsPerUsd(JPY, START_MS) / rates.unitsPerUsd(EUR, START_MS)
      const exact = exactOf(amount, from, to)
      const up = BigInt(convertUp(amount, rate))
      const isBeyond = exact.over / exact.under > 10n ** 14n
      return up * exact.under >= exact.over && (isBeyond || up - ceiling(exact) <= 1n)
    }),
    { numRuns: 5000 },
  )
})

t.test('amounts are converted as the rate says', async (t) => {
  t.equal(convertUp(1_000_000, 1), 1_000_000, 'the same currency is not converted')
  t.equal(convertUp(0, 0.8), 0)
  t.equal(convertUp(10, 0.33), 4)
  t.equal(convertUp(1, 1e-9), 1, 'a floor is not converted away')
})

t.test('what cannot be known or counted is out of reach as a floor', async (t) => {
  t.equal(convertUp(1_000_000, Number.NaN), Number.MAX_SAFE_INTEGER)
  t.equal(convertUp(Number.MAX_SAFE_INTEGER, 150), Number.MAX_SAFE_INTEGER)
})
