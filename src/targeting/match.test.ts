import t, { type Test } from 'tap'
import { Prng } from '../base/prng.ts'
import { READ, RequestView } from '../openrtb/request.ts'
import { naiveMatch, type PlainRequest } from '../testing/naive-targeting.ts'
import { sortByLikeness, type TargetedAd } from './ad.ts'
import { compileTargets } from './compile.ts'
import { IMP_MATCHES_MAX, Matcher } from './match.ts'

const EXCHANGES = ['default', 'prebid']
const view = new RequestView(65_536)
const matcher = new Matcher()

const banner = { format: 'banner', width: 300, height: 250 } as const
const film = { format: 'video', durationS: 15, mimes: ['video/mp4'] } as const

function ad(parts: Partial<TargetedAd> = {}): TargetedAd {
  return {
    wants: {},
    advertiserDomain: 'shop.example.com',
    categories: ['IAB17-12'],
    creative: banner,
    ...parts,
  }
}

function request(parts: Partial<PlainRequest> = {}): PlainRequest {
  return { id: 'r', imp: [{ id: '1', banner: { format: [{ w: 300, h: 250 }] } }], ...parts }
}

/** The ads found for each imp by both twins, which must agree. */
async function matchBoth(t: Test, ads: readonly TargetedAd[], plain: PlainRequest, exchange = 'default') {
  const index = await compileTargets(ads, EXCHANGES)
  const found = matchCompiled(index, plain, exchange)
  const wanted = plain.imp.map((imp) => naiveMatch(ads, plain, imp, exchange))
  t.same(found, wanted)
  return wanted
}

function matchCompiled(
  index: Awaited<ReturnType<typeof compileTargets>>,
  plain: PlainRequest,
  exchange = 'default',
) {
  const length = view.tape.bytes.write(JSON.stringify(plain))
  t.equal(view.read(length), READ.ok)
  matcher.match(index, view, EXCHANGES.indexOf(exchange))
  return plain.imp.map((_, imp) => {
    const first = imp === 0 ? 0 : matcher.end[imp - 1]
    return Array.from(matcher.ads.subarray(first, matcher.end[imp])).sort((a, b) => a - b)
  })
}

