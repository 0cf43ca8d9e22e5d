/**
 * Nothing of a person gets anywhere: two requests that differ in everything that may tell who looks, and in nothing
 * else, are answered by the same bytes, from the same features, and leave the same counts and the same records in the event
 * log behind, which has none of those who do not let us learn from them. That holds under
 * every row of the privacy table and without any signal too, unless a campaign asks how often somebody has seen it: that
 * is counted, and only where the law leaves us ids.
 *
 * What of a person may matter after all is listed in `MATTERS`, each with its reason, and shown to matter.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { compileAds } from '../catalog/compile.ts'
import type { Catalog } from '../catalog/schema.ts'
import { type OperatorFile, operatorOf } from '../config/operator.ts'
import type { BidEvents } from '../events/event-log.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { readToken } from '../exchange/token.ts'
import { FeatureVector } from '../features/vector.ts'
import { READ, RequestView, TEXT } from '../openrtb/request.ts'
import { Rates } from '../pricing/currency.ts'
import { ALPHABET } from '../privacy/bit-text.suite.ts'
import {
  CAUSE,
  type CauseName,
  PRIVACY_TABLE,
  permissionsTable,
  permit,
  permitCause,
} from '../privacy/permissions.ts'
import { fullConsent, PURPOSES, type TcFacts, tcString } from '../privacy/tc-strings.suite.ts'
import { type Answer, BODY_BYTES_MAX, EXCHANGE_NAMES, TEST_OPERATOR, TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { scriptedModel } from '../testing/scripted-model.ts'
import type { OutcomeName } from './outcomes.ts'
import type { ReadyModel } from './snapshot.ts'
import '../testing/seed.ts'

const VENDOR = 300

/** Text or JSON of any kind, for what is not to be looked at, not even at its type. */
const anything = fc.jsonValue({ maxDepth: 2 })

/** An id of any kind that is not one of those in `MATTERS`. */
const someId = anything.filter((id) => `${id}` !== '-1' && !/^[0-]*$/.test(`${id}`))

/** The addresses of people, outside the data centres of `OPERATOR`. */
const address = fc.integer({ min: 0, max: 255 }).map((host) => `203.0.113.${host}`)
const longAddress = fc.integer({ min: 0, max: 0xffff }).map((host) => `2001:db8:7::${host.toString(16)}`)

/** The user agents of people. */
const userAgent = fc
  .record({
    phone: fc.constantFrom('Pixel 8', 'SM-S911B', 'CUBOT X30', 'moto g(60)'),
    version: fc.integer({ min: 80, max: 140 }),
  })
  .map(({ phone, version }) => `Mozilla/5.0 (Linux; Android 14; ${phone}) Chrome/${version}.0.0.0 Mobile`)

/** Everything in a request that differs from one person to the next, by the object that it stands in. */
const person = fc.record({
  device: fc.record({
    ua: userAgent,
    ip: fc.option(address, { nil: undefined }),
    ipv6: longAddress,
    ifa: someId,
    ...allOf(
      'didsha1 didmd5 dpidsha1 dpidmd5 macsha1 macmd5 make model osv hwv ppi pxratio carrier mccmnc sua',
    ),
  }),
  deviceExt: fc.record(allOf('ifv ifa_type idfa aaid session')),
  geo: fc.record(allOf('lat lon type accuracy lastfix ipservice metro city zip utcoffset ext')),
  user: fc.record({
    id: someId,
    ...allOf('buyeruid yob gender keywords kwarray customdata geo data eids'),
  }),
  userExt: fc.record(allOf('eids data digitrust sessionduration impdepth')),
  inventory: fc.record(allOf('ref search keywords kwarray content mobile ver')),
  path: fc.string(),
  source: fc.record(allOf('tid pchain fd')),
  imp: fc.record(allOf('metric ext exp')),
  ext: fc.record(allOf('uid cookie log')),
  /** What a consent string says beside the decision: when it was made, by what, and about whom else. */
  stamp: fc.array(fc.constantFrom(...ALPHABET), { minLength: 21, maxLength: 21 }).map((all) => all.join('')),
  otherVendors: fc.uniqueArray(
    fc.integer({ min: 1, max: 900 }).filter((id) => id !== VENDOR),
    { maxLength: 8 },
  ),
  garbage: fc.string({ maxLength: 20 }),
})
type Person = typeof person extends fc.Arbitrary<infer Value> ? Value : never

