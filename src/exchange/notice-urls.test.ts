import t from 'tap'
import { HOLE } from '../openrtb/template.ts'
import { bidUrlsOf } from '../testing/notice-urls.ts'
import { NoticeUrls } from './notice-urls.ts'
import type { ExchangeProfile } from './profile.ts'
import { EXCHANGE_PROFILES } from './profiles.ts'

const BASE = 'https://bid.example.com'
const TOKEN = '1~tz4g3k~x.y_z-1~sealed'
const of = (name: string) => EXCHANGE_PROFILES.find((profile) => profile.name === name)!

const given = (profile: ExchangeProfile, token = TOKEN, baseUrl = BASE) =>
  bidUrlsOf(new NoticeUrls(baseUrl, profile), token)

t.test('a profile by the letter of OpenRTB gets every notice with its macros', async (t) => {
  const urls = given(of('default'))
  t.equal(urls.nurl, `${BASE}/notice/win?t=${TOKEN}&p=\${AUCTION_PRICE}&m=\${AUCTION_MIN_TO_WIN}`)
  t.equal(urls.burl, `${BASE}/notice/bill?t=${TOKEN}&p=\${AUCTION_PRICE}`)
  t.equal(
    urls.lurl,
    `${BASE}/notice/loss?t=${TOKEN}&p=\${AUCTION_PRICE}&l=\${AUCTION_LOSS}&m=\${AUCTION_MIN_TO_WIN}`,
  )
})

t.test('the holes of markup that are URLs have frames, the others none', async (t) => {
  const values = given(of('default')).markup
  const view = `${BASE}/notice/view?t=${TOKEN}`
  t.equal(values[HOLE.viewUrl], `${view}&p=\${AUCTION_PRICE}`)
  t.equal(values[HOLE.viewUrlInNative], `${view}&p=\${AUCTION_PRICE}`)
  t.equal(values[HOLE.viewUrlInHtml], `${view}&amp;p=\${AUCTION_PRICE}`)
  t.equal(values[HOLE.clickUrlInHtml], `${BASE}/notice/click?t=${TOKEN}`)
  t.equal(values[HOLE.clickTrackingUrl], `${BASE}/notice/click?t=${TOKEN}&r=0`)
  t.equal(values[HOLE.errorUrl], `${BASE}/notice/error?t=${TOKEN}&e=[ERRORCODE]`)
  t.equal(values[HOLE.vastVersion], '')
  t.equal(values[HOLE.servingId], '')
})

t.test('an exchange without a notice gets no URL for it', async (t) => {
  const urls = given({ ...of('default'), nurl: 'none', isBurlSent: false, isLurlSent: false })
  t.equal(urls.nurl, '')
  t.equal(urls.burl, '')
  t.equal(urls.lurl, '')
})

t.test('a nurl is called what it means', async (t) => {
  const pathOf = (nurl: ExchangeProfile['nurl'], billedBy: ExchangeProfile['billedBy']) =>
    new URL(given({ ...of('default'), nurl, billedBy }).nurl).pathname
  t.equal(pathOf('win', 'burl'), '/notice/win')
  t.equal(pathOf('win', 'markup'), '/notice/win')
  t.equal(pathOf('impression', 'nurl'), '/notice/bill')
  t.equal(pathOf('impression', 'burl'), '/notice/view')
  t.equal(pathOf('impression', 'markup'), '/notice/view')
})

t.test('a price stands in markup and in VAST only where the exchange expands it', async (t) => {
  const viewsOf = (isInMarkup: boolean, isInVast: boolean) => {
    const values = given({
      ...of('default'),
      priceMacro: { text: '%%PRICE%%', isInMarkup, isInVast },
    }).markup
    return [HOLE.viewUrlInHtml, HOLE.viewUrlInNative, HOLE.viewUrl].map((hole) =>
      values[hole].includes('p=%%PRICE%%'),
    )
  }
  t.same(viewsOf(true, true), [true, true, true])
  t.same(viewsOf(true, false), [true, true, false])
  t.same(viewsOf(false, true), [false, false, true])
  t.same(viewsOf(false, false), [false, false, false])
})

t.test('an exchange may have words of its own for its macros', async (t) => {
  t.equal(
    given(of('applovin')).nurl,
    `${BASE}/notice/win?t=${TOKEN}&p=\${AUCTION_PRICE}&m=\${AUCTION_MINIMUM_BID_TO_WIN}`,
  )
  t.match(given(of('openx')).markup[HOLE.viewUrl], /&p=\$\{AUCTION_PRICE:OXCRYPT\}$/)
})

t.test('behind a click macro the URL is percent-encoded, and comes out of it again', async (t) => {
  const url = given(of('google')).markup[HOLE.clickUrlInHtml]
  const macro = '%%CLICK_URL_UNESC%%'
  t.equal(url, `${macro}https%3A%2F%2Fbid.example.com%2Fnotice%2Fclick%3Ft%3D${TOKEN}`)
  t.equal(decodeURIComponent(url.slice(macro.length)), `${BASE}/notice/click?t=${TOKEN}`)
})

t.test('no URL of any exchange needs escaping where it will stand', async (t) => {
  for (const profile of EXCHANGE_PROFILES) {
    const urls = given(profile)
    const values = urls.markup
    const inHtml = [values[HOLE.viewUrlInHtml], values[HOLE.clickUrlInHtml]]
    const all = [...inHtml, urls.nurl, urls.burl, urls.lurl, ...values.slice(HOLE.viewUrl)]
    for (const url of all) {
      t.equal(JSON.stringify(url), `"${url}"`, `${profile.name}: JSON`)
      t.notMatch(url, /[<>"'\s]|\]\]>/, `${profile.name}: XML and HTML`)
    }
    for (const url of inHtml) t.notMatch(url, /&(?!amp;)/, `${profile.name}: HTML`)
  }
})

t.test('the notices of Xandr stay below its 2000 characters with the longest token', async (t) => {
  const long = given(of('xandr'), 'x'.repeat(339), `https://${'a'.repeat(60)}.example.com`).nurl
  t.ok(long.length < 500, `${long.length}`)
})

t.test('an address may have a port and a path', async (t) => {
  for (const base of ['http://127.0.0.1:8080', 'http://[::1]:8080', 'https://example.com/eu/bids']) {
    t.equal(given(of('default'), 'T', base).burl.indexOf(`${base}/notice/bill?t=T&`), 0, base)
  }
})

t.test('an address or a macro that would need escaping is refused at the start', async (t) => {
  const bases = [
    ...[
      '',
      'example.com',
      'ftp://example.com',
      'https://example.com/',
      'https://example.com/a?b',
      'https://a b',
    ],
    ...[
      'https://example.com/"',
      'https://example.com/\\',
      'https://example.com/%22',
      'https://user@example.com',
    ],
  ]
  for (const base of bases) t.throws(() => new NoticeUrls(base, of('default')), base)
  const inMacro = ['"', '\\', '<', '>', "'\n", '\u0000', '\u00e9', ' ']
  for (const char of inMacro) {
    const priceMacro = { text: `P${char}`, isInMarkup: true, isInVast: true }
    t.throws(() => new NoticeUrls(BASE, { ...of('default'), priceMacro }), JSON.stringify(char))
    t.throws(() => new NoticeUrls(BASE, { ...of('default'), clickMacro: char }), JSON.stringify(char))
  }
})
