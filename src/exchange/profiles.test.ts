import t from 'tap'
import type { ExchangeProfile } from './profile.ts'
import { EXCHANGE_PROFILES } from './profiles.ts'

t.test('the profiles keep their order, which is that of dense indexes', async (t) => {
  t.same(
    EXCHANGE_PROFILES.map(({ name }) => name),
    [
      ...['default', 'prebid', 'google', 'xandr', 'index', 'pubmatic'],
      ...['magnite', 'openx', 'bidswitch', 'applovin', 'unity'],
    ],
  )
})

/** What must hold of any profile, in words, and whether it does. */
const RULES: readonly (readonly [string, (profile: ExchangeProfile) => boolean])[] = [
  ['its name can stand in a URL and a token', ({ name }) => /^[a-z][a-z0-9-]{0,31}$/.test(name)],
  [
    'it says where its facts stand, and of which year',
    ({ source }) => /\b20\d\d\b|\bat [0-9a-f]{7}\b/.test(source),
  ],
  [
    'the network leaves most of the time',
    ({ networkAllowanceMs }) => networkAllowanceMs > 0 && networkAllowanceMs <= 50,
  ],
  ['it answers JSON', ({ contentType }) => contentType.startsWith('application/json')],
  [
    'paid by nurl, its nurl tells of an impression',
    ({ billedBy, nurl }) => billedBy !== 'nurl' || nurl === 'impression',
  ],
  ['paid by burl, it is sent one', ({ billedBy, isBurlSent }) => billedBy !== 'burl' || isBurlSent],
  [
    'paid by markup, it is sent some, with the price in it',
    ({ billedBy, isMarkupSent, priceMacro }) =>
      billedBy !== 'markup' || (isMarkupSent && priceMacro.isInMarkup && priceMacro.isInVast),
  ],
  ['it has a price macro', ({ priceMacro }) => /AUCTION_PRICE|WINNING_PRICE/.test(priceMacro.text)],
  [
    'without markup there are no macros for it',
    ({ isMarkupSent, priceMacro, clickMacro }) =>
      isMarkupSent || !(priceMacro.isInMarkup || priceMacro.isInVast || clickMacro !== ''),
  ],
  [
    'what would have won is asked only where a notice is sent',
    ({ minToWinMacro, nurl, isLurlSent }) =>
      (minToWinMacro.inNurl === '' || nurl !== 'none') && (minToWinMacro.inLurl === '' || isLurlSent),
  ],
  [
    'its cipher counts whole units, so a unit is small',
    ({ priceCipher, priceUnit }) => priceCipher === 'none' || priceUnit !== 'cpm',
  ],
  [
    'an object in a field of its own has no wrapper',
    (p) => p.nativeField === 'adm' || p.nativeWrapper === 'never',
  ],
  ['it takes a bid for an imp', ({ bidsPerImpMax }) => Number.isInteger(bidsPerImpMax) && bidsPerImpMax >= 1],
  ['an answer can hold a bid', ({ answerBytesMax }) => answerBytesMax >= 4096],
]

t.test('every profile agrees with itself', async (t) => {
  for (const [rule, holds] of RULES) {
    t.same(
      EXCHANGE_PROFILES.filter((profile) => !holds(profile)).map(({ name }) => name),
      [],
      rule,
    )
  }
})

t.test('no name stands twice', async (t) => {
  t.equal(new Set(EXCHANGE_PROFILES.map(({ name }) => name)).size, EXCHANGE_PROFILES.length)
})

const of = (name: string) => EXCHANGE_PROFILES.find((profile) => profile.name === name)!

t.test('the allowances that bidding was tuned with stay', async (t) => {
  t.equal(of('default').networkAllowanceMs, 20)
  t.equal(of('prebid').networkAllowanceMs, 5)
})

// What costs money when it is wrong, said a second time: prices a thousandfold off, wins counted as impressions.
t.test('what a notice means is what the exchanges publish', async (t) => {
  t.match(of('google'), {
    priceCipher: 'google',
    priceUnit: 'impression_micros',
    priceMacro: { isInVast: false },
  })
  t.match(of('openx'), { priceCipher: 'google', priceUnit: 'impression_micros', billedBy: 'markup' })
  t.match(of('index'), { priceUnit: 'cpm', nativeWrapper: 'always', billedBy: 'burl' })
  t.match(of('xandr'), { nurl: 'impression', billedBy: 'nurl', isMarkupSent: false, isSeatRequired: true })
  t.match(of('unity'), { nurl: 'impression', billedBy: 'nurl' })
  t.match(of('applovin'), { nurl: 'win', billedBy: 'burl', answerBytesMax: 4096 })
  t.match(of('bidswitch'), { nativeField: 'adm_native', priceMacro: { isInVast: false } })
})