function allOf(names: string): Record<string, typeof anything> {
  return Object.fromEntries(names.split(' ').map((name) => [name, anything]))
}

/** The signals of a request. */
type Signals = {
  readonly regs?: object
  readonly device?: object
  readonly deviceExt?: object
  readonly user?: object
  /** A TC string that says so; otherwise the place of the TC string has garbage in it. */
  readonly consent?: Partial<TcFacts>
  readonly isGpc?: boolean
}

const without = (...purposes: number[]) => PURPOSES.filter((purpose) => !purposes.includes(purpose))
/** Neither consent nor legitimate interest for these. */
const refusing = (...purposes: number[]): Signals => ({
  regs: { gdpr: 1 },
  consent: { purposeConsents: without(...purposes), purposeLegitimateInterests: without(...purposes) },
})
/** National section of the US: opted out of sale, sharing and targeted advertising. */
const GPP_OPTED_OUT = 'DBABLA~CAAVAAAAAABA.QA'

/** Signals under which each row of the table is the first that applies. */
const SIGNALS: Readonly<Record<CauseName, readonly Signals[]>> = {
  none: [{}, { regs: { gdpr: 0 } }, { regs: { gdpr: 1 }, consent: {} }],
  noConsent: [{ regs: { gdpr: 1 } }],
  noPurpose2: [refusing(2)],
  coppa: [{ regs: { coppa: 1 } }],
  limited: [
    { device: { lmt: 1 } },
    { device: { dnt: 1 } },
    { device: { ifa: '' } },
    { deviceExt: { atts: 2 } },
    { user: { id: '-1' } },
  ],
  gpc: [{ isGpc: true }, { regs: { ext: { gpc: '1' } } }],
  usPrivacy: [{ regs: { us_privacy: '1YYN' } }],
  gpp: [{ regs: { gpp: GPP_OPTED_OUT, gpp_sid: [7] } }],
  noPurpose1: [refusing(1)],
  noPurpose3: [refusing(3)],
  noPurpose4: [refusing(4)],
  noPurpose7: [refusing(7)],
  noPurpose9Or10: [refusing(9, 10)],
  noSpecialFeature1: [{ regs: { gdpr: 1 }, consent: { specialFeatures: [] } }],
}

/** What all people have in common: where they look, at what, and with what kind of thing. */
const DEVICE = { devicetype: 4, os: 'Android', language: 'en', connectiontype: 2, w: 412, h: 915 }
const GEO = { country: 'USA', region: 'CA' }
const IMPS = [
  { id: '1', tagid: 'top', bidfloor: 0.5, banner: { format: [{ w: 300, h: 250 }] } },
  {
    id: '2',
    video: { mimes: ['video/mp4'], protocols: [2, 3, 7], minduration: 5, maxduration: 30, w: 640, h: 360 },
  },
]
const CENTRE = '198.51.100.0/24'
const OPERATOR: OperatorFile = { ...TEST_OPERATOR, supply: { dataCentres: [CENTRE] } }

function requestOf(who: Person, { regs, device, deviceExt, user, consent }: Signals, isApp: boolean): object {
  const page = `https://news.example/${encodeURIComponent(who.path.toWellFormed())}`
  const place = isApp
    ? { app: { bundle: 'com.example.news', ...who.inventory } }
    : { site: { page, ...who.inventory } }
  return {
    id: 'r-1',
    at: 2,
    tmax: 200,
    imp: IMPS.map((imp) => ({ ...imp, ...who.imp })),
    ...place,
    // What a person has comes last: where a reader took one field for another, it would win.
    device: {
      ...DEVICE,
      geo: { ...GEO, ...who.geo },
      ...who.device,
      ...device,
      ext: { ...who.deviceExt, ...deviceExt },
    },
    user: { ...who.user, ...user, consent: consentOf(who, consent), ext: who.userExt },
    regs,
    source: who.source,
    ext: who.ext,
  }
}

