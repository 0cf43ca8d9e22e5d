import fc from 'fast-check'
import t from 'tap'
import { Seal } from '../base/seal.ts'
import { NOTICE_KINDS, type NoticeKind } from '../exchange/notice-urls.ts'
import { initialisationVector, PriceCipher } from '../exchange/price-cipher.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { type NoticeToken, writeToken } from '../exchange/token.ts'
import { CONVERSION_LIFETIME_S, NoticeReader } from './read.ts'
import '../testing/seed.ts'

const NOW_S = Date.UTC(2026, 0, 1) / 1000
const seal = new Seal([{ id: 'k1', secret: Buffer.from('a secret') }])
const keys = { encryption: Buffer.alloc(32, 1), integrity: Buffer.alloc(32, 2) }
const exchanges = EXCHANGE_PROFILES
const LIFETIME_S = 60
const priceKeys = new Map([['google', keys]])
const reader = new NoticeReader({ seal, exchanges, lifetimeS: LIFETIME_S, priceKeys })

const token = (exchangeName: string, more: Partial<NoticeToken> = {}): NoticeToken => ({
  bidAtS: NOW_S,
  exchangeName,
  campaignId: 'campaign-1',
  creativeId: 'creative-1',
  priceCpmMicros: 2_000_000,
  currency: 'EUR',
  usdCpmMicros: 2_200_000,
  bidId: 'bid-1',
  isTest: false,
  clickProbability: 0.004,
  propensity: 0.5,
  pairKey: '01b7k2f09x0c4d',
  model: 'ctr/2',
  ...more,
})
/** The token that the exchange has; and the one that everybody can read. */
const written = (exchangeName: string, more: Partial<NoticeToken> = {}) =>
  writeToken(seal, token(exchangeName, more)).forExchange
const inMarkup = (exchangeName: string, more: Partial<NoticeToken> = {}) =>
  writeToken(seal, token(exchangeName, more)).forMarkup

t.test('a win tells its bid, its price and what would have won', async (t) => {
  t.same(reader.read('win', `t=${written('default')}&p=1.5&m=1.25`, NOW_S), {
    outcome: 'accepted',
    notice: {
      kind: 'win',
      exchangeIndex: 0,
      token: { ...token('default'), isPublic: false },
      isBilling: false,
      priceCpmMicros: 1_500_000,
      priceFault: undefined,
      minToWinCpmMicros: 1_250_000,
      lossReason: undefined,
      errorCode: undefined,
    },
    click: undefined,
  })
})

t.test('a loss tells why, and may tell any price or none', async (t) => {
  const read = (rest: string) => reader.read('loss', `t=${written('default')}&${rest}`, NOW_S)
  t.match(read('p=900&l=102&m=900.01'), {
    outcome: 'accepted',
    notice: { priceCpmMicros: 900_000_000, lossReason: 102, minToWinCpmMicros: 900_010_000 },
  })
  t.match(read('p=&l=100&m='), { outcome: 'accepted', notice: { priceFault: 'empty', lossReason: 100 } })
  for (const code of ['', '-1', '1.5', '10000', `\${AUCTION_LOSS}`, 'AUDIT']) {
    t.equal(read(`p=1&l=${code}`).notice?.lossReason, undefined, code)
  }
  t.equal(read('p=1e300').notice?.priceFault, 'absurd')
})

t.test('an error tells its code, where the player has put one', async (t) => {
  const read = (code: string) => reader.read('error', `t=${written('default')}&e=${code}`, NOW_S)
  t.match(read('303'), { outcome: 'accepted', notice: { errorCode: 303 } })
  t.match(read('[ERRORCODE]'), { outcome: 'accepted', notice: { errorCode: undefined } })
  t.match(read('%5BERRORCODE%5D'), { outcome: 'accepted', notice: { errorCode: undefined } })
})

t.test('one kind of notice is billed by, as the profile has it', async (t) => {
  const billingOf = (name: string) =>
    NOTICE_KINDS.filter((kind) => reader.read(kind, `t=${written(name)}&p=1`, NOW_S).notice?.isBilling)
  t.same(billingOf('default'), ['bill'])
  t.same(billingOf('xandr'), ['bill'])
  t.same(billingOf('pubmatic'), ['view'])
})

