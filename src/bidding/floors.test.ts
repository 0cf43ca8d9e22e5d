// The floor of a bid from requests as they come, in the currency of the bid; converted floors against whole numbers.
import fc from 'fast-check'
import t from 'tap'
import { DealView } from '../openrtb/deal.ts'
import { RequestView } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import { packCurrency, Rates, type RateTable } from '../pricing/currency.ts'
import { floorCpmMicros } from '../pricing/floor.ts'
import { bidCurrencyOf } from './currency.ts'
import { type BidCurrency, floorOf, usdFloorOf } from './floors.ts'
import '../testing/seed.ts'

const DAY = '2026-03-01'
const NOON_MS = Date.parse(`${DAY}T12:00:00Z`)
const TABLE = { base: 'USD', date: DAY, rates: { EUR: 0.5, JPY: 100, GBP: 0.8 } }
const view = new RequestView(65_536)
const asked = new RequestView(1024)
/** A floor that cannot be kept. */
const LOST = undefined

/** Which slot of the imp is bid on, by an ad of which length, and on which of its deals. */
type Bidding = { readonly durationS?: number; readonly isPod?: boolean; readonly deal?: object }

t.test('the floor is that of the deal, or else of the film, or else of the imp', async (t) => {
  const film = { mincpmpersec: 0.2, durfloors: [{ mindur: 1, maxdur: 20, bidfloor: 4 }] }
  const deal = { id: 'd', bidfloor: 7 }
  /** Each row: an imp, what is bid, and the floor in CPM micros. */
  const cases: readonly (readonly [string, object, Bidding, number | undefined])[] = [
    ['none', {}, {}, 0],
    ["the imp's for a banner", { bidfloor: 1.5, video: film }, {}, 1_500_000],
    ["the imp's for a film that says nothing", { bidfloor: 1.5, video: {} }, { durationS: 30 }, 1_500_000],
    ['the length of a film', { bidfloor: 9, video: film }, { durationS: 15 }, 4_000_000],
    ['its seconds, where no length is named', { bidfloor: 1, video: film }, { durationS: 30 }, 6_000_000],
    ["the imp's where it is more", { bidfloor: 9, video: film }, { durationS: 30 }, 9_000_000],
    ['its seconds alone in a pod', { bidfloor: 9, video: film }, { durationS: 30, isPod: true }, 6_000_000],
    ['of lengths that overlap the highest', overlapping(), { durationS: 15 }, 3_000_000],
    ['of a length without a floor nothing', { bidfloor: 9, video: ranges({}) }, { durationS: 15 }, 0],
    [
      'beyond the lengths the imp',
      { bidfloor: 9, video: ranges({ maxdur: 10 }) },
      { durationS: 11 },
      9_000_000,
    ],
    ['what is no length', { bidfloor: 9, video: { durfloors: [3, null] } }, { durationS: 11 }, 9_000_000],
    ["the deal's", { bidfloor: 9, video: film }, { durationS: 15, deal }, 7_000_000],
    ["the deal's, also below the imp's", { bidfloor: 9 }, { deal }, 7_000_000],
    [
      "the deal's seconds",
      { bidfloor: 9, video: {} },
      { durationS: 15, deal: { mincpmpersec: 1 } },
      15_000_000,
    ],
    ["the deal's length", { bidfloor: 9 }, { durationS: 15, deal: ranges({ bidfloor: 8 }) }, 8_000_000],
    ["the imp's for a deal without one", { bidfloor: 9 }, { deal: { id: 'd' } }, 9_000_000],
    ["the film's for a deal without one", { video: film }, { durationS: 15, deal: { id: 'd' } }, 4_000_000],
    ['less than a micro is a micro', { bidfloor: 0.0000001 }, {}, 1],
    ['a floor in figures', { bidfloor: '2.5' }, {}, 2_500_000],
    ['a floor below nothing', { bidfloor: -1 }, {}, 0],
  ]
  for (const [about, imp, bidding, floor] of cases) t.equal(floorIn(imp, bidding, 'USD'), floor, about)
})