/** The first 22 characters of a TC string are its version, and then what `stamp` stands for. */
function consentOf({ stamp, otherVendors, garbage }: Person, consent: Partial<TcFacts> | undefined): string {
  if (consent === undefined) return garbage
  const vendors = [VENDOR, ...otherVendors]
  const facts = {
    vendorConsents: vendors,
    vendorLegitimateInterests: vendors,
    disclosed: vendors,
    ...consent,
  }
  const text = tcString(fullConsent(VENDOR, facts))
  return text[0] + stamp + text.slice(1 + stamp.length)
}

const catalogFile = new URL('scenarios/catalog.json', import.meta.url)
const catalog = JSON.parse(readFileSync(catalogFile, 'utf8')) as Catalog
const ads = await compileAds(catalog, EXCHANGE_PROFILES)
/** The same, but nobody may see a campaign twice an hour. */
const cappedAds = await compileAds(
  {
    ...catalog,
    campaigns: catalog.campaigns.map((campaign) => ({
      ...campaign,
      frequencyCaps: [{ impressions: 1, minutes: 60 }],
    })),
  },
  EXCHANGE_PROFILES,
)

/** A bidder, and all that it makes of its requests. */
class Watched {
  readonly #features: string[] = []
  readonly #logged: string[] = []
  readonly #bidder: TestBidder

  constructor(operator: OperatorFile, adsOnSale = ads) {
    this.#bidder = new TestBidder(
      { ads: adsOnSale, rates: new Rates(undefined, 7), model: this.#model() },
      undefined,
      operator,
      EXCHANGE_PROFILES,
      undefined,
      this.#events(),
    )
  }

  /** The answer, every feature of every row that a scorer saw for it, what is logged, and all counts since the first request. */
  async ask(request: object, exchange: string, isGpc: boolean) {
    this.#features.length = 0
    this.#logged.length = 0
    const answer = await this.#bidder.ask(JSON.stringify(request), { exchange, isGpc })
    const counts = this.#bidder.telemetry.instruments.map((instrument) =>
      'values' in instrument
        ? instrument.values
        : 'counts' in instrument
          ? [instrument.counts, instrument.sums]
          : [],
    )
    return {
      answer,
      features: [...this.#features],
      logged: [...this.#logged],
      counts: JSON.stringify(counts),
    }
  }

  #events(): BidEvents {
    const notes: string[] = []
    return {
      isWanted: () => true,
      noteFeatures: ({ hashes, numbers }) => notes.push(`${hashes.join()} ${numbers.join()}`) - 1,
      offerBid: ({ note, ads: _, ...bid }) => this.#logged.push(notes[note], JSON.stringify(bid)) > 0,
    }
  }

  #model(): ReadyModel {
    const model = scriptedModel({ probability: () => 0.01, outcome: 'scored' })
    let seen = new FeatureVector()
    const note = (ad: number) => this.#features.push(`${ad}: ${seen.hashes.join()} ${seen.numbers.join()}`)
    const begin = (vector: FeatureVector, inner: { begin(vector: FeatureVector): void }) => {
      seen = vector
      inner.begin(vector)
    }
    return {
      key: model.key,
      plans: model.plans.map((plan) => ({
        begin: (vector) => begin(vector, plan),
        write: (target, row, ad) => {
          note(ad)
          plan.write(target, row, ad)
        },
      })),
      queue: model.queue,
      inline: {
        begin: (vector) => begin(vector, model.inline),
        score: (ad) => {
          note(ad)
          return model.inline.score(ad)
        },
      },
    }
  }
}

const view = new RequestView(BODY_BYTES_MAX)
const { consent: STANDING } = operatorOf(OPERATOR, 'https://bid.example').operator

/** The row of the table that decides about a request. */
function causeOf(request: object, isGpc = false): CauseName {
  const length = view.tape.bytes.write(JSON.stringify(request))
  if (view.read(length) !== READ.ok) throw new Error('the request cannot be read')
  if (isGpc) view.signals.addGpc()
  const country = { start: view.textStart[TEXT.country], end: view.textEnd[TEXT.country] }
  const cause = permitCause(permit(view.tape.bytes, view.signals, country, STANDING))
  return (Object.keys(CAUSE) as CauseName[]).find((name) => CAUSE[name] === cause)!
}