/** Each row: what is asked, the ad, the request, and whether they match. */
const CASES: readonly (readonly [string, TargetedAd, PlainRequest, boolean])[] = [
  ['an ad without wishes takes any request', ad(), request(), true],
  [
    'a country on the list',
    ad({ wants: { countries: ['USA', 'CAN'] } }),
    request({ device: { geo: { country: 'CAN' } } }),
    true,
  ],
  [
    'a country that is not',
    ad({ wants: { countries: ['USA'] } }),
    request({ device: { geo: { country: 'DEU' } } }),
    false,
  ],
  ['no country where one is wanted', ad({ wants: { countries: ['USA'] } }), request(), false],
  [
    'a region of the country',
    ad({ wants: { regions: ['USA-CA'] } }),
    request({ device: { geo: { country: 'USA', region: 'CA' } } }),
    true,
  ],
  [
    'a region that names its country',
    ad({ wants: { regions: ['USA-CA'] } }),
    request({ device: { geo: { country: 'USA', region: 'US-CA' } } }),
    true,
  ],
  [
    'the same region of another country',
    ad({ wants: { regions: ['USA-CA'] } }),
    request({ device: { geo: { country: 'FRA', region: 'CA' } } }),
    false,
  ],
  [
    'an operating system in other letters',
    ad({ wants: { operatingSystems: ['ios'] } }),
    request({ device: { os: 'iOS' } }),
    true,
  ],
  [
    'a phone by its device type',
    ad({ wants: { devices: ['phone'] } }),
    request({ device: { devicetype: 4 } }),
    true,
  ],
  [
    'a generic mobile as a phone',
    ad({ wants: { devices: ['phone'] } }),
    request({ device: { devicetype: 1 } }),
    true,
  ],
  [
    'a television where phones are wanted',
    ad({ wants: { devices: ['phone'] } }),
    request({ device: { devicetype: 3 } }),
    false,
  ],
  [
    'a device type that nobody knows',
    ad({ wants: { devices: ['other'] } }),
    request({ device: { devicetype: 99 } }),
    true,
  ],
  [
    'a site where apps are wanted',
    ad({ wants: { inventory: ['app'] } }),
    request({ site: { domain: 'a.com' } }),
    false,
  ],
  [
    'a domain behind www',
    ad({ wants: { publishers: ['a.com'] } }),
    request({ site: { domain: 'www.A.com' } }),
    true,
  ],
  ['a bundle', ad({ wants: { publishers: ['com.a.b'] } }), request({ app: { bundle: 'com.a.b' } }), true],
  [
    'a subdomain of a wanted domain',
    ad({ wants: { publishers: ['a.com'] } }),
    request({ site: { domain: 'm.a.com' } }),
    false,
  ],
  [
    'a refused publisher',
    ad({ wants: { notPublishers: ['a.com'] } }),
    request({ site: { domain: 'a.com' } }),
    false,
  ],
  [
    'another than the refused publisher',
    ad({ wants: { notPublishers: ['a.com'] } }),
    request({ site: { domain: 'b.com' } }),
    true,
  ],
  [
    'a category on the list',
    ad({ wants: { categories: ['IAB1-2'] } }),
    request({ site: { cat: ['IAB5', 'IAB1-2'] } }),
    true,
  ],
  [
    'a category within a wanted one',
    ad({ wants: { categories: ['IAB1'] } }),
    request({ site: { cat: ['IAB1-2'] } }),
    true,
  ],
  [
    'a category around a wanted one',
    ad({ wants: { categories: ['IAB1-2'] } }),
    request({ site: { cat: ['IAB1'] } }),
    false,
  ],
  ['no category where one is wanted', ad({ wants: { categories: ['IAB1'] } }), request({ site: {} }), false],
  ['a language', ad({ wants: { languages: ['en'] } }), request({ device: { language: 'EN' } }), true],
  ['a blocked category', ad(), request({ bcat: ['IAB17-12'] }), false],
  ['a category blocked with all it holds', ad(), request({ bcat: ['IAB17'] }), false],
  ['a blocked category beside ours', ad(), request({ bcat: ['IAB17-1', 'IAB1'] }), true],
  ['a blocked advertiser', ad(), request({ badv: ['x.com', 'Shop.Example.com'] }), false],
  ['an advertiser blocked with its parent domain', ad(), request({ badv: ['www.example.com'] }), false],
  ['a blocked domain that only ends alike', ad(), request({ badv: ['ample.com'] }), true],
  [
    'a size that is not offered',
    ad(),
    request({ imp: [{ id: '1', banner: { format: [{ w: 728, h: 90 }] } }] }),
    false,
  ],
  ['a size without a list', ad(), request({ imp: [{ id: '1', banner: { w: 300, h: 250 } }] }), true],
  [
    'one size of several',
    ad(),
    request({
      imp: [
        {
          id: '1',
          banner: {
            format: [
              { w: 1, h: 1 },
              { w: 300, h: 250 },
            ],
          },
        },
      ],
    }),
    true,
  ],
  ['a banner for a video slot', ad(), request({ imp: [{ id: '1', video: {} }] }), false],
  ['a film for a banner slot', ad({ creative: film }), request(), false],
  [
    'a film for a slot that takes both',
    ad({ creative: film }),
    request({ imp: [{ id: '1', banner: { w: 1, h: 1 }, video: {} }] }),
    true,
  ],
  [
    'a banner for a slot that takes both',
    ad(),
    request({ imp: [{ id: '1', banner: { w: 300, h: 250 }, video: { maxduration: 5, mimes: ['x/y'] } }] }),
    true,
  ],
  [
    'a film that is too long',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { maxduration: 14 } }] }),
    false,
  ],
  [
    'a film at the longest',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { minduration: 15, maxduration: 15 } }] }),
    true,
  ],
  [
    'a film of a required length',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { rqddurs: [10, 15], maxduration: 5 } }] }),
    true,
  ],
  [
    'a film of another than the required lengths',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { rqddurs: [10, 20], maxduration: 30 } }] }),
    false,
  ],
  [
    'a film that is too short',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { minduration: 16 } }] }),
    false,
  ],
  [
    'a mime that the player has',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { mimes: ['video/webm', 'video/mp4'] } }] }),
    true,
  ],
  [
    'a mime that it has not',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { mimes: ['video/webm'] } }] }),
    false,
  ],
  [
    'a player of wrappers alone',
    ad({ creative: film }),
    request({ imp: [{ id: '1', video: { protocols: [5, 6] } }] }),
    false,
  ],
  [
    'a private auction',
    ad(),
    request({ imp: [{ id: '1', banner: { w: 300, h: 250 }, pmp: { private_auction: 1 } }] }),
    false,
  ],
  [
    'a floor in another currency',
    ad(),
    request({ imp: [{ id: '1', banner: { w: 300, h: 250 }, bidfloorcur: 'EUR' }] }),
    false,
  ],
  ['an exchange on the list', ad({ wants: { exchanges: ['default'] } }), request(), true],
  ['an exchange that is not', ad({ wants: { exchanges: ['prebid'] } }), request(), false],
]

