/**
 * Imps, their floors, deals and native slots, and what any reader of requests must say of them.
 */
import type { DealFacts } from './naive-imp.ts'
import { type Expected, type RequestCase, withImp } from './request-case.ts'

const withDeals = (...deals: unknown[]) => withImp({ pmp: { deals } })
const deal = (...deals: Partial<DealFacts>[]): Expected => ({ imp: { deals } })

export const IMP_CASES: RequestCase[] = [
  // Floors.
  [
    'a floor of more than six decimals',
    withImp({ bidfloor: 0.4567891234 }),
    { imp: { floorMicros: 456_790 } },
  ],
  ['a negative floor', withImp({ bidfloor: -1 }), { imp: { floorMicros: 0 } }],
  [
    'a floor that shuts the slot',
    withImp({ bidfloor: 1e11 }),
    { imp: { floorMicros: Number.MAX_SAFE_INTEGER } },
  ],
  ['a floor in dollars', withImp({ bidfloorcur: 'USD' }), { imp: { floorCurrency: 'USD' } }],
  ['a floor in another currency', withImp({ bidfloorcur: 'EUR' }), { imp: { floorCurrency: 'EUR' } }],
  ['a floor in an empty currency', withImp({ bidfloorcur: '' }), { imp: { floorCurrency: 'USD' } }],
  ['a floor in small letters', withImp({ bidfloorcur: 'usd' }), { imp: { floorCurrency: 'usd' } }],
  ['a floor in no currency', withImp({ bidfloorcur: 'euro' }), { imp: { floorCurrency: '' } }],

  // Rewards.
  ['a rewarded imp', withImp({ rwdd: 1 }), { imp: { isRewarded: true } }],
  ['an imp without a word of rewards', withImp({}), { imp: { isRewarded: false } }],
  ['a reward of 2.5', withImp({ ext: { reward: 1 } }), { imp: { isRewarded: true } }],
  [
    'a reward as Prebid Server writes it',
    withImp({ ext: { prebid: { is_rewarded_inventory: 1 } } }),
    { imp: { isRewarded: true } },
  ],
  [
    'a reward that is repeated, the last of them none',
    '{"id":"a","imp":[{"id":"1","ext":{"reward":1,"reward":0,"prebid":{"is_rewarded_inventory":1},"prebid":null}}]}',
    { imp: { isRewarded: false } },
  ],

  // Deals.
  [
    'a deal',
    withDeals({
      id: 'deal-1',
      bidfloor: 3.5,
      bidfloorcur: 'EUR',
      at: 3,
      guar: 1,
      wseat: ['seat-1'],
      wadomain: ['brand.example'],
      mincpmpersec: 0.2,
      durfloors: [{ mindur: 1, maxdur: 15, bidfloor: 5 }],
    }),
    deal({
      id: 'deal-1',
      floorMicros: 3_500_000,
      floorCurrency: 'EUR',
      auctionType: 3,
      isGuaranteed: true,
      seats: ['seat-1'],
      advertisers: ['brand.example'],
      floorPerSecondMicros: 200_000,
      durationFloors: [{ mindur: 1, maxdur: 15, bidfloor: 5 }],
    }),
  ],
  [
    'a deal of which nothing is said, behind another',
    withDeals(
      {
        id: 'x',
        bidfloor: 1,
        bidfloorcur: 'EUR',
        at: 1,
        guar: 1,
        wseat: ['s'],
        wadomain: ['d'],
        mincpmpersec: 1,
      },
      { id: 7 },
    ),
    deal(
      { id: 'x' },
      {
        id: '7',
        floorMicros: 0,
        floorCurrency: 'USD',
        auctionType: 0,
        isGuaranteed: false,
        seats: [],
        advertisers: [],
        floorPerSecondMicros: 0,
        durationFloors: [],
      },
    ),
  ],
  [
    'a deal that does not inherit the currency of its imp',
    withImp({ bidfloorcur: 'EUR', pmp: { deals: [{ id: 'd', bidfloor: 1 }] } }),
    { imp: { floorCurrency: 'EUR', deals: [{ floorCurrency: 'USD', floorMicros: 1_000_000 }] } },
  ],
  [
    'deals without id, and what is no deal',
    withDeals({}, null, { id: '' }, [{ id: 'x' }], { id: {} }, 'x', { id: 'd' }),
    deal({ id: 'd' }),
  ],
  [
    'deals in other types',
    withDeals({ id: 'd', bidfloor: '2', at: '1', guar: true, wseat: {}, wadomain: [], durfloors: {} }),
    deal({
      floorMicros: 2_000_000,
      auctionType: 1,
      isGuaranteed: true,
      seats: [],
      advertisers: [],
      durationFloors: [],
    }),
  ],
  [
    'a deal with repeated fields',
    '{"id":"a","imp":[{"id":"1","pmp":{"deals":[{"id":"d","id":"e","at":3,"at":null,"bidfloor":1,"bidfloor":2,"wseat":["s"],"wseat":null}]}}]}',
    deal({ id: 'e', auctionType: 0, floorMicros: 2_000_000, seats: [] }),
  ],
  [
    'repeated lists of deals',
    '{"id":"a","imp":[{"id":"1","pmp":{"deals":[{"id":"d"}],"deals":[{"id":"e"}]}}]}',
    deal({ id: 'e' }),
  ],
  [
    'a deal with escapes',
    '{"id":"a","imp":[{"id":"1","pmp":{"deals":[{"id":"a\\/b","bidfloorcur":"\\u0045UR","wseat":["s\\/1"],"wadomain":["a\\u002eexample"]}]}}]}',
    deal({ id: 'a/b', floorCurrency: 'EUR', seats: ['s/1'], advertisers: ['a.example'] }),
  ],
  [
    'a private auction without deals',
    withImp({ pmp: { private_auction: 1, deals: [] } }),
    { imp: { isPrivateAuction: true, deals: [] } },
  ],

  // Native slots, and what is blocked in an imp alone.
  [
    'a native slot',
    withImp({ native: { request: '{"assets":[]}', battr: [1, 8], api: 7 } }),
    {
      imp: {
        native: { request: '{"assets":[]}', battr: [1, 8], api: 7 },
        nativeBlockedAttributes: [1, 8],
        nativeApis: [7],
      },
    },
  ],
  ['a native slot that is text', withImp({ native: '{}' }), { imp: { native: undefined } }],
  [
    'a repeated native slot, the last of them null',
    '{"id":"a","imp":[{"id":"1","native":{"battr":[1]},"native":null}]}',
    { imp: { native: undefined, nativeBlockedAttributes: [] } },
  ],
  [
    'what an imp blocks by itself',
    withImp({ bcat: ['IAB25', 7], badv: ['a.example'] }),
    { imp: { blockedCategories: ['IAB25', null], blockedAdvertisers: ['a.example'] }, blockedCategories: [] },
  ],
]