const PAIRS = 25

for (const withoutBasis of ['no_bid', 'contextual'] as const) {
  const operator = { ...OPERATOR, tcf: { ...OPERATOR.tcf!, withoutBasis } }
  for (const name of ['none', ...Object.keys(PRIVACY_TABLE)] as CauseName[]) {
    const isBidMade = name === 'none' || withoutBasis === 'contextual' || !removesBid(name)
    t.test(`${withoutBasis}, ${name}: who looks makes no difference`, async (t) => {
      for (const signals of SIGNALS[name]) {
        // Where nobody may be known, caps on what a user sees change nothing about that.
        const adsOnSale = isUserKnown(name) ? ads : cappedAds
        const [one, other] = [new Watched(operator, adsOnSale), new Watched(operator, adsOnSale)]
        const { isGpc = false } = signals
        const outcomes = new Set<OutcomeName>()
        await fc.assert(
          fc.asyncProperty(
            person,
            person,
            fc.boolean(),
            fc.constantFrom(...EXCHANGE_NAMES),
            async (who, whoElse, isApp, exchange) => {
              const [first, second] = [who, whoElse].map((each) => requestOf(each, signals, isApp))
              for (const request of [first, second]) assert.equal(causeOf(request, isGpc), name)
              const seen = await one.ask(first, exchange, isGpc)
              assert.deepEqual(await other.ask(second, exchange, isGpc), seen)
              outcomes.add(seen.answer.outcome)
              assert.equal(seen.features.length > 0, seen.answer.outcome === 'bid')
              assert.equal(seen.logged.length > 0, seen.answer.outcome === 'bid' && isLearntFrom(name))
            },
          ),
          { numRuns: PAIRS },
        )
        t.equal(outcomes.has('bid'), isBidMade, 'the signals decide about bids')
        if (!isBidMade) t.same([...outcomes], ['no_legal_basis'])
      }
    })
  }
}

function removesBid(name: Exclude<CauseName, 'none'>): boolean {
  return PRIVACY_TABLE[name].removes.includes('bid')
}

function isLearntFrom(name: CauseName): boolean {
  return name === 'none' || !PRIVACY_TABLE[name].removes.includes('train')
}

function isUserKnown(name: CauseName): boolean {
  return name === 'none' || !PRIVACY_TABLE[name].removes.includes('ids')
}

const CONTEXTUAL = { ...OPERATOR, tcf: { ...OPERATOR.tcf!, withoutBasis: 'contextual' as const } }
const { seal } = operatorOf(CONTEXTUAL, 'https://bid.example').operator

