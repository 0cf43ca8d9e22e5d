// What the bid path gets of a catalog: ads that may go to an exchange, and what choosing and pricing know of them.
import t from 'tap'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { RequestView } from '../openrtb/request.ts'
import { FORMATS } from '../targeting/ad.ts'
import { Matcher } from '../targeting/match.ts'
import { EXCHANGE_NAMES } from '../testing/bidder.ts'
import { everyFormatCatalog, oneBannerCatalog } from '../testing/catalog.ts'
import { compileAds } from './compile.ts'
import type { BannerCreative, Campaign, Catalog, VideoCreative } from './schema.ts'

type Compiled = Awaited<ReturnType<typeof compileAds>>

const compile = (catalog: Catalog) => compileAds(catalog, EXCHANGE_PROFILES)
const [BANNER] = oneBannerCatalog.creatives as BannerCreative[]
const [CAMPAIGN] = oneBannerCatalog.campaigns

function withBanner(fields: Partial<BannerCreative>, campaign: Partial<Campaign> = {}): Promise<Compiled> {
  return compile({
    ...oneBannerCatalog,
    creatives: [{ ...BANNER, ...fields }],
    campaigns: [{ ...CAMPAIGN, ...campaign }],
  })
}

/** The creatives that fit an imp of every format at an exchange, in alphabetical order. */
function matchesAt(ads: Compiled, exchange: string, imp: object = EVERYTHING): string[] {
  const view = new RequestView(8192)
  const body = JSON.stringify({ id: 'r', imp: [{ id: '1', ...imp }] })
  if (view.read(view.tape.bytes.write(body)) !== 0) throw new Error('unreadable')
  const matcher = new Matcher()
  const count = matcher.match(ads.targets, view, {
    exchangeIndex: EXCHANGE_NAMES.indexOf(exchange),
    seat: undefined,
  })
  return [...matcher.ads.subarray(0, count)].map((ad) => ads.traits.creativeIds[ad]).sort()
}
const EVERYTHING = {
  banner: { w: 300, h: 250 },
  video: { mimes: ['video/mp4'], protocols: [3, 6] },
  audio: { mimes: ['audio/mpeg'] },
  native: { request: '{"assets":[{"id":1,"title":{"len":20}}]}' },
}

t.test('every creative of an active campaign is an ad, in every format', async (t) => {
  const ads = await compile(everyFormatCatalog)
  const all = ['bank-film', 'bank-radio', 'bank-tag', 'shop-300', 'shop-native']
  t.strictSame([...ads.traits.creativeIds].sort(), all)
  t.strictSame(matchesAt(ads, 'default'), all)
  const formats = Object.fromEntries(
    ads.traits.creativeIds.map((id, ad) => [id, FORMATS[ads.traits.format[ad]]]),
  )
  t.strictSame(formats, {
    'bank-film': 'video',
    'bank-radio': 'audio',
    'bank-tag': 'video',
    'shop-300': 'banner',
    'shop-native': 'native',
  })
  const paused = everyFormatCatalog.campaigns.map((campaign) => ({ ...campaign, status: 'paused' as const }))
  t.equal((await compile({ ...everyFormatCatalog, campaigns: paused })).fragments.length, 0)
})

t.test('the ads of one creative share what is said of it', async (t) => {
  const [campaign] = oneBannerCatalog.campaigns
  const { fragments, traits } = await compile({
    ...oneBannerCatalog,
    campaigns: [campaign, { ...campaign, id: 'again' }],
  })
  t.strictSame([...traits.campaignIds].sort(), ['again', campaign.id].sort())
  t.equal(fragments[0], fragments[1])
})

t.test('an exchange that takes no markup gets the creatives that it has registered', async (t) => {
  const ads = await compile(everyFormatCatalog)
  t.strictSame(matchesAt(ads, 'xandr'), ['shop-300'])
  const banner = ads.traits.creativeIds.indexOf('shop-300')
  const registered = ads.registeredIds[banner].map((id, i) =>
    id === undefined ? '' : `${EXCHANGE_NAMES[i]} ${id}`,
  )
  t.strictSame(registered.filter(Boolean), ['xandr 4711'])
})

t.test('a campaign for exchanges that have not registered its creative is for none', async (t) => {
  const onlyXandr = { targeting: { exchanges: ['xandr'] } }
  const unregistered = await withBanner({}, onlyXandr)
  for (const exchange of EXCHANGE_NAMES) t.strictSame(matchesAt(unregistered, exchange), [], exchange)
  const registered = await withBanner({ registrations: { xandr: '1' } }, onlyXandr)
  t.strictSame(matchesAt(registered, 'xandr'), ['shop-300'])
  t.strictSame(matchesAt(registered, 'default'), [])
  const both = await withBanner({}, { targeting: { exchanges: ['xandr', 'google'] } })
  t.strictSame(matchesAt(both, 'google'), ['shop-300'])
  t.strictSame(matchesAt(both, 'xandr'), [])
})

t.test('a campaign with deals buys nothing else', async (t) => {
  const ads = await withBanner({}, { deals: ['deal-1'] })
  const pmp = (id: string) => ({ ...EVERYTHING, pmp: { deals: [{ id }] } })
  t.strictSame(matchesAt(ads, 'default', pmp('deal-1')), ['shop-300'])
  t.strictSame(matchesAt(ads, 'default', pmp('deal-2')), [])
  t.strictSame(matchesAt(ads, 'default'), [])
})

