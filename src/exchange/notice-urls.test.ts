import t from 'tap'
import { HOLE } from '../openrtb/template.ts'
import { bidUrlsOf } from '../testing/notice-urls.ts'
import { NOTICE_KINDS, NoticeUrls } from './notice-urls.ts'
import type { ExchangeProfile } from './profile.ts'
import { EXCHANGE_PROFILES } from './profiles.ts'
import { TOKEN_CHARS_MAX, type TokenTexts } from './token.ts'

const BASE = 'https://bid.example.com'
const TOKENS: TokenTexts = { forExchange: '2~x.y_z-1~for-exchange', forMarkup: '2~x.y_z-1~for-markup' }
const of = (name: string) => EXCHANGE_PROFILES.find((profile) => profile.name === name)!

const given = (profile: ExchangeProfile, tokens = TOKENS, baseUrl = BASE) =>
  bidUrlsOf(new NoticeUrls(baseUrl, profile), tokens)

t.test('a profile by the letter of OpenRTB gets every notice with its macros', async (t) => {
  const urls = given(of('default'))
  const { forExchange: token } = TOKENS
  t.equal(urls.nurl, `${BASE}/notice/win?t=${token}&p=\${AUCTION_PRICE}&m=\${AUCTION_MIN_TO_WIN}`)
  t.equal(urls.burl, `${BASE}/notice/bill?t=${token}&p=\${AUCTION_PRICE}`)
  t.equal(
    urls.lurl,
    `${BASE}/notice/loss?t=${token}&p=\${AUCTION_PRICE}&l=\${AUCTION_LOSS}&m=\${AUCTION_MIN_TO_WIN}`,
  )
})

t.test('the holes of markup that are URLs have frames, the others none', async (t) => {
  const values = given(of('default')).markup
  const { forMarkup: token } = TOKENS
  const view = `${BASE}/notice/view?t=${token}`
  t.equal(values[HOLE.viewUrl], `${view}&p=\${AUCTION_PRICE}`)
  t.equal(values[HOLE.viewUrlInNative], `${view}&p=\${AUCTION_PRICE}`)
  t.equal(values[HOLE.viewUrlInHtml], `${view}&amp;p=\${AUCTION_PRICE}`)
  t.equal(values[HOLE.clickUrlInHtml], `${BASE}/notice/click?t=${token}`)
  t.equal(values[HOLE.clickTrackingUrl], `${BASE}/notice/click?t=${token}&r=0`)
  t.equal(values[HOLE.errorUrl], `${BASE}/notice/error?t=${token}&e=[ERRORCODE]`)
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
    `${BASE}/notice/win?t=${TOKENS.forExchange}&p=\${AUCTION_PRICE}&m=\${AUCTION_MINIMUM_BID_TO_WIN}`,
  )
  t.match(given(of('openx')).markup[HOLE.viewUrl], /&p=\$\{AUCTION_PRICE:OXCRYPT\}$/)
})

t.test('behind a click macro the URL is percent-encoded, and comes out of it again', async (t) => {
  const url = given(of('google')).markup[HOLE.clickUrlInHtml]
  const macro = '%%CLICK_URL_UNESC%%'
  t.equal(url, `${macro}https%3A%2F%2Fbid.example.com%2Fnotice%2Fclick%3Ft%3D${TOKENS.forMarkup}`)
  t.equal(decodeURIComponent(url.slice(macro.length)), `${BASE}/notice/click?t=${TOKENS.forMarkup}`)
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

t.test(
  'what bills, wins and loses is for the exchange alone; what is for everybody does none of it',
  async (t) => {
    for (const profile of EXCHANGE_PROFILES) {
      const { nurl, burl, lurl, markup } = given(profile)
      for (const url of markup) {
        t.notOk(url.includes(TOKENS.forExchange), `${profile.name}: ${url}`)
        t.notMatch(url, /notice(\/|%2F)(win|bill|loss)/, `${profile.name}: ${url}`)
      }
      for (const url of [nurl, burl, lurl]) t.notOk(url.includes(TOKENS.forMarkup), `${profile.name}: ${url}`)
    }
  },
)

t.test('no bid tells where conversions are reported: that is for the advertiser to ask', async (t) => {
  for (const profile of EXCHANGE_PROFILES) {
    const { nurl, burl, lurl, markup } = given(profile)
    t.notMatch([nurl, burl, lurl, ...markup].join(' '), 'conversion', profile.name)
  }
  t.ok(NOTICE_KINDS.includes('conversion'))
})

t.test('the notices of Xandr stay below its 2000 characters with the longest token', async (t) => {
  const longest = 'x'.repeat(TOKEN_CHARS_MAX)
  const tokens = { forExchange: longest, forMarkup: longest }
  const long = given(of('xandr'), tokens, `https://${'a'.repeat(60)}.example.com`).nurl
  // Three of them at most.
  t.ok(3 * long.length < 2000, `${long.length}`)
})

t.test('an address may have a port and a path', async (t) => {
  for (const base of ['http://127.0.0.1:8080', 'http://[::1]:8080', 'https://example.com/eu/bids']) {
    t.equal(
      given(of('default'), { forExchange: 'T', forMarkup: 'M' }, base).burl.indexOf(
        `${base}/notice/bill?t=T&`,
      ),
      0,
      base,
    )
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
