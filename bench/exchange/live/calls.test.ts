// Goal: what is called of banners and films, in which words, and when.
import t from 'tap'
import type { KnownAd } from './ads.ts'
import { type Award, LOSS } from './award.ts'
import { type Call, callsOf } from './calls.ts'
import type { JudgedBid } from './judge.ts'
import type { LiveSlot } from './live-market.ts'

const PUBLIC = 'https://bid.example.com/eu/notice'
const slot = {
  tellsMinToWin: true,
  dice: { noticeMs: 6000, clickMs: 4000, conversionMs: 60_000 },
} as LiveSlot
const ad = { landing: 'https://shop.example/?click={click_id}&to=shoes' } as KnownAd
const won: Award = {
  lossReason: LOSS.won,
  paidCpmMicros: 1_230_000,
  minToWinCpmMicros: 1_100_000,
  priceToWinCpmMicros: 1_100_000,
}
const urls = {
  nurl: `${PUBLIC}/win?t=X&p=\${AUCTION_PRICE}&m=\${AUCTION_MIN_TO_WIN}`,
  burl: `${PUBLIC}/bill?t=X&p=\${AUCTION_PRICE}`,
  lurl: `${PUBLIC}/loss?t=X&p=\${AUCTION_PRICE}&l=\${AUCTION_LOSS}&m=\${AUCTION_MIN_TO_WIN}`,
}
const banner = `<a href="${PUBLIC}/click?t=M"><img src="https://cdn.example/a.png"></a><img src="${PUBLIC}/view?t=M&amp;p=\${AUCTION_PRICE}">`
const film = [
  `<VAST><Error><![CDATA[${PUBLIC}/error?t=M&e=[ERRORCODE]]]></Error>`,
  `<Impression><![CDATA[${PUBLIC}/view?t=M&p=\${AUCTION_PRICE}]]></Impression>`,
  '<MediaFile><![CDATA[https://cdn.example/a.mp4]]></MediaFile>',
  `<ClickTracking><![CDATA[${PUBLIC}/click?t=M&r=0]]></ClickTracking>`,
  '<ClickThrough><![CDATA[https://shop.example/?click=M&to=shoes]]></ClickThrough></VAST>',
].join('')

function calls(adm: string, award: Award, dice: Partial<JudgedBid> = {}): readonly Call[] {
  const judged = { award, isClicked: false, isConversionTold: false, ...dice } as JudgedBid
  return callsOf({ wire: { ...urls, adm, impid: '1', price: 2, cid: 'c', crid: 'r' }, ad, judged, slot })
}

const plain = (list: readonly Call[] | undefined) => list?.map(({ path, afterMs }) => [path, afterMs])

const seen = [
  ['/notice/win?t=X&p=1.23&m=1.1', 0],
  ['/notice/bill?t=X&p=1.23', 6000],
  ['/notice/view?t=M&p=1.23', 6000],
]

t.test(
  'a banner that is won: the win, the bill and the view, on the path behind the public address',
  async (t) => {
    t.same(plain(calls(banner, won)), seen)
  },
)

t.test('a click is led on, and a sale brings the id that the landing page was given', async (t) => {
  const clicked = calls(banner, won, { isClicked: true, isConversionTold: true })
  t.same(plain(clicked), [...seen, ['/notice/click?t=M', 10_000]])
  t.same(plain(clicked.at(-1)?.next?.('https://shop.example/?click=M&to=shoes')), [
    ['/notice/conversion?t=M', 60_000],
  ])
  t.same(plain(clicked.at(-1)?.next?.('https://elsewhere.example/')), [])
})

t.test('a film is clicked beside its landing page, which it has itself', async (t) => {
  const clicked = calls(film, won, { isClicked: true, isConversionTold: true })
  t.same(plain(clicked), [...seen, ['/notice/click?t=M&r=0', 10_000]])
  t.same(plain(clicked.at(-1)?.next?.(undefined)), [['/notice/conversion?t=M', 60_000]])
})

t.test('a loss is told with its reason; what is not told is empty', async (t) => {
  const outbid: Award = { ...won, lossReason: LOSS.outbid, paidCpmMicros: 0 }
  t.same(plain(calls(banner, outbid)), [['/notice/loss?t=X&p=&l=102&m=1.1', 6000]])
  const late: Award = { ...outbid, lossReason: LOSS.expired, minToWinCpmMicros: undefined }
  t.same(plain(calls(banner, late)), [['/notice/loss?t=X&p=&l=2&m=', 6000]])
})

t.test('an exchange that tells no prices tells no losses', async (t) => {
  const judged = { award: { ...won, lossReason: LOSS.outbid } } as JudgedBid
  const wire = { ...urls, impid: '1', price: 2, cid: 'c', crid: 'r' }
  t.same(callsOf({ wire, ad, judged, slot: { ...slot, tellsMinToWin: false } }), [])
})