/** Bids from one campaign with a cap of one an hour; asked three times by somebody who gives every id there is. */
async function askedThrice(name: CauseName, signals: Signals, unknownUsers: 'bid' | 'no_bid') {
  const [campaign] = oneBannerCatalog.campaigns
  const capped = { ...campaign, frequencyCaps: [{ impressions: 1, minutes: 60 }], unknownUsers }
  const onSale = await compileAds({ ...oneBannerCatalog, campaigns: [capped] }, EXCHANGE_PROFILES)
  const model = scriptedModel({ probability: () => 0.01, outcome: 'scored' })
  const bidder = new TestBidder({ ads: onSale, rates: new Rates(undefined, 7), model }, undefined, CONTEXTUAL)
  const [drawn] = fc.sample(person, { numRuns: 1, seed: 1 })
  const who = {
    ...drawn,
    device: { ...drawn.device, ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc' },
    user: { ...drawn.user, id: 'somebody', buyeruid: 'our-somebody' },
  }
  const request = requestOf(who, signals, true)
  assert.equal(causeOf(request, signals.isGpc), name)
  const answers: Answer[] = []
  for (let i = 0; i < 3; i++) {
    answers.push(await bidder.ask(JSON.stringify(request), { isGpc: signals.isGpc }))
    bidder.clock.advance(1000)
  }
  return answers
}

/** The keys of user and campaign in all tokens of an answer. */
function pairKeysIn({ text }: Answer): Set<string> {
  const tokens = [...text.matchAll(/(?:\?t=|%3Ft%3D)([A-Za-z0-9._~-]+)/g)].map(([, token]) =>
    readToken(seal, token),
  )
  return new Set(tokens.map((token) => (typeof token === 'string' ? token : token.pairKey)))
}

t.test('who has seen what is counted where ids may be used, and nowhere else', async (t) => {
  for (const name of ['none', ...Object.keys(PRIVACY_TABLE)] as CauseName[]) {
    for (const signals of SIGNALS[name]) {
      const about = `${name}: ${JSON.stringify(signals).slice(0, 60)}`
      const answers = await askedThrice(name, signals, 'bid')
      const forKnown = await askedThrice(name, signals, 'no_bid')
      const outcomes = (all: readonly Answer[]) => all.map(({ outcome }) => outcome)
      if (isUserKnown(name)) {
        t.strictSame(outcomes(answers), ['bid', 'held_back', 'held_back'], about)
        t.strictSame(outcomes(forKnown), ['bid', 'held_back', 'held_back'], about)
        t.match([...pairKeysIn(answers[0])], [/^[0-9a-z]{14}$/], 'one key in all its tokens')
      } else {
        t.strictSame(outcomes(answers), ['bid', 'bid', 'bid'], about)
        t.strictSame(outcomes(forKnown), ['held_back', 'held_back', 'held_back'], about)
        for (const answer of answers) t.strictSame([...pairKeysIn(answer)], [''], 'its tokens name nobody')
      }
    }
  }
})

t.test('tokens of campaigns without caps name nobody, whoever may be known', async (t) => {
  const bidder = new Watched(OPERATOR)
  const request = { id: 'r-1', imp: IMPS, device: { ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc' } }
  const { answer } = await bidder.ask(request, 'default', false)
  t.strictSame([...pairKeysIn(answer)], [''])
})

/** What of a person may matter: the value, what it changes, and why that is right. */
const MATTERS: readonly {
  readonly field: string
  readonly value: object
  readonly cause?: CauseName
  readonly outcome?: OutcomeName
  readonly reason: string
}[] = [
  {
    field: 'device.ifa',
    value: { device: { ifa: '00000000-0000-0000-0000-000000000000' } },
    cause: 'limited',
    reason: 'zeros or nothing are how a platform says that tracking is limited',
  },
  {
    field: 'user.id',
    value: { user: { id: '-1' } },
    cause: 'limited',
    reason: 'how Xandr says that the user has opted out',
  },
  {
    field: 'device.ua',
    value: { device: { ua: 'Examplebot/2.1' } },
    outcome: 'crawler',
    reason: 'whether a person looks at all',
  },
  {
    field: 'device.ip',
    value: { device: { ip: '198.51.100.7' } },
    outcome: 'data_centre',
    reason: 'whether a person looks at all',
  },
  {
    field: 'device.ipv6',
    value: { device: { ipv6: '::ffff:198.51.100.7' } },
    outcome: 'data_centre',
    reason: 'whether a person looks at all',
  },
  {
    field: 'device.geo.country',
    value: { device: { geo: { country: 'DEU' } } },
    cause: 'noConsent',
    outcome: 'no_legal_basis',
    reason: 'whether the GDPR applies; which campaigns are for that country',
  },
]

t.test('what of a person may matter does', async (t) => {
  const bidder = new Watched(OPERATOR)
  const plain = { id: 'r-1', imp: IMPS }
  t.equal(causeOf(plain), 'none')
  t.equal((await bidder.ask(plain, 'default', false)).answer.outcome, 'bid')
  for (const { field, value, cause = 'none', outcome = 'bid', reason } of MATTERS) {
    const request = { ...plain, ...value }
    const { answer }: { answer: Answer } = await bidder.ask(request, 'default', false)
    t.same([causeOf(request), answer.outcome], [cause, outcome], `${field}: ${reason}`)
  }
})

t.test('PRIVACY.md has the table of the code, and names what of a person may matter', async (t) => {
  const page = readFileSync(new URL('../../PRIVACY.md', import.meta.url), 'utf8')
  const tables = page.split('\n\n').filter((part) => part.startsWith('| Signal |'))
  t.same(tables, [permissionsTable()])
  for (const { field } of MATTERS) t.ok(page.includes(`\`${field}\``), field)
})