t.test('a price that is missed is an outcome of its own, and the notice still happened', async (t) => {
  const outcomeOf = (kind: (typeof NOTICE_KINDS)[number], name: string, rest: string) => {
    const { outcome, notice } = reader.read(kind, `t=${written(name)}${rest}`, NOW_S)
    t.type(notice, 'object')
    return outcome
  }
  for (const rest of ['', '&p=', '&p=x', `&p=\${AUCTION_PRICE}`, '&p=-1', '&p=20.000001']) {
    t.equal(outcomeOf('bill', 'default', rest), 'price_unreadable', rest)
    t.equal(outcomeOf('win', 'default', rest), 'price_unreadable', rest)
    t.equal(outcomeOf('view', 'pubmatic', rest), 'price_unreadable', `${rest}, billed by the view`)
    t.equal(outcomeOf('loss', 'default', rest), 'accepted', rest)
  }
  t.equal(outcomeOf('bill', 'default', '&p=20'), 'accepted', 'ten times the bid is believed')
  t.equal(outcomeOf('view', 'default', ''), 'accepted', 'a view may have no price')
  t.equal(outcomeOf('view', 'default', '&p=x'), 'price_unreadable', 'but not a bad one')
  t.equal(outcomeOf('click', 'default', ''), 'accepted')
  t.equal(outcomeOf('error', 'default', ''), 'accepted')
})

t.test('an encrypted price is read with the keys of its exchange', async (t) => {
  const iv = initialisationVector(NOW_S * 1000, Buffer.from('uniquely'))
  const price = new PriceCipher(keys.encryption, keys.integrity).encrypt(1500, iv)
  const read = (name: string) => reader.read('bill', `t=${written(name)}&p=${price}`, NOW_S)
  t.match(read('google'), { outcome: 'accepted', notice: { exchangeIndex: 2, priceCpmMicros: 1_500_000 } })
  t.match(read('openx'), { outcome: 'price_unreadable', notice: { priceFault: 'encrypted' } })
  t.match(read('default'), { outcome: 'price_unreadable', notice: { priceFault: 'encrypted' } })
})

t.test('an audit is no impression', async (t) => {
  t.same(reader.read('view', `t=${written('default')}&p=AUDIT`, NOW_S), {
    outcome: 'audit',
    notice: undefined,
    click: undefined,
  })
})

t.test('a notice without a token of ours is refused', async (t) => {
  const outcomeOf = (query: string) => reader.read('bill', query, NOW_S).outcome
  t.equal(outcomeOf(''), 'malformed')
  t.equal(outcomeOf('p=1'), 'malformed')
  t.equal(outcomeOf('t=&p=1'), 'malformed')
  t.equal(outcomeOf('t=%E0%A4%A&p=1'), 'malformed')
  t.equal(outcomeOf(`t=${written('default')}&p=1${'&x=y'.repeat(2000)}`), 'malformed')
  t.equal(outcomeOf(`t=${written('default').replace('campaign-1', 'campaign-2')}&p=1`), 'forged')
})

/** What may be told by whom: true where the token that stands in markup is enough. */
const IS_FOR_ALL: Readonly<Record<NoticeKind, boolean>> = {
  win: false,
  bill: false,
  loss: false,
  view: true,
  click: true,
  error: true,
  conversion: true,
}

t.test('only the exchange can win, bill and lose; who has read the markup can tell the rest', async (t) => {
  for (const kind of NOTICE_KINDS) {
    const byExchange = reader.read(kind, `t=${written('default')}&p=1`, NOW_S)
    t.match(byExchange, { outcome: 'accepted', notice: { token: { isPublic: false } } }, kind)
    const byAnybody = reader.read(kind, `t=${inMarkup('default')}&p=1`, NOW_S)
    if (IS_FOR_ALL[kind])
      t.match(byAnybody, { outcome: 'accepted', notice: { token: { isPublic: true } } }, kind)
    else t.same(byAnybody, { outcome: 'not_the_exchange', notice: undefined, click: undefined }, kind)
  }
})

t.test('where the markup bills, its token is enough, and is for the view alone', async (t) => {
  const query = `t=${inMarkup('pubmatic')}&p=1`
  t.match(reader.read('view', query, NOW_S), { outcome: 'accepted', notice: { isBilling: true } })
  t.equal(reader.read('bill', query, NOW_S).outcome, 'not_the_exchange')
})

