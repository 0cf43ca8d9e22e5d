import t from 'tap'
import { Seal } from '../base/seal.ts'
import { NOTICE_KINDS, type NoticeKind, NoticeUrls } from '../exchange/notice-urls.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { type NoticeToken, writeToken } from '../exchange/token.ts'
import { HOLE } from '../openrtb/template.ts'
import { ManualClock } from '../testing/clock.ts'
import { bidUrlsOf } from '../testing/notice-urls.ts'
import { NoticeDesk } from './desk.ts'
import { NOTICE_OUTCOME, NOTICE_OUTCOMES } from './outcomes.ts'
import { type Notice, NoticeReader } from './read.ts'
import { NoticeTelemetry } from './telemetry.ts'

const LANDING = 'https://shop.example/shoes?from=ad'
const exchanges = EXCHANGE_PROFILES
const seal = new Seal([{ id: 'k1', secret: Buffer.from('a secret') }])

/** A desk of its own, what it has passed on, and what it has counted as `kind outcome`. */
function opened() {
  const clock = new ManualClock()
  const notices: Notice[] = []
  const telemetry = new NoticeTelemetry(exchanges.map(({ name }) => name))
  const desk = new NoticeDesk({
    reader: new NoticeReader({ seal, exchanges, priceKeys: new Map() }),
    landingOf: (creativeId) => (creativeId === 'shoes' ? LANDING : undefined),
    onNotice: (notice) => notices.push(notice),
    telemetry,
    clock,
  })
  const counted = () =>
    telemetry.notices.slots.flatMap(({ kind, outcome }, slot) =>
      Array.from({ length: telemetry.notices.values[slot] }, () => `${kind} ${outcome}`),
    )
  const written = (more: Partial<NoticeToken> = {}) =>
    writeToken(seal, {
      expiresS: Math.floor(clock.wallMs() / 1000) + 60,
      exchangeName: 'default',
      campaignId: 'campaign-1',
      creativeId: 'shoes',
      priceCpmMicros: 2_000_000,
      currency: 'USD',
      usdCpmMicros: 2_000_000,
      bidId: 'bid-1',
      isTest: false,
      ...more,
    })
  return { clock, desk, notices, telemetry, counted, written }
}

t.test('each kind of notice is answered, counted and passed on', async (t) => {
  const { desk, notices, counted, written } = opened()
  for (const kind of NOTICE_KINDS) {
    const { status } = desk.receive(kind, `t=${written()}&p=1`)
    t.equal(status, kind === 'click' ? 302 : 204, kind)
  }
  t.same(
    notices.map(({ kind }) => kind),
    NOTICE_KINDS,
  )
  t.same(
    counted(),
    NOTICE_KINDS.map((kind) => `${kind} accepted`),
  )
})

t.test('a click leads to the landing page of its creative', async (t) => {
  const { desk, notices, written } = opened()
  t.same(desk.receive('click', `t=${written()}`), { status: 302, location: LANDING })
  t.equal(notices.length, 1)
})

t.test('a click that a player only tells of is not led on', async (t) => {
  const { desk, notices, written } = opened()
  t.same(desk.receive('click', `t=${written()}&r=0`), { status: 204, location: '' })
  t.equal(notices.length, 1)
})

t.test('a click on a creative that is gone finds nothing, and still happened', async (t) => {
  const { desk, notices, counted, written } = opened()
  t.same(desk.receive('click', `t=${written({ creativeId: 'hats' })}`), { status: 404, location: '' })
  t.equal(notices.length, 1)
  t.same(counted(), ['click landing_gone'])
})

t.test('no click leads to what a request names', async (t) => {
  const { desk, written } = opened()
  const evil = encodeURIComponent('https://evil.example/')
  const names = ['u', 'url', 'to', 'r', 'redirect', 'location', 'landing', 'sspclick', 'adurl']
  const query = names.map((name) => `&${name}=${evil}`).join('')
  t.same(desk.receive('click', `t=${written()}${query}`), { status: 302, location: LANDING })
  for (const token of ['', evil, written().replace('shoes', 'boots')]) {
    t.same(desk.receive('click', `t=${token}${query}`), { status: 400, location: '' })
  }
})

