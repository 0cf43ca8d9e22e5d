import fc from 'fast-check'
import t from 'tap'
import { Seal } from '../base/seal.ts'
import { NOTICE_KINDS } from '../exchange/notice-urls.ts'
import { initialisationVector, PriceCipher } from '../exchange/price-cipher.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { type NoticeToken, writeToken } from '../exchange/token.ts'
import { NoticeReader } from './read.ts'
import '../testing/seed.ts'

const NOW_S = Date.UTC(2026, 0, 1) / 1000
const seal = new Seal([{ id: 'k1', secret: Buffer.from('a secret') }])
const keys = { encryption: Buffer.alloc(32, 1), integrity: Buffer.alloc(32, 2) }
const exchanges = EXCHANGE_PROFILES
const reader = new NoticeReader({ seal, exchanges, priceKeys: new Map([['google', keys]]) })

const token = (exchangeName: string, more: Partial<NoticeToken> = {}): NoticeToken => ({
  expiresS: NOW_S + 60,
  exchangeName,
  campaignId: 'campaign-1',
  creativeId: 'creative-1',
  priceCpmMicros: 2_000_000,
  currency: 'EUR',
  usdCpmMicros: 2_200_000,
  bidId: 'bid-1',
  isTest: false,
  ...more,
})
const written = (exchangeName: string, more: Partial<NoticeToken> = {}) =>
  writeToken(seal, token(exchangeName, more))

t.test('a win tells its bid, its price and what would have won', async (t) => {
  t.same(reader.read('win', `t=${written('default')}&p=1.5&m=1.25`, NOW_S), {
    outcome: 'accepted',
    notice: {
      kind: 'win',
      exchangeIndex: 0,
      token: token('default'),
      isBilling: false,
      priceCpmMicros: 1_500_000,
      priceFault: undefined,
      minToWinCpmMicros: 1_250_000,
      lossReason: undefined,
      errorCode: undefined,
    },
    clickedCreativeId: undefined,
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
    clickedCreativeId: undefined,
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

t.test('a late notice is expired, one of an exchange that is gone too', async (t) => {
  const read = (nowS: number) => reader.read('bill', `t=${written('default')}&p=1`, nowS)
  t.equal(read(NOW_S + 60).outcome, 'accepted')
  t.same(read(NOW_S + 61), { outcome: 'expired', notice: undefined, clickedCreativeId: undefined })
  const gone = reader.read('bill', `t=${written('closed-down')}&p=1`, NOW_S)
  t.same(gone, { outcome: 'exchange_gone', notice: undefined, clickedCreativeId: undefined })
})

t.test('a click of ours is led on, however late, unless it was only told', async (t) => {
  const clicked = (query: string, nowS = NOW_S) => reader.read('click', query, nowS).clickedCreativeId
  const query = `t=${written('default', { creativeId: 'shoes' })}`
  t.equal(clicked(query), 'shoes')
  t.equal(clicked(query, NOW_S + 1e6), 'shoes')
  t.equal(clicked(`t=${written('closed-down', { creativeId: 'shoes' })}`), 'shoes')
  t.equal(clicked(`${query}&r=0`), undefined)
  t.equal(clicked(query.replace('shoes', 'ships')), undefined, 'forged')
  t.equal(reader.read('view', query, NOW_S).clickedCreativeId, undefined)
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
    new NoticeReader({ seal, exchanges, priceKeys: new Map([[name, keys]]) })
  t.throws(make('default'))
  t.throws(make('nobody'))
  t.doesNotThrow(make('openx'))
})