t.test('what is told too late by somebody else is refused as somebody else', async (t) => {
  t.equal(
    reader.read('bill', `t=${inMarkup('default')}&p=1`, NOW_S + LIFETIME_S + 1).outcome,
    'not_the_exchange',
  )
})

t.test('a bid of a test request has no notices, whatever is told of it', async (t) => {
  for (const kind of NOTICE_KINDS) {
    const query = `t=${written('default', { isTest: true })}&p=1`
    const { outcome, notice } = reader.read(kind, query, NOW_S)
    t.same([outcome, notice], ['test', undefined], kind)
  }
  const { click } = reader.read('click', `t=${inMarkup('default', { isTest: true })}`, NOW_S)
  t.equal(click?.creativeId, 'creative-1', 'its click is led on all the same')
  t.equal(reader.read('view', `t=${inMarkup('default', { isTest: true })}&p=AUDIT`, NOW_S).outcome, 'test')
})

t.test('notices count for the lifetime of the operator, conversions for thirty days', async (t) => {
  t.equal(CONVERSION_LIFETIME_S, 30 * 24 * 60 * 60)
  for (const kind of NOTICE_KINDS) {
    const lifetimeS = kind === 'conversion' ? CONVERSION_LIFETIME_S : LIFETIME_S
    const readAt = (nowS: number) => reader.read(kind, `t=${written('default')}&p=1&r=0`, nowS)
    t.equal(readAt(NOW_S + lifetimeS).outcome, 'accepted', `${kind}: the last second`)
    t.same(
      readAt(NOW_S + lifetimeS + 1),
      { outcome: 'expired', notice: undefined, click: undefined },
      `${kind}: one more`,
    )
    t.equal(readAt(NOW_S - 5).outcome, 'accepted', `${kind}: by a clock that is behind`)
  }
  const patient = new NoticeReader({ seal, exchanges, lifetimeS: 3600, priceKeys })
  t.equal(patient.read('bill', `t=${written('default')}&p=1`, NOW_S + 3600).outcome, 'accepted')
})

t.test('a notice of an exchange that is gone is told apart', async (t) => {
  const gone = reader.read('bill', `t=${written('closed-down')}&p=1`, NOW_S)
  t.same(gone, { outcome: 'exchange_gone', notice: undefined, click: undefined })
})

t.test('a click of ours is led on, however late, unless it was only told', async (t) => {
  const clicked = (query: string, nowS = NOW_S) => reader.read('click', query, nowS).click?.creativeId
  const query = `t=${inMarkup('default', { creativeId: 'shoes' })}`
  t.equal(clicked(query), 'shoes')
  t.equal(clicked(query, NOW_S + 1e6), 'shoes')
  t.equal(clicked(`t=${inMarkup('closed-down', { creativeId: 'shoes' })}`), 'shoes')
  t.equal(clicked(`${query}&r=0`), undefined)
  t.equal(clicked(query.replace('shoes', 'ships')), undefined, 'forged')
  t.equal(reader.read('view', query, NOW_S).click, undefined)
})

t.test('the id of a click is the token that its conversion is told with', async (t) => {
  const { click } = reader.read('click', `t=${inMarkup('default')}`, NOW_S)
  t.equal(click?.clickId, inMarkup('default'))
  const conversion = reader.read('conversion', `t=${click!.clickId}`, NOW_S + 86_400)
  t.match(conversion, { outcome: 'accepted', notice: { kind: 'conversion', token: token('default') } })
})

t.test('no query whatever makes reading fail or is taken for ours', async () => {
  const token = `t=${written('default')}`
  const good = `${token}&p=1&m=1&l=1&e=1`
  fc.assert(
    fc.property(
      fc.constantFrom(...NOTICE_KINDS),
      fc.string({ unit: 'binary' }),
      fc.nat(good.length),
      (kind, text, at) => {
        const cut = reader.read(kind, good.slice(0, at) + text, NOW_S)
        return (
          reader.read(kind, text, NOW_S).outcome === 'malformed' &&
          (cut.notice === undefined || at >= token.length)
        )
      },
    ),
  )
})

t.test('keys for an exchange that does not encrypt are a mistake of the configuration', async (t) => {
  const make = (name: string) => () =>
    new NoticeReader({ seal, exchanges, lifetimeS: LIFETIME_S, priceKeys: new Map([[name, keys]]) })
  t.throws(make('default'))
  t.throws(make('nobody'))
  t.doesNotThrow(make('openx'))
})