t.test('a floor is converted; where it cannot be, it cannot be kept', async (t) => {
  const euro = { bidfloorcur: 'EUR' }
  const strange = { bidfloorcur: 'XXX' }
  const seconds = { video: { mincpmpersec: 0.1 } }
  /** Each row: an imp, what is bid, the currency of the bid, and the floor in its micros. */
  const cases: readonly (readonly [string, object, Bidding, string, number | undefined])[] = [
    ['a currency into itself', { bidfloor: 2, ...euro }, {}, 'EUR', 2_000_000],
    ['dollars into another', { bidfloor: 2 }, {}, 'JPY', 200_000_000],
    ['another into dollars', { bidfloor: 2, ...euro }, {}, 'USD', 4_000_000],
    ['one into the other', { bidfloor: 2, ...euro }, {}, 'JPY', 400_000_000],
    [
      "a film's seconds, in the currency of the imp",
      { ...seconds, ...euro },
      { durationS: 10 },
      'USD',
      2_000_000,
    ],
    ['an empty currency is the dollar', { bidfloor: 2, bidfloorcur: '' }, {}, 'USD', 2_000_000],
    ['an unknown currency', { bidfloor: 2, ...strange }, {}, 'USD', LOST],
    ['what is no currency', { bidfloor: 2, bidfloorcur: 'EURO' }, {}, 'USD', LOST],
    ['a currency in small letters is not guessed', { bidfloor: 2, bidfloorcur: 'eur' }, {}, 'USD', LOST],
    ['an unknown currency of nothing', { bidfloor: 0, ...strange }, {}, 'USD', 0],
    ['an unknown currency without a floor', strange, {}, 'USD', 0],
    ['for a banner beside a film whose seconds are unknown', { ...seconds, ...strange }, {}, 'USD', 0],
    ['for that film', { ...seconds, ...strange }, { durationS: 10 }, 'USD', LOST],
    [
      "a deal's floor is not in the currency of the imp",
      { ...euro },
      { deal: { bidfloor: 2 } },
      'USD',
      2_000_000,
    ],
    ['but in its own', strange, { deal: { bidfloor: 2, ...euro } }, 'USD', 4_000_000],
    [
      "a deal's floor in an unknown currency",
      { bidfloor: 1 },
      { deal: { bidfloor: 2, ...strange } },
      'USD',
      LOST,
    ],
    ['a deal of nothing in an unknown currency', { bidfloor: 1 }, { deal: strange }, 'USD', 1_000_000],
  ]
  for (const [about, imp, bidding, currency, floor] of cases) {
    const found = floorIn(imp, bidding, currency)
    if (found === undefined || floor === undefined || floor === 0) t.equal(found, floor, about)
    // Rounded up, once a second of a film: a rate may be a little more than it reads.
    else t.ok(found >= floor && found <= floor + (bidding.durationS ?? 1), `${about}: ${found}`)
  }
  t.test('with rates that are too old the dollar alone is known', async (t) => {
    const currency = currencyOf('USD', NOON_MS + 30 * 86_400_000)
    t.equal(floorIn({ bidfloor: 2, ...euro }, {}, currency), LOST)
    t.equal(floorIn({ bidfloor: 2 }, {}, currency), 2_000_000)
  })
})

t.test('a fixed price is the flat floor of the deal, whatever the length', async (t) => {
  const deal = { id: 'd', at: 3, bidfloor: 7, mincpmpersec: 1, ...ranges({ bidfloor: 9 }) }
  t.equal(floorIn({ video: {} }, { durationS: 15, deal }, 'USD'), 7_000_000)
  t.equal(floorIn({ video: {} }, { durationS: 15, deal: { ...deal, bidfloor: 0 } }, 'USD'), 15_000_000)
  t.equal(floorIn({ video: {} }, { durationS: 15, deal: { ...deal, at: 1 } }, 'USD'), 15_000_000)
})

t.test('models see the flat floor in dollars', async (t) => {
  const cases: readonly (readonly [object, number])[] = [
    [{}, 0],
    [{ bidfloor: 2 }, 2_000_000],
    [{ bidfloor: 2, bidfloorcur: 'EUR' }, 4_000_000],
    [{ bidfloor: 2, bidfloorcur: 'XXX' }, Number.NaN],
    [{ bidfloor: 0, bidfloorcur: 'XXX' }, 0],
  ]
  // Whatever the bid is made in.
  for (const code of ['USD', 'JPY']) {
    for (const [imp, floor] of cases) {
      t.equal(`${usdFloorOf(viewOf(imp).imps[0], currencyOf(code))}`, `${floor}`, JSON.stringify(imp))
    }
  }
})

