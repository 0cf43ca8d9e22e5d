// Goal: an auction follows from seed and number alone, and goes with its context.
import t from 'tap'
import { FIRST_PRICE, SECOND_PRICE } from '../market.ts'
import { EXCHANGES } from '../traits.ts'
import { LiveMarket, type LiveMarketOptions } from './live-market.ts'

const options: LiveMarketOptions = {
  seed: 1,
  traits: EXCHANGES[0],
  auctionType: undefined,
  hour: 12,
  deals: [],
  tmaxMs: undefined,
}
const COUNT = 3000
const market = new LiveMarket(options)
const auctions = Array.from({ length: COUNT }, (_, number) => market.draw(number))

t.test('an auction is the same whenever it is drawn, and another with another seed', async (t) => {
  const other = new LiveMarket(options)
  for (const number of [700, 3, 2999, 3]) t.same(other.draw(number), auctions[number])
  t.notSame(new LiveMarket({ ...options, seed: 2 }).draw(3), auctions[3])
})

t.test('what is offered or how it is sold leaves requests and dice as they were', async (t) => {
  const changed = new LiveMarket({ ...options, deals: ['d-1'], auctionType: SECOND_PRICE, tmaxMs: 900 })
  for (let number = 0; number < 50; number++) {
    const { request, slots } = changed.draw(number)
    const { at, tmax, ...rest } = request
    t.same({ at, tmax }, { at: SECOND_PRICE, tmax: 900 })
    const { at: _at, tmax: _tmax, ...plain } = auctions[number].request
    t.same(
      { ...rest, imp: rest.imp.map(({ pmp, ...imp }) => imp) },
      { ...plain, imp: plain.imp.map(({ pmp, ...imp }) => imp) },
    )
    t.same(
      slots.map(({ dice }) => dice),
      auctions[number].slots.map(({ dice }) => dice),
    )
  }
})

t.test('deals stand on a tenth of the imps, with floors above that of the imp', async (t) => {
  const offering = new LiveMarket({ ...options, deals: ['d-1', 'd-2'] })
  const slots = Array.from({ length: COUNT }, (_, number) => offering.draw(number).slots).flat()
  const offered = slots.filter(({ deals }) => deals.some(({ id }) => id === 'd-2'))
  const share = offered.length / slots.length
  t.ok(share > 0.08 && share < 0.12, `${share}`)
  t.ok(offered.every(({ deals, floorCpmMicros }) => deals.at(-1)!.floorCpmMicros > floorCpmMicros))
})

t.test('a place is dear or cheap for as long as the run lasts', async (t) => {
  const byTag = new Map<string, number[]>()
  for (const { request, slots } of auctions) {
    slots.forEach(({ priceToWinCpmMicros }, index) => {
      const { tagid } = request.imp[index]
      byTag.set(tagid, [...(byTag.get(tagid) ?? []), Math.log(priceToWinCpmMicros)])
    })
  }
  const places = [...byTag.values()].filter((prices) => prices.length >= 30)
  const halves = places.map((prices) => {
    const middle = prices.length >> 1
    return [mean(prices.slice(0, middle)), mean(prices.slice(middle))]
  })
  t.ok(places.length > 10, `${places.length} places`)
  const correlation = correlationOf(halves)
  t.ok(correlation > 0.6, `${correlation}`)
})

t.test('the market sells at first price, unless it is told otherwise', async (t) => {
  t.ok(
    auctions.every(
      ({ request, slots }) => request.at === FIRST_PRICE && slots[0].auctionType === FIRST_PRICE,
    ),
  )
})

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function correlationOf(pairs: readonly number[][]): number {
  const [a, b] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))]
  const sum = (of: (x: number, y: number) => number) =>
    pairs.reduce((total, [x, y]) => total + of(x - a, y - b), 0)
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y))
}