t.test('a late click is led on, and counts no more', async (t) => {
  const { clock, desk, notices, counted, written } = opened()
  const query = `t=${written()}`
  clock.advance(61_000)
  t.same(desk.receive('click', query), { status: 302, location: LANDING })
  t.same(notices, [])
  t.same(counted(), ['click expired'])
})

t.test('a late notice is answered well, so that it is not repeated, and counts no more', async (t) => {
  const { clock, desk, notices, counted, written } = opened()
  const query = `t=${written()}&p=1`
  clock.advance(61_000)
  t.equal(desk.receive('bill', query).status, 204)
  t.same(notices, [])
  t.same(counted(), ['bill expired'])
})

t.test('what is not ours is a bad request', async (t) => {
  const { desk, notices, counted, written } = opened()
  t.equal(desk.receive('bill', 'p=1').status, 400)
  t.equal(desk.receive('win', `t=${written().replace('USD', 'EUR')}&p=1`).status, 400)
  t.same(notices, [])
  t.same(counted(), ['win forged', 'bill malformed'])
})

t.test('a price that cannot be read is counted with its reason', async (t) => {
  const { desk, notices, telemetry, counted, written } = opened()
  t.equal(desk.receive('bill', `t=${written({ exchangeName: 'unity' })}&p=`).status, 204)
  t.equal(desk.receive('loss', `t=${written()}&p=`).status, 204)
  t.equal(notices.length, 2)
  t.same(counted(), ['bill price_unreadable', 'loss accepted'])
  const { slots, values } = telemetry.unreadablePrices
  t.same(
    slots.filter((_, slot) => values[slot] > 0),
    [{ exchange: 'unity', reason: 'empty' }],
  )
})

t.test('an audit is counted and not passed on', async (t) => {
  const { desk, notices, counted, written } = opened()
  t.equal(desk.receive('view', `t=${written()}&p=AUDIT`).status, 204)
  t.same(notices, [])
  t.same(counted(), ['view audit'])
})

t.test('a notice twice is answered alike and passed on twice', async (t) => {
  const { desk, notices, written } = opened()
  const query = `t=${written()}&p=1`
  t.same(desk.receive('bill', query), desk.receive('bill', query))
  t.equal(notices.length, 2)
  t.same(notices[0], notices[1])
})

t.test('every URL that is given out comes back as the notice it was meant to be', async (t) => {
  for (const profile of exchanges) {
    const { desk, notices, written } = opened()
    const token = written({ exchangeName: profile.name })
    const urls = bidUrlsOf(new NoticeUrls('https://bid.example.com', profile), token)
    const holes = urls.markup
    const given = [
      ...[urls.nurl, urls.burl, urls.lurl, holes[HOLE.viewUrl], holes[HOLE.viewUrlInNative]],
      ...[
        holes[HOLE.viewUrlInHtml].replaceAll('&amp;', '&'),
        holes[HOLE.clickTrackingUrl],
        holes[HOLE.errorUrl],
      ],
      decodeURIComponent(holes[HOLE.clickUrlInHtml].slice(profile.clickMacro.length)),
    ].filter((url) => url !== '')
    for (const url of given) {
      const { pathname, search } = new URL(url)
      const kind = pathname.slice('/notice/'.length) as NoticeKind
      const { status } = desk.receive(kind, search.slice(1))
      t.ok(status === 204 || status === 302, `${profile.name}: ${url}`)
    }
    t.equal(notices.length, given.length, profile.name)
  }
})

t.test('outcomes have codes of their own', async (t) => {
  t.equal(new Set(NOTICE_OUTCOMES.map(({ code }) => code)).size, NOTICE_OUTCOMES.length)
  t.equal(NOTICE_OUTCOMES[NOTICE_OUTCOME.forged].name, 'forged')
})
