import t from 'tap'
import { Seal } from '../base/seal.ts'
import { NOTICE_KINDS, type NoticeKind, NoticeUrls } from '../exchange/notice-urls.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { type NoticeToken, type TokenTexts, writeToken } from '../exchange/token.ts'
import { HOLE } from '../openrtb/template.ts'
import { ManualClock } from '../testing/clock.ts'
import { bidUrlsOf } from '../testing/notice-urls.ts'
import { type Booking, type NoticeAnswer, NoticeDesk } from './desk.ts'
import { NOTICE_OUTCOME, NOTICE_OUTCOMES } from './outcomes.ts'
import { type Notice, NoticeReader } from './read.ts'
import { NoticeTelemetry } from './telemetry.ts'

const LANDING = 'https://shop.example/shoes?from=ad'
const LANDINGS: Readonly<Record<string, string>> = {
  shoes: LANDING,
  tracked: 'https://shop.example/?c={click_id}&again={click_id}',
}
const exchanges = EXCHANGE_PROFILES
const seal = new Seal([{ id: 'k1', secret: Buffer.from('a secret') }])

/** A desk of its own, what it has passed on, and what it has counted as `kind outcome`. */
function opened(booking: Booking = 'booked') {
  const clock = new ManualClock()
  const notices: Notice[] = []
  /** The bookings that are still to be told of, where a test wants them late. */
  const pending: ((booking: Booking) => void)[] = []
  const clerk = {
    isLate: false,
    take(notice: Notice, done: (booking: Booking) => void) {
      notices.push(notice)
      if (clerk.isLate) pending.push(done)
      else done(booking)
    },
  }
  const telemetry = new NoticeTelemetry(exchanges.map(({ name }) => name))
  const desk = new NoticeDesk({
    reader: new NoticeReader({ seal, exchanges, lifetimeS: 60, priceKeys: new Map() }),
    landingOf: (creativeId) => LANDINGS[creativeId],
    clerk,
    telemetry,
    clock,
  })
  /** All answers to one notice so far. */
  const answersTo = (kind: NoticeKind, query: string) => {
    const answers: NoticeAnswer[] = []
    desk.receive(kind, query, (answer) => answers.push(answer))
    return answers
  }
  /** The one answer that there is at once. */
  const receive = (kind: NoticeKind, query: string) => {
    const answers = answersTo(kind, query)
    if (answers.length !== 1) throw new Error(`a notice was answered ${answers.length} times`)
    return answers[0]
  }
  const counted = () =>
    telemetry.notices.slots.flatMap(({ kind, outcome }, slot) =>
      Array.from({ length: telemetry.notices.values[slot] }, () => `${kind} ${outcome}`),
    )
  const tokensOf = (more: Partial<NoticeToken> = {}): TokenTexts =>
    writeToken(seal, {
      bidAtS: Math.floor(clock.wallMs() / 1000),
      exchangeName: 'default',
      campaignId: 'campaign-1',
      creativeId: 'shoes',
      priceCpmMicros: 2_000_000,
      currency: 'USD',
      usdCpmMicros: 2_000_000,
      bidId: 'bid-1',
      isTest: false,
      clickProbability: 0.004,
      propensity: 0,
      pairKey: '',
      model: '',
      ...more,
    })
  const written = (more?: Partial<NoticeToken>) => tokensOf(more).forExchange
  return { clock, clerk, pending, answersTo, receive, notices, telemetry, counted, tokensOf, written }
}