for (const [what, candidate, plain, doesMatch] of CASES) {
  t.test(`${doesMatch ? 'takes' : 'leaves'} ${what}`, async (t) => {
    const [found] = await matchBoth(t, [ad({ wants: { countries: ['ZZZ'] } }), candidate], plain)
    t.same(found, doesMatch ? [1] : [])
  })
}

t.test('imps of one request are matched apart', async (t) => {
  const plain = request({
    imp: [
      { id: '1', video: { maxduration: 30 } },
      { id: '2', banner: { w: 300, h: 250 } },
      { id: '3', banner: { w: 1, h: 1 } },
    ],
  })
  t.same(await matchBoth(t, [ad(), ad({ creative: film }), ad()], plain), [[1], [0, 2], []])
})

t.test('nothing of one request is left for the next', async (t) => {
  const index = await compileTargets([ad({ categories: ['IAB1'] })], EXCHANGES)
  t.same(matchCompiled(index, request({ bcat: ['IAB1'] })), [[]])
  t.same(matchCompiled(index, request()), [[0]])
})

t.test('no more ads are found for an imp than its limit, and that is counted', async (t) => {
  const index = await compileTargets(
    Array.from({ length: IMP_MATCHES_MAX + 1 }, () => ad()),
    EXCHANGES,
  )
  t.equal(matchCompiled(index, request())[0].length, IMP_MATCHES_MAX)
  t.equal(matcher.truncatedCount, 1)
  const exact = await compileTargets(
    Array.from({ length: IMP_MATCHES_MAX }, () => ad()),
    EXCHANGES,
  )
  t.equal(matchCompiled(exact, request())[0].length, IMP_MATCHES_MAX)
  t.equal(matcher.truncatedCount, 0)
})

t.test('where more ads match than are looked at, every ad has its turn', async (t) => {
  const count = 8 * 1024
  const index = await compileTargets(
    Array.from({ length: count }, () => ad()),
    EXCHANGES,
  )
  const seen = new Set<number>()
  for (let i = 0; i < 2000; i++)
    for (const found of matchCompiled(index, request({ id: `r${i}` }))[0]) seen.add(found)
  t.equal(seen.size, count)
})

t.test('an empty catalog matches nothing', async (t) => {
  t.same(matchCompiled(await compileTargets([], EXCHANGES), request()), [[]])
})

const COUNTRIES = ['USA', 'DEU', 'FRA']
const REGIONS = ['USA-CA', 'USA-NY', 'DEU-BY']
const SYSTEMS = ['ios', 'android', 'windows']
const DOMAINS = ['a.com', 'b.org', 'c.net']
const BUNDLES = ['com.a', 'com.b', '12345']
const CATEGORIES = ['IAB1', 'IAB1-1', 'IAB1-2', 'IAB2', 'IAB3-4']
const SIZES = [
  [300, 250],
  [728, 90],
  [320, 50],
] as const
const MIMES = ['video/mp4', 'video/webm']