t.test(
  "a banner is HTML around an image, whose type is the file's ending where nothing is said",
  async (t) => {
    const taken = async (mime: string, fields: Partial<BannerCreative>) =>
      matchesAt(await withBanner(fields), 'default', { banner: { w: 300, h: 250, mimes: [mime] } }).length ===
      1
    const at = (name: string) => ({ image: `https://cdn.shop.example/${name}` })
    t.ok(await taken('text/html', {}))
    t.ok(await taken('image/jpeg', at('a.jpg')))
    t.ok(await taken('image/png', at('a.png?v=2')))
    t.ok(await taken('image/gif', at('a.b.GIF')))
    t.ok(await taken('image/jpeg', at('a')), 'without an ending')
    t.notOk(await taken('image/jpeg', at('a.webp')))
    t.ok(await taken('image/webp', { ...at('a.png'), mime: 'image/webp' }))
    t.notOk(await taken('image/png', { ...at('a.png'), mime: 'image/webp' }))
  },
)

t.test('a film with a button to skip says so, and goes where buttons may', async (t) => {
  const film = everyFormatCatalog.creatives.find(({ id }) => id === 'bank-film') as VideoCreative
  const ads = await compile({
    ...everyFormatCatalog,
    creatives: everyFormatCatalog.creatives.map((creative) =>
      creative === film ? { ...film, skipAfterS: 5, attributes: [6, 16] } : creative,
    ),
  })
  const place = ads.traits.creativeIds.indexOf('bank-film')
  t.match(ads.fragments[place].about, '"attr":[6,16]')
  t.strictSame(matchesAt(ads, 'default', { video: { ...EVERYTHING.video, skip: 1 } }), ['bank-tag'])
})

t.test(
  'advertisers of one domain are one to a seller, creatives and categories are numbered apart',
  async (t) => {
    const again = { ...oneBannerCatalog.advertisers[0], id: 'shop-2' }
    const { traits } = await compile({
      ...everyFormatCatalog,
      advertisers: [...everyFormatCatalog.advertisers, again],
      creatives: [...everyFormatCatalog.creatives, { ...BANNER, id: 'again', advertiser: 'shop-2' }],
      campaigns: [
        ...everyFormatCatalog.campaigns,
        { ...CAMPAIGN, id: 'again', advertiser: 'shop-2', creatives: ['again'] },
        { ...CAMPAIGN, id: 'more' },
      ],
    })
    const indexOf = (creative: string, campaign: string) =>
      traits.creativeIds.findIndex((id, ad) => id === creative && traits.campaignIds[ad] === campaign)
    const first = indexOf('shop-300', 'shop-flat')
    const more = indexOf('shop-300', 'more')
    const second = indexOf('again', 'again')
    const film = indexOf('bank-film', 'bank-clicks')
    t.equal(traits.advertiser[first], traits.advertiser[second])
    t.not(traits.advertiser[first], traits.advertiser[film])
    t.equal(traits.creative[first], traits.creative[more], 'in two campaigns')
    t.not(traits.creative[first], traits.creative[second])
    t.equal(traits.category[first], traits.category[second])
    t.not(traits.category[first], traits.category[film])
    t.strictSame([traits.durationS[first], traits.durationS[film]], [0, 15])
  },
)

t.test('goals and features are those of the campaign and the creative', async (t) => {
  const { goals, traits, features } = await compile(everyFormatCatalog)
  const banner = traits.creativeIds.indexOf('shop-300')
  const film = traits.creativeIds.indexOf('bank-film')
  const native = traits.creativeIds.indexOf('shop-native')
  t.strictSame([goals.isPerClick[banner], goals.isPerClick[film]], [0, 1])
  t.strictSame([goals.valueMicros[banner], goals.valueMicros[film]], [4_000_000, 500_000])
  t.strictSame([goals.ceilingCpmMicros[banner], goals.ceilingCpmMicros[film]], [4_000_000, 20_000_000])
  t.strictSame(
    [banner, film, native].map((ad) => features[ad].shape),
    ['300x250', '15s', 'native'],
  )
  t.match(features[film], { campaign: 'bank-clicks', advertiser: 'bank', format: 'video', durationS: 15 })
  const capped = await withBanner({}, { goal: { type: 'cpm', value: 4 }, maxCpm: 2.5 })
  t.equal(capped.goals.ceilingCpmMicros[0], 2_500_000)
  t.strictSame([...goals.conversionRate], [...goals.isPerClick].fill(0), 'nobody here pays for conversions')
})

t.test('a goal of conversions is one of clicks that convert', async (t) => {
  const { goals } = await withBanner(
    {},
    { goal: { type: 'cpa', value: 20, conversionRate: 0.04 }, maxCpm: 7 },
  )
  t.equal(goals.isPerClick[0], 1)
  t.equal(goals.conversionRate[0], 0.04)
  t.equal(goals.valueMicros[0], 20_000_000)
  t.equal(goals.ceilingCpmMicros[0], 7_000_000)
})

t.test('all campaigns have terms, also those that are paused', async (t) => {
  const paused: Campaign = { ...CAMPAIGN, id: 'paused', status: 'paused', budget: { total: 3 } }
  const { campaigns, traits } = await compile({ ...oneBannerCatalog, campaigns: [CAMPAIGN, paused] })
  t.strictSame([...campaigns.keys()], ['shop-flat', 'paused'])
  t.strictSame(traits.campaignIds, ['shop-flat'], 'and no ads')
  t.equal(campaigns.get('shop-flat')?.isActive, true)
  t.match(campaigns.get('paused'), { isActive: false, budget: { campaignId: 'paused', totalNanos: 3e9 } })
})