t.test('a converted floor is never below the exact amount, and less than two micros above it', async (t) => {
  const digits = (most: number) =>
    fc.tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: 999_999 }))
  const decimal = (most: number) =>
    digits(most).map(([whole, parts]) => `${whole}.${`${parts}`.padStart(6, '0')}`)
  const rate = decimal(20_000).filter((text) => Number(text) > 0)
  const code = fc.constantFrom('USD', 'EUR', 'GBP', 'JPY')
  const property = fc.property(
    fc.record({ USD: rate, GBP: rate, JPY: rate }),
    decimal(5000),
    code,
    code,
    (rates, bidfloor, from, to) => {
      const table = {
        base: 'EUR',
        date: DAY,
        rates: Object.fromEntries(Object.entries(rates).map(([name, text]) => [name, Number(text)])),
      }
      const found = floorIn(
        { bidfloor: Number(bidfloor), bidfloorcur: from },
        {},
        currencyOf(to, NOON_MS, table),
      )
      if (found === undefined) return false
      // floor * to / from, in micros: held against each other as products of whole numbers.
      const perEuro = {
        EUR: micros('1'),
        USD: micros(rates.USD),
        GBP: micros(rates.GBP),
        JPY: micros(rates.JPY),
      }
      const exact = micros(bidfloor) * perEuro[to]
      const ours = BigInt(found) * perEuro[from]
      // Beyond a hundred million units micros are less than what a double can tell apart.
      if (found > 1e14) return ours >= exact || found === Number.MAX_SAFE_INTEGER
      return ours >= exact && ours - exact < 2n * perEuro[from]
    },
  )
  t.doesNotThrow(() => fc.assert(property, { numRuns: 3000 }))
})

function micros(decimal: string): bigint {
  const [whole, parts = ''] = decimal.split('.')
  return BigInt(whole) * 1_000_000n + BigInt(parts.padEnd(6, '0'))
}

function ranges(range: object) {
  return { durfloors: [{ mindur: 1, maxdur: 0, ...range }] }
}

function overlapping() {
  const durfloors = [
    { mindur: 1, maxdur: 15, bidfloor: 2 },
    { mindur: 15, maxdur: 30, bidfloor: 3 },
    { mindur: 16, bidfloor: 8 },
  ]
  return { bidfloor: 5, video: { durfloors } }
}

/** What an ad must bring in an imp; `LOST` when that cannot be known. */
function floorIn(imp: object, { durationS = 0, isPod = false, deal }: Bidding, to: string | BidCurrency) {
  const view = viewOf(deal === undefined ? imp : { ...imp, pmp: { deals: [deal] } })
  const [impView] = view.imps
  const dealView = new DealView()
  if (deal !== undefined) dealView.read(view.tape, impView.deals + 1)
  const film = durationS > 0 && impView.video.isThere ? impView.video : undefined
  const currency = typeof to === 'string' ? currencyOf(to) : to
  const floor = floorOf(view.tape, impView, film, deal === undefined ? undefined : dealView, currency)
  return floor === undefined ? LOST : floorCpmMicros(floor, durationS, isPod)
}

function currencyOf(code: string, wallMs = NOON_MS, table: RateTable = TABLE): BidCurrency {
  const length = asked.tape.bytes.write(JSON.stringify({ id: 'r', cur: [code], imp: [{ id: '1' }] }))
  if (asked.read(length) !== 0) throw new Error('unreadable')
  const currency = bidCurrencyOf(asked, new Rates(table, 7), wallMs)
  if (currency?.code !== packCurrency(code)) throw new Error(`no bid in ${code}`)
  return currency
}

function viewOf(imp: object): RequestView {
  const length = view.tape.bytes.write(JSON.stringify({ id: 'r', imp: [{ id: '1', ...imp }] }))
  if (view.read(length) !== 0 || view.imps[0].id === NONE) throw new Error('unreadable')
  return view
}
