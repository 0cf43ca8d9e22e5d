/** Pairs of film that break one rule each: floors for the length, and pods. */
import { another, BID, type Broken, dynamicPod, put, structuredPod, video } from './sample-pairs.ts'

const SECOND = '/seatbid/0/bid/1'

export const BROKEN_PODS: readonly Broken[] = [
  [
    'price.floor',
    `${BID}/price`,
    'of the second',
    video,
    ({ imp }) => put(imp.video, { mincpmpersec: 0.14 }),
  ],
  [
    'price.floor',
    `${BID}/price`,
    'of the length, the higher of two',
    video,
    ({ imp }) => {
      put(imp.video, { durfloors: [{ bidfloor: 1 }, { mindur: '15', maxdur: 15, bidfloor: 2.1 }] })
    },
  ],
  [
    'price.floor',
    `${BID}/price`,
    'of the imp, outside every length',
    video,
    ({ imp }) => {
      put(imp, { bidfloor: 2.1 })
      put(imp.video, { durfloors: [{ mindur: 16, bidfloor: 0.1 }] })
    },
  ],
  [
    'price.floor',
    `${BID}/price`,
    'of the length, in the currency of the imp',
    video,
    ({ imp }) => {
      put(imp, { bidfloorcur: 'EUR' })
      put(imp.video, { durfloors: { bidfloor: 1 } })
    },
  ],
  [
    'price.floor',
    `${BID}/price`,
    'of a deal for the second',
    video,
    ({ imp, bid }) => {
      put(imp, { pmp: { deals: [{ id: 'd', mincpmpersec: 0.2 }] } })
      put(bid, { dealid: 'd' })
    },
  ],
  [
    'price.floor',
    `${BID}/price`,
    'of a deal for the length',
    video,
    ({ imp, bid }) => {
      put(imp, { pmp: { deals: [{ id: 'd', durfloors: [{ mindur: 10, maxdur: 20, bidfloor: 3 }] }] } })
      put(bid, { dealid: 'd' })
    },
  ],
  [
    'pod.once',
    `${SECOND}/impid`,
    'two bids for a slot',
    structuredPod,
    ({ response }) => put(response.seatbid[0].bid[1], { impid: 'v/1' }),
  ],
  ['pod.count', `${SECOND}/impid`, 'one too many', dynamicPod, ({ imp }) => put(imp.video, { maxseq: '1' })],
  [
    'pod.duration',
    '/seatbid/0/bid/2/dur',
    'a second too long',
    dynamicPod,
    ({ imp, response }) => {
      put(imp.video, { poddur: 44 })
      response.seatbid[0].bid.push(another('b-10'))
    },
  ],
  [
    'pod.slot',
    `${BID}/slotinpod`,
    'in a structured pod',
    structuredPod,
    ({ bid }) => put(bid, { slotinpod: 1 }),
  ],
  ['pod.slot', `${BID}/slotinpod`, 'without a pod', video, ({ bid }) => put(bid, { slotinpod: 0 })],
  ['pod.slot', `${BID}/slotinpod`, 'unknown', dynamicPod, ({ bid }) => put(bid, { slotinpod: 3 })],
  ['pod.repeat', `${SECOND}/adomain`, 'an advertiser', dynamicPod, repeating(1, 'adomain')],
  ['pod.repeat', `${SECOND}/cat`, 'a category', dynamicPod, repeating(2, 'cat')],
  ['pod.repeat', `${SECOND}/crid`, 'a creative', dynamicPod, repeating(3, 'crid')],
  ['pod.repeat', `${SECOND}/adm`, 'a file', dynamicPod, repeating(4, 'adm')],
  [
    'pod.repeat',
    `${SECOND}/crid`,
    'across the imps of a pod',
    structuredPod,
    ({ request, response, bid }) => {
      for (const { video } of request.imp) put(video as object, { poddedupe: 3 })
      put(response.seatbid[0].bid[1], { crid: bid.crid })
    },
  ],
]

/** The second bid has this in common with the first. */
function repeating(code: number, field: string): Broken[4] {
  return ({ imp, response, bid }) => {
    put(imp.video, { poddedupe: [code] })
    put(response.seatbid[0].bid[1], { [field]: bid[field] })
  }
}
