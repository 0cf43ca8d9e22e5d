// Goal: the rules of sale, one row each.
import t from 'tap'
import { FIRST_PRICE, SECOND_PRICE } from '../market.ts'
import { award, LOSS, type Offer } from './award.ts'
import type { LiveSlot } from './live-market.ts'

const slot: LiveSlot = {
  auctionType: FIRST_PRICE,
  tellsMinToWin: true,
  priceToWinCpmMicros: 1_000_000,
  floorCpmMicros: 500_000,
  deals: [
    { id: 'first', floorCpmMicros: 700_000, type: 1 },
    { id: 'second', floorCpmMicros: 700_000, type: 2 },
    { id: 'fixed', floorCpmMicros: 700_000, type: 3 },
  ],
  isPrivate: false,
  dice: { click: 0, conversion: 0, noticeMs: 0, clickMs: 0, conversionMs: 0 },
}
const second: LiveSlot = { ...slot, auctionType: SECOND_PRICE }
const open = (bidCpmMicros: number): Offer => ({ bidCpmMicros, dealId: undefined })
const deal = (dealId: string, bidCpmMicros: number): Offer => ({ bidCpmMicros, dealId })

type Row = readonly [
  about: string,
  slot: LiveSlot,
  offers: readonly Offer[],
  /** Of each offer: reason, what is paid, what would have won. */
  expected: readonly (readonly [number, number, number | undefined])[],
]

const rows: readonly Row[] = [
  ['the price to win wins, and is paid', slot, [open(1_000_000)], [[LOSS.won, 1_000_000, 1_000_000]]],
  ['a first-price bid is paid', slot, [open(1_500_000)], [[LOSS.won, 1_500_000, 1_000_000]]],
  ['at second price it is not', second, [open(1_500_000)], [[LOSS.won, 1_000_000, 1_000_000]]],
  ['a micro less is outbid', slot, [open(999_999)], [[LOSS.outbid, 0, 1_000_000]]],
  ['a bid at the floor counts', slot, [open(500_000)], [[LOSS.outbid, 0, 1_000_000]]],
  ['below the floor', slot, [open(499_999)], [[LOSS.belowFloor, 0, 1_000_000]]],
  [
    'the higher of two',
    slot,
    [open(1_100_000), open(1_200_000)],
    [
      [LOSS.outbid, 0, 1_000_000],
      [LOSS.won, 1_200_000, 1_000_000],
    ],
  ],
  [
    'a deal goes before the open auction',
    slot,
    [open(9_000_000), deal('first', 800_000)],
    [
      [LOSS.lostToDeal, 0, undefined],
      [LOSS.won, 800_000, 700_000],
    ],
  ],
  ['a deal at second price', slot, [deal('second', 800_000)], [[LOSS.won, 700_000, 700_000]]],
  ['a deal of a fixed price', slot, [deal('fixed', 800_000)], [[LOSS.won, 700_000, 700_000]]],
  [
    'a deal below its floor leaves the open auction',
    slot,
    [deal('first', 699_999), open(1_000_000)],
    [
      [LOSS.belowDealFloor, 0, 700_000],
      [LOSS.won, 1_000_000, 1_000_000],
    ],
  ],
  ['a deal that is not offered', slot, [deal('other', 5_000_000)], [[LOSS.invalidDeal, 0, undefined]]],
  [
    'an open bid on what is private',
    { ...slot, isPrivate: true },
    [open(5_000_000)],
    [[LOSS.invalidDeal, 0, undefined]],
  ],
  [
    'an exchange that tells nothing',
    { ...slot, tellsMinToWin: false },
    [open(1_500_000)],
    [[LOSS.won, 1_500_000, undefined]],
  ],
  ['no bid', slot, [], []],
]

for (const [about, where, offers, expected] of rows) {
  t.test(about, async (t) => {
    t.same(
      award(where, offers).map(({ lossReason, paidCpmMicros, minToWinCpmMicros }) => [
        lossReason,
        paidCpmMicros,
        minToWinCpmMicros,
      ]),
      expected,
    )
  })
}

t.test('a refusal takes all offers before their prices are looked at', async (t) => {
  const awards = award(slot, [open(5_000_000), deal('first', 5_000_000)], LOSS.expired)
  t.ok(awards.every(({ lossReason, paidCpmMicros }) => lossReason === LOSS.expired && paidCpmMicros === 0))
})