t.test('compiled rows and plain filters agree on random catalogs and requests', async (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const prng = new Prng(seed)
    // Sizes around the edges of words and summary words.
    const count = [1, 31, 32, 33, 400, 1023, 1025][seed % 7]
    const made = Array.from({ length: count }, () => randomAd(prng))
    const ads = sortByLikeness(made, (ad) => ad)
    const index = await compileTargets(ads, EXCHANGES)
    for (let i = 0; i < 60; i++) {
      const plain = randomRequest(prng, `${seed}-${i}`)
      const exchange = prng.pick(EXCHANGES)
      const found = matchCompiled(index, plain, exchange)
      const wanted = plain.imp.map((imp) => naiveMatch(ads, plain, imp, exchange))
      if (matcher.truncatedCount === 0 && !t.strictSame(found, wanted, `seed ${seed}, request ${i}`)) return
    }
  }
})

/** A few of the values, or nothing with probability 1/2. */
function some<T>(prng: Prng, values: readonly T[]): T[] | undefined {
  const chosen = values.filter(() => prng.unit() < 0.5)
  return prng.unit() < 0.5 || chosen.length === 0 ? undefined : chosen
}

function randomAd(prng: Prng): TargetedAd {
  const [width, height] = prng.pick(SIZES)
  return ad({
    wants: {
      exchanges: prng.unit() < 0.8 ? undefined : [prng.pick(EXCHANGES)],
      inventory: some(prng, ['site', 'app'] as const),
      devices: some(prng, ['desktop', 'phone', 'tv', 'other'] as const),
      countries: some(prng, COUNTRIES),
      regions: prng.unit() < 0.8 ? undefined : some(prng, REGIONS),
      operatingSystems: some(prng, SYSTEMS),
      languages: prng.unit() < 0.8 ? undefined : ['en'],
      categories: prng.unit() < 0.7 ? undefined : some(prng, CATEGORIES),
      publishers: prng.unit() < 0.8 ? undefined : some(prng, [...DOMAINS, ...BUNDLES]),
      notPublishers: prng.unit() < 0.8 ? undefined : some(prng, [...DOMAINS, ...BUNDLES]),
    },
    advertiserDomain: prng.pick(['shop.example.com', 'example.com', 'other.org']),
    categories: [prng.pick(CATEGORIES)],
    creative:
      prng.unit() < 0.7
        ? { format: 'banner', width, height }
        : { format: 'video', durationS: prng.pick([6, 15, 30]), mimes: some(prng, MIMES) ?? ['video/mp4'] },
  })
}

function randomRequest(prng: Prng, id: string): PlainRequest {
  const cat = some(prng, CATEGORIES)
  const isApp = prng.unit() < 0.5
  return {
    id,
    ...(isApp ? { app: { bundle: prng.pick(BUNDLES), cat } } : { site: { domain: prng.pick(DOMAINS), cat } }),
    device: {
      devicetype: prng.below(8),
      os: prng.pick(['iOS', 'Android', 'Windows', 'Other']),
      language: prng.pick(['en', 'de']),
      geo: prng.unit() < 0.9 ? { country: prng.pick(COUNTRIES), region: prng.pick(['CA', 'NY', 'BY']) } : {},
    },
    bcat: prng.unit() < 0.5 ? undefined : some(prng, CATEGORIES),
    badv:
      prng.unit() < 0.7
        ? undefined
        : [prng.pick(['example.com', 'shop.example.com', 'other.org', 'none.com'])],
    imp: Array.from({ length: 1 + prng.below(3) }, (_, imp) => ({
      id: `${imp}`,
      ...(prng.unit() < 0.8
        ? { banner: { format: SIZES.filter(() => prng.unit() < 0.5).map(([w, h]) => ({ w, h })) } }
        : {}),
      ...(prng.unit() < 0.4
        ? {
            video: {
              mimes: some(prng, MIMES),
              protocols: some(prng, [2, 3, 5, 6, 7]),
              rqddurs: prng.unit() < 0.8 ? undefined : [6, 30],
              minduration: prng.pick([0, 6, 10]),
              maxduration: prng.pick([0, 15, 30]),
            },
          }
        : {}),
    })),
  }
}