t.test('each kind of notice is answered, counted and passed on', async (t) => {
  const { receive, notices, counted, written } = opened()
  for (const kind of NOTICE_KINDS) {
    const { status } = receive(kind, `t=${written()}&p=1`)
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

t.test('a notice is answered and counted when it is booked, and not before', async (t) => {
  const { clerk, pending, answersTo, counted, written } = opened()
  clerk.isLate = true
  const answers = answersTo('bill', `t=${written()}&p=1`)
  t.same([answers, counted()], [[], []])
  pending[0]('booked')
  t.same([answers, counted()], [[{ status: 204, location: '' }], ['bill accepted']])
})

t.test('a click is led on at once, and counted when it is booked', async (t) => {
  const { clerk, pending, answersTo, counted, written } = opened()
  clerk.isLate = true
  const answers = answersTo('click', `t=${written()}`)
  t.same([answers, counted()], [[{ status: 302, location: LANDING }], []])
  pending[0]('booked')
  t.equal(answers.length, 1, 'there is no second answer')
  t.same(counted(), ['click accepted'])
})

/** Kind of notice, what stands behind its token, how its booking ended; the answer's status and what is counted. */
const BOOKINGS: readonly (readonly [NoticeKind, string, Booking, number, string])[] = [
  ['bill', '&p=1', 'booked', 204, 'accepted'],
  ['bill', '&p=1', 'duplicate', 204, 'duplicate'],
  // Whoever called tries again, as nothing was acknowledged.
  ['bill', '&p=1', 'not_booked', 503, 'not_booked'],
  // A price that is missed is told apart only where the bill is a new one.
  ['bill', '&p=', 'booked', 204, 'price_unreadable'],
  ['bill', '&p=', 'duplicate', 204, 'duplicate'],
  ['bill', '&p=', 'not_booked', 503, 'not_booked'],
  ['conversion', '', 'duplicate', 204, 'duplicate'],
  ['conversion', '', 'not_booked', 503, 'not_booked'],
  // A click that a player tells of may be told again.
  ['click', '&r=0', 'duplicate', 204, 'duplicate'],
  ['click', '&r=0', 'not_booked', 503, 'not_booked'],
  // Who clicks wants to go somewhere.
  ['click', '', 'duplicate', 302, 'duplicate'],
  ['click', '', 'not_booked', 302, 'not_booked'],
]

t.test('how a booking ends decides the answer, but not where a click leads', async (t) => {
  for (const [kind, rest, booking, status, outcome] of BOOKINGS) {
    const { receive, counted, written } = opened(booking)
    t.equal(receive(kind, `t=${written()}${rest}`).status, status, `${kind}${rest} ${booking}`)
    t.same(counted(), [`${kind} ${outcome}`])
  }
})

t.test('a click leads to the landing page of its creative', async (t) => {
  const { receive, notices, tokensOf } = opened()
  t.same(receive('click', `t=${tokensOf().forMarkup}`), { status: 302, location: LANDING })
  t.equal(notices.length, 1)
})

t.test('a landing page is given the id of the click wherever it asks for it', async (t) => {
  const { clock, receive, notices, tokensOf } = opened()
  const { forMarkup } = tokensOf({ creativeId: 'tracked' })
  const { location } = receive('click', `t=${encodeURIComponent(forMarkup)}`)
  t.equal(location, `https://shop.example/?c=${forMarkup}&again=${forMarkup}`)
  // Days later the advertiser tells with it what the click has led to.
  clock.advance(20 * 86_400_000)
  const clickId = new URL(location).searchParams.get('c')
  t.equal(receive('conversion', `t=${clickId}`).status, 204)
  t.match(notices.at(-1), { kind: 'conversion', token: { bidId: 'bid-1', isPublic: true } })
})

t.test('a click that a player only tells of is not led on', async (t) => {
  const { receive, notices, written } = opened()
  t.same(receive('click', `t=${written()}&r=0`), { status: 204, location: '' })
  t.equal(notices.length, 1)
})

t.test('a click on a creative that is gone finds nothing, and still happened', async (t) => {
  for (const booking of ['booked', 'duplicate', 'not_booked'] as const) {
    const { receive, notices, counted, written } = opened(booking)
    t.same(receive('click', `t=${written({ creativeId: 'hats' })}`), { status: 404, location: '' }, booking)
    t.equal(notices.length, 1)
    t.same(counted(), ['click landing_gone'])
  }
})

t.test('no click leads to what a request names', async (t) => {
  const { receive, written } = opened()
  const evil = encodeURIComponent('https://evil.example/')
  const names = ['u', 'url', 'to', 'r', 'redirect', 'location', 'landing', 'sspclick', 'adurl']
  const query = names.map((name) => `&${name}=${evil}`).join('')
  t.same(receive('click', `t=${written()}${query}`), { status: 302, location: LANDING })
  for (const token of ['', evil, written().replace('shoes', 'boots')]) {
    t.same(receive('click', `t=${token}${query}`), { status: 400, location: '' })
  }
})

t.test('a late click is led on, and counts no more', async (t) => {
  const { clock, receive, notices, counted, written } = opened()
  const query = `t=${written()}`
  clock.advance(61_000)
  t.same(receive('click', query), { status: 302, location: LANDING })
  t.same(notices, [])
  t.same(counted(), ['click expired'])
})

t.test('a late notice is answered well, so that it is not repeated, and counts no more', async (t) => {
  const { clock, receive, notices, counted, written } = opened()
  const query = `t=${written()}&p=1`
  clock.advance(61_000)
  t.equal(receive('bill', query).status, 204)
  t.same(notices, [])
  t.same(counted(), ['bill expired'])
})

t.test('what is not ours is a bad request', async (t) => {
  const { receive, notices, counted, tokensOf, written } = opened()
  t.equal(receive('bill', 'p=1').status, 400)
  t.equal(receive('win', `t=${written().replace('USD', 'EUR')}&p=1`).status, 400)
  t.equal(receive('loss', `t=${tokensOf().forMarkup}&p=1`).status, 400)
  t.same(notices, [])
  t.same(counted(), ['win forged', 'bill malformed', 'loss not_the_exchange'])
})

t.test('what is told of a test is answered well and not passed on', async (t) => {
  const { receive, notices, counted, written } = opened()
  t.equal(receive('bill', `t=${written({ isTest: true })}&p=1`).status, 204)
  t.same(receive('click', `t=${written({ isTest: true })}`), { status: 302, location: LANDING })
  t.same(notices, [])
  t.same(counted(), ['bill test', 'click test'])
})

t.test('a price that cannot be read is counted with its reason', async (t) => {
  const { receive, notices, telemetry, counted, written } = opened()
  t.equal(receive('bill', `t=${written({ exchangeName: 'unity' })}&p=`).status, 204)
  t.equal(receive('loss', `t=${written()}&p=`).status, 204)
  t.equal(notices.length, 2)
  t.same(counted(), ['bill price_unreadable', 'loss accepted'])
  const { slots, values } = telemetry.unreadablePrices
  t.same(
    slots.filter((_, slot) => values[slot] > 0),
    [{ exchange: 'unity', reason: 'empty' }],
  )
})

t.test('an audit is counted and not passed on', async (t) => {
  const { receive, notices, counted, written } = opened()
  t.equal(receive('view', `t=${written()}&p=AUDIT`).status, 204)
  t.same(notices, [])
  t.same(counted(), ['view audit'])
})

t.test('every URL that is given out comes back as the notice it was meant to be', async (t) => {
  for (const profile of exchanges) {
    const { receive, notices, tokensOf } = opened()
    const tokens = tokensOf({ exchangeName: profile.name })
    const urls = bidUrlsOf(new NoticeUrls('https://bid.example.com', profile), tokens)
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
      const { status } = receive(kind, search.slice(1))
      t.ok(status === 204 || status === 302, `${profile.name}: ${url}`)
    }
    t.equal(notices.length, given.length, profile.name)
  }
})

t.test('outcomes have codes of their own', async (t) => {
  t.equal(new Set(NOTICE_OUTCOMES.map(({ code }) => code)).size, NOTICE_OUTCOMES.length)
  t.equal(NOTICE_OUTCOMES[NOTICE_OUTCOME.forged].name, 'forged')
})
