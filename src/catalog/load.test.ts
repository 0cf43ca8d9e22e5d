/**
 * Each fault is put alone into a small valid catalog of real files, and must be the only one told, at its file and path.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { formatFault } from './fault.ts'
import { loadCatalog } from './load.ts'
import type {
  Advertiser,
  AudioCreative,
  BannerCreative,
  Campaign,
  Creative,
  NativeCreative,
  VideoCreative,
} from './schema.ts'
import '../testing/seed.ts'

/** Contents by file name; text stays as it is, anything else becomes JSON, `undefined` is no file. */
type Files = Record<string, unknown>

const advertiser = (id: string): Advertiser => ({ id, name: `The ${id}`, domain: `${id}.example` })
const banner = (id: string, of: string): BannerCreative => ({
  id,
  advertiser: of,
  format: 'banner',
  landing: 'https://www.a.example/',
  categories: ['IAB18'],
  width: 300,
  height: 250,
  image: 'https://cdn.a.example/i.png',
  alt: 'Shoes',
})
const video = (id: string, of: string): VideoCreative => ({
  id,
  advertiser: of,
  format: 'video',
  landing: 'https://www.a.example/',
  categories: ['IAB18'],
  title: 'Shoes',
  durationS: 15,
  media: [MP4],
})
const MP4 = {
  url: 'https://cdn.a.example/v.mp4',
  mime: 'video/mp4',
  width: 640,
  height: 360,
  bitrateKbps: 800,
} as const
const MP3 = { url: 'https://cdn.a.example/a.mp3', mime: 'audio/mpeg', bitrateKbps: 128 } as const
const audio = (id: string, of: string): AudioCreative => ({
  id,
  advertiser: of,
  format: 'audio',
  landing: 'https://www.a.example/',
  categories: ['IAB18'],
  title: 'Shoes',
  durationS: 30,
  media: [MP3],
})
const native = (id: string, of: string): NativeCreative => ({
  id,
  advertiser: of,
  format: 'native',
  landing: 'https://www.a.example/',
  categories: ['IAB18'],
  titles: ['Shoes'],
  images: [],
  data: {},
})
const ICON = {
  kind: 'icon',
  url: 'https://cdn.a.example/i.png',
  mime: 'image/png',
  width: 50,
  height: 50,
} as const
const TAG = { media: undefined, tag: 'https://ads.a.example/vast', mimes: ['video/mp4'] }
const campaign = (id: string, of: string, creatives: string[]): Campaign => ({
  id,
  advertiser: of,
  name: 'Shoes, always on',
  status: 'active',
  goal: { type: 'cpm', value: 2 },
  maxCpm: 8,
  creatives,
  targeting: { countries: ['USA'] },
})

const valid: Files = {
  'advertisers/a.json': advertiser('a'),
  'advertisers/b.json': advertiser('b'),
  'campaigns/c.json': campaign('c', 'a', ['x', 'v']),
  'creatives/v.json': video('v', 'a'),
  'creatives/x.json': banner('x', 'a'),
}

function directoryOf(t: Test, files: Files): string {
  const directory = t.testdir({ advertisers: {}, campaigns: {}, creatives: {} })
  for (const [file, content] of Object.entries(files)) {
    if (content === undefined) continue
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return directory
}

async function faultsOf(directory: string): Promise<string[]> {
  const loaded = await loadCatalog(directory)
  return 'faults' in loaded ? loaded.faults.map(formatFault) : []
}

async function catalogOf(t: Test, files: Files) {
  const loaded = await loadCatalog(directoryOf(t, files))
  if ('faults' in loaded) throw new Error(loaded.faults.map(formatFault).join('\n'))
  return loaded.catalog
}

const RATES = { base: 'USD', date: '2026-01-05', rates: { EUR: 0.92 } }

/** The valid campaign, or creative `v` or `x`, with some fields changed and those set to undefined missing. */
const withCampaign = (fields: object): Files => ({
  'campaigns/c.json': { ...campaign('c', 'a', ['x']), ...fields },
})
const withTargeting = (targeting: object): Files => withCampaign({ targeting })
const withGoal = (goal: unknown): Files => withCampaign({ goal })
const withBanner = (fields: object): Files => ({ 'creatives/x.json': { ...banner('x', 'a'), ...fields } })
const withVideo = (fields: object): Files => ({ 'creatives/v.json': { ...video('v', 'a'), ...fields } })

t.test('a valid catalog is loaded', async (t) => {
  const happy: [about: string, files: Files][] = [
    ['one object a file', {}],
    ['an array in a file', { 'advertisers/more.json': [advertiser('d'), advertiser('e')] }],
    ['an empty array', { 'campaigns/none.json': [] }],
    ['no campaign', { 'campaigns/c.json': undefined }],
    ['no active campaign', withCampaign({ status: 'paused' })],
    [
      'files of others beside it',
      { 'campaigns/README.md': 'x', 'campaigns/.#c.json': 'x', 'campaigns/c.json~': 'x' },
    ],
    ['folders of a Kubernetes volume', { 'campaigns/..2026_01/c.json': 'x' }],
    ['the same id for different kinds', { 'advertisers/x.json': advertiser('x') }],
    ['a price at its limit', withCampaign({ maxCpm: 5000 })],
    ['a wrapper of another server', withVideo(TAG)],
    ['audio', { 'creatives/y.json': audio('y', 'a') }],
    ['a wrapper of audio', { 'creatives/y.json': { ...audio('y', 'a'), ...TAG, mimes: ['audio/mpeg'] } }],
    ['native', { 'creatives/y.json': native('y', 'a') }],
    [
      'all that a creative may tell',
      withBanner({
        categoriesIn: { 6: ['473', '2'], 7: ['473'] },
        attributes: [1, 18],
        apis: [7],
        language: 'xx',
        bundle: 'com.shoes',
        registrations: { xandr: '4711', 'our-exchange': 'a_b.c' },
        mime: 'image/webp',
      }),
    ],
    ['deals', withCampaign({ deals: ['deal "1"/é'] })],
    [
      'all that a campaign may say of money, time and users',
      withCampaign({
        goal: { type: 'cpa', value: 5000, conversionRate: 1 },
        budget: { total: 9_000_000, daily: 9_000_000 },
        timeZone: 'America/Argentina/Buenos_Aires',
        flights: [
          { start: '2026-11-01', end: '2026-11-01', budget: 0.01 },
          { start: '2024-02-29', end: '2026-10-31' },
        ],
        pacing: 'asap',
        frequencyCaps: [
          { impressions: 255, minutes: 527_040 },
          { impressions: 1, minutes: 1 },
        ],
        unknownUsers: 'no_bid',
      }),
    ],
    ['a budget of a day alone', withCampaign({ budget: { daily: 1 } })],
    ['who pays', { 'advertisers/b.json': { ...advertiser('b'), payer: 'An agency' } }],
    ['rates', { 'rates.json': RATES }],
    [
      'a domain under an international top level',
      { 'advertisers/b.json': { ...advertiser('b'), domain: 'b.xn--p1ai' } },
    ],
  ]
  for (const [about, files] of happy)
    t.strictSame(await faultsOf(directoryOf(t, { ...valid, ...files })), [], about)
})

t.test('the objects of a catalog come in the order of file names and array places', async (t) => {
  // More files than are read ahead, written in another order.
  const names = Array.from({ length: 50 }, (_, index) => `n${(index * 7) % 50}`)
  const files: Files = { 'advertisers/z.json': [advertiser('z2'), advertiser('z1')] }
  for (const name of names) files[`advertisers/${name}.json`] = advertiser(name)
  const { advertisers } = await catalogOf(t, files)
  t.strictSame(
    advertisers.map((one) => one.id),
    [...names.sort(), 'z2', 'z1'],
  )
})

t.test('each fault is told at its file and path', async (t) => {
  const description = (text: string) => `; expected: ${text}`
  const sad: [about: string, files: Files, fault: string][] = [
    // Files.
    [
      'not JSON',
      { 'campaigns/d.json': '{\n"id": }' },
      'campaigns/d.json: is not JSON at line 2, column 7: unexpected }',
    ],
    [
      'not JSON in an array',
      { 'campaigns/d.json': '[x]' },
      'campaigns/d.json: is not JSON at line 1, column 2: unexpected x',
    ],
    [
      'empty',
      { 'advertisers/d.json': '' },
      'advertisers/d.json: is not JSON at line 1, column 1: the file is empty',
    ],
    ['no object', { 'advertisers/d.json': 5 }, 'advertisers/d.json: must be an object, not 5'],
    [
      'no object in an array',
      { 'creatives/d.json': [null] },
      'creatives/d.json /0: must be an object, not null',
    ],
    // Fields.
    ['missing field', withCampaign({ name: undefined }), 'campaigns/c.json: missing field "name"'],
    [
      'missing fields',
      withCampaign({ name: undefined, maxCpm: undefined }),
      'campaigns/c.json: missing fields "name", "maxCpm"',
    ],
    [
      'unknown field',
      { 'advertisers/b.json': { ...advertiser('b'), url: 1 } },
      'advertisers/b.json /url: unknown field "url"; known here: id, name, domain, payer',
    ],
    [
      'unknown field with slash and tilde',
      { 'advertisers/b.json': { ...advertiser('b'), 'a/~': 1 } },
      'advertisers/b.json /a~1~0: unknown field "a/~"; known here: id, name, domain, payer',
    ],
    [
      'unknown field that every object has',
      { 'advertisers/b.json': '{"id":"b","name":"B","domain":"b.example","__proto__":{}}' },
      'advertisers/b.json /__proto__: unknown field "__proto__"; known here: id, name, domain, payer',
    ],
    [
      'unknown field inside',
      withGoal({ type: 'cpm', value: 1, unit: 'usd' }),
      'campaigns/c.json /goal/unit: unknown field "unit"; known here: type, value',
    ],
    [
      'in an array',
      { 'campaigns/d.json': [campaign('d', 'a', ['x']), { ...campaign('e', 'a', ['x']), maxCpm: -1 }] },
      'campaigns/d.json /1/maxCpm: must be > 0',
    ],
    ['wrong type', withBanner({ width: '300' }), 'creatives/x.json /width: must be an integer, not "300"'],
    [
      'a list that is none',
      withCampaign({ creatives: 'x' }),
      'campaigns/c.json /creatives: must be an array, not "x"',
    ],
    ['no number', withCampaign({ maxCpm: null }), 'campaigns/c.json /maxCpm: must be a number, not null'],
    [
      'beyond all numbers',
      {
        'campaigns/c.json': JSON.stringify(campaign('c', 'a', ['x'])).replace('"maxCpm":8', '"maxCpm":1e999'),
      },
      'campaigns/c.json /maxCpm: must be a number, not Infinity',
    ],
    [
      'unknown word',
      withCampaign({ status: 'on' }),
      'campaigns/c.json /status: must be one of "active", "paused", not "on"',
    ],
    ['price of nothing', withGoal({ type: 'cpm', value: 0 }), 'campaigns/c.json /goal/value: must be > 0'],
    ['price over the limit', withCampaign({ maxCpm: 5000.01 }), 'campaigns/c.json /maxCpm: must be <= 5000'],
    ['empty text', withBanner({ alt: '' }), 'creatives/x.json /alt: must not be empty'],
    [
      'text over the limit',
      withBanner({ alt: 'x'.repeat(201) }),
      'creatives/x.json /alt: must not have more than 200 characters',
    ],
    [
      'empty list',
      withTargeting({ countries: [] }),
      'campaigns/c.json /targeting/countries: must not be empty',
    ],
    [
      'something twice',
      withTargeting({ devices: ['tv', 'phone', 'tv'] }),
      'campaigns/c.json /targeting/devices: must not hold anything twice: "tv"',
    ],
    [
      'bad id',
      { 'advertisers/b.json': { ...advertiser('b'), id: 'b b' } },
      `advertisers/b.json /id: cannot be "b b"${description('Unique among its kind; letters, digits, dot, dash and underscore, at most 64.')}`,
    ],
    [
      'bad domain',
      { 'advertisers/b.json': { ...advertiser('b'), domain: 'B.example' } },
      `advertisers/b.json /domain: cannot be "B.example"${description('A bare domain in lower case, such as example.com.')}`,
    ],
    [
      'bad country',
      withTargeting({ countries: ['USA', 'us'] }),
      `campaigns/c.json /targeting/countries/1: cannot be "us"${description('ISO 3166-1 alpha-3, such as USA.')}`,
    ],
    [
      'publisher with www',
      withTargeting({ publishers: ['www.news.example'] }),
      `campaigns/c.json /targeting/publishers/0: cannot be "www.news.example"${description('Site domains without www, or app bundles, in lower case.')}`,
    ],
    [
      'plain http',
      withBanner({ image: `http://cdn.example/${'x'.repeat(80)}` }),
      `creatives/x.json /image: cannot be "http://cdn.example/xxxxxxxxxxxxxxxxxxxxxxxxx...${description('An absolute https URL without spaces, quotes or angle brackets.')}`,
    ],
    [
      'deep inside',
      withVideo({ media: [MP4, { ...MP4, mime: 'video/avi' }] }),
      'creatives/v.json /media/1/mime: must be one of "video/mp4", "video/webm", "video/3gpp", "application/x-mpegURL", "application/javascript", not "video/avi"',
    ],
    [
      'nesting without end',
      { 'campaigns/c.json': `{"creatives":${'['.repeat(200_000)}${']'.repeat(200_000)}}` },
      'campaigns/c.json: nests more than 32 deep',
    ],
    // One of several shapes.
    [
      'no format',
      withBanner({ format: undefined }),
      'creatives/x.json: missing field "format", one of "banner", "video", "audio", "native"',
    ],
    [
      'unknown format',
      withBanner({ format: 'radio' }),
      'creatives/x.json /format: must be one of "banner", "video", "audio", "native", not "radio"',
    ],
    [
      'a field of the other format',
      withBanner({ durationS: 15 }),
      'creatives/x.json /durationS: unknown field "durationS"; known here: id, advertiser, landing, categories, categoriesIn, attributes, apis, language, bundle, registrations, format, width, height, image, mime, alt',
    ],
    [
      'a video with no file in its media',
      withVideo({ media: [] }),
      'creatives/v.json /media: must not be empty',
    ],
    [
      'a field of the other film',
      { 'creatives/y.json': { ...audio('y', 'a'), media: [{ ...MP3, width: 640 }] } },
      'creatives/y.json /media/0/width: unknown field "width"; known here: url, mime, bitrateKbps',
    ],
    [
      'a native image of no kind',
      { 'creatives/y.json': { ...native('y', 'a'), images: [{ ...ICON, kind: 'logo' }] } },
      'creatives/y.json /images/0/kind: must be one of "icon", "main", not "logo"',
    ],
    [
      'a native text that has no name',
      { 'creatives/y.json': { ...native('y', 'a'), data: { ctatext: 'Buy' } } },
      'creatives/y.json /data/ctatext: unknown field "ctatext"; known here: sponsored, desc, rating, likes, downloads, price, saleprice, phone, address, desc2, displayurl, cta',
    ],
    // Names that are values.
    [
      'a taxonomy that is not known',
      withBanner({ categoriesIn: { 10: ['1'] } }),
      'creatives/x.json /categoriesIn/10: unknown field "10"; known here: names that match ^[2-9]$',
    ],
    [
      'a taxonomy without categories',
      withBanner({ categoriesIn: { 6: [] } }),
      'creatives/x.json /categoriesIn/6: must not be empty',
    ],
    [
      'a registration at what is no exchange',
      withBanner({ registrations: { Xandr: '1' } }),
      'creatives/x.json /registrations/Xandr: unknown field "Xandr"; known here: names that match ^[a-z0-9-]+$',
    ],
    [
      'a registration of no id',
      withBanner({ registrations: { xandr: 'a b' } }),
      'creatives/x.json /registrations/xandr: cannot be "a b"; expected: a match of ^[A-Za-z0-9._-]{1,64}$',
    ],
    [
      'an attribute beyond the list',
      withBanner({ attributes: [19] }),
      'creatives/x.json /attributes/0: must be <= 18',
    ],
    ['an API twice', withBanner({ apis: [7, 7] }), 'creatives/x.json /apis: must not hold anything twice: 7'],
    ['no deals', withCampaign({ deals: [] }), 'campaigns/c.json /deals: must not be empty'],
    ['no goal', withGoal(undefined), 'campaigns/c.json: missing field "goal"'],
    ['a goal that is a number', withGoal(2.5), 'campaigns/c.json /goal: must be an object, not 2.5'],
    [
      'a goal without type',
      withGoal({ value: 1 }),
      'campaigns/c.json /goal: missing field "type", one of "cpm", "cpc", "cpa"',
    ],
    [
      'unknown goal',
      withGoal({ type: 'cpv', value: 1 }),
      'campaigns/c.json /goal/type: must be one of "cpm", "cpc", "cpa", not "cpv"',
    ],
    [
      'a conversion goal without its rate',
      withGoal({ type: 'cpa', value: 20 }),
      'campaigns/c.json /goal: missing field "conversionRate"',
    ],
    [
      'more conversions than clicks',
      withGoal({ type: 'cpa', value: 20, conversionRate: 1.01 }),
      'campaigns/c.json /goal/conversionRate: must be <= 1',
    ],
    [
      'a click goal with the rate of another',
      withGoal({ type: 'cpc', value: 1, conversionRate: 0.1 }),
      'campaigns/c.json /goal/conversionRate: unknown field "conversionRate"; known here: type, value',
    ],
    // Budgets, flights and caps.
    [
      'a budget of nothing',
      withCampaign({ budget: { total: 0 } }),
      'campaigns/c.json /budget/total: must be > 0',
    ],
    [
      'a budget beyond exact numbers',
      withCampaign({ budget: { daily: 9_000_000.01 } }),
      'campaigns/c.json /budget/daily: must be <= 9000000',
    ],
    [
      'a day that is more than the whole',
      withCampaign({ budget: { total: 10, daily: 10.01 } }),
      'campaigns/c.json /budget/daily: must not be above the total of 10',
    ],
    [
      'an offset for a time zone',
      withCampaign({ timeZone: '+02:00' }),
      `campaigns/c.json /timeZone: cannot be "+02:00"${description('IANA name such as Europe/Berlin, by which days begin; UTC unless told.')}`,
    ],
    [
      'a time zone that is none',
      withCampaign({ timeZone: 'Europe/Atlantis' }),
      'campaigns/c.json /timeZone: there is no time zone "Europe/Atlantis"; expected: an IANA name such as Europe/Berlin',
    ],
    [
      'a day that is spelt otherwise',
      withCampaign({ flights: [{ start: '24.12.2026', end: '2026-12-24' }] }),
      `campaigns/c.json /flights/0/start: cannot be "24.12.2026"${description('A day of the time zone of the campaign, such as 2026-12-24.')}`,
    ],
    [
      'a day that is none',
      withCampaign({ flights: [{ start: '2026-02-29', end: '2026-03-01' }] }),
      'campaigns/c.json /flights/0/start: there is no day 2026-02-29',
    ],
    ['no flight at all', withCampaign({ flights: [] }), 'campaigns/c.json /flights: must not be empty'],
    [
      'a pace that is none',
      withCampaign({ pacing: 'slow' }),
      'campaigns/c.json /pacing: must be one of "even", "asap", not "slow"',
    ],
    [
      'a cap beyond counting',
      withCampaign({ frequencyCaps: [{ impressions: 256, minutes: 60 }] }),
      'campaigns/c.json /frequencyCaps/0/impressions: must be <= 255',
    ],
    [
      'a cap of no time',
      withCampaign({ frequencyCaps: [{ impressions: 1, minutes: 0 }] }),
      'campaigns/c.json /frequencyCaps/0/minutes: must be >= 1',
    ],
    [
      'what is done of users that nobody may know',
      withCampaign({ unknownUsers: 'maybe' }),
      'campaigns/c.json /unknownUsers: must be one of "bid", "no_bid", not "maybe"',
    ],
    ['a goal without value', withGoal({ type: 'cpc' }), 'campaigns/c.json /goal: missing field "value"'],
    // Ids and references.
    [
      'an id twice',
      { 'advertisers/c.json': advertiser('a') },
      'advertisers/c.json /id: "a" is the id of advertisers/a.json already; ids are unique among advertisers',
    ],
    [
      'an id twice in a file',
      { 'creatives/y.json': [banner('y', 'a'), banner('y', 'a')] },
      'creatives/y.json /1/id: "y" is the id of creatives/y.json /0 already; ids are unique among creatives',
    ],
    [
      'a campaign of nobody',
      withCampaign({ advertiser: 'q' }),
      'campaigns/c.json /advertiser: there is no advertiser "q"; add it or correct the id',
    ],
    [
      'a creative of nobody',
      { 'creatives/y.json': banner('y', 'q') },
      'creatives/y.json /advertiser: there is no advertiser "q"; add it or correct the id',
    ],
    [
      'a campaign with no such creative',
      withCampaign({ creatives: ['x', 'q'] }),
      'campaigns/c.json /creatives/1: there is no creative "q"; add it or correct the id',
    ],
    [
      'a campaign in an array with no such creative',
      { 'campaigns/d.json': [campaign('d', 'a', ['q'])] },
      'campaigns/d.json /0/creatives/0: there is no creative "q"; add it or correct the id',
    ],
    [
      "another advertiser's creative",
      withCampaign({ advertiser: 'b', creatives: ['x'] }),
      'campaigns/c.json /creatives/0: creative "x" is of advertiser "a", the campaign of "b"',
    ],
    [
      'a reference from a paused campaign',
      withCampaign({ status: 'paused', creatives: ['q'] }),
      'campaigns/c.json /creatives/0: there is no creative "q"; add it or correct the id',
    ],
  ]
  for (const [about, files, fault] of sad) {
    t.strictSame(await faultsOf(directoryOf(t, { ...valid, ...files })), [fault], about)
  }
})

t.test(
  'a directory or folder that is not there is told, without the faults that follow from it',
  async (t) => {
    const directory = directoryOf(t, valid)
    const missing = join(directory, 'none')
    t.strictSame(await faultsOf(missing), [
      `.: ${JSON.stringify(missing)}: no such directory; make it or name another`,
    ])
    const file = join(directory, 'campaigns/c.json')
    t.strictSame(await faultsOf(file), [`.: ${JSON.stringify(file)} is not a directory`])
    rmSync(join(directory, 'advertisers'), { recursive: true })
    rmSync(join(directory, 'creatives'), { recursive: true })
    writeFileSync(join(directory, 'creatives'), '')
    t.strictSame(await faultsOf(directory), [
      'advertisers: no such folder; make it, even if it stays empty',
      'creatives: is not a folder',
    ])
  },
)

t.test('a file that cannot be read is told with the reason', async (t) => {
  const directory = directoryOf(t, valid)
  mkdirSync(join(directory, 'advertisers/folder.json'))
  symlinkSync('nowhere', join(directory, 'campaigns/link.json'))
  symlinkSync('.', join(directory, 'creatives/here.json'))
  t.strictSame(await faultsOf(directory), [
    'advertisers/folder.json: is not a file; move it out of the catalog',
    'campaigns/link.json: is gone, or a link that leads nowhere',
    'creatives/here.json: is a folder; a file belongs here',
  ])
})

t.test('a link is read as the file it leads to', async (t) => {
  const directory = directoryOf(t, {
    ...valid,
    'campaigns/c.json': undefined,
    'c.json': valid['campaigns/c.json'],
  })
  symlinkSync('../c.json', join(directory, 'campaigns/c.json'))
  const loaded = await loadCatalog(directory)
  t.strictSame('catalog' in loaded && loaded.catalog.campaigns, [valid['campaigns/c.json']])
})

t.test('all faults of all files are told together, in the order of the files', async (t) => {
  const directory = directoryOf(t, {
    ...valid,
    'advertisers/b.json': { id: 'b', domain: 'b' },
    'advertisers/a2.json': advertiser('a'),
    'campaigns/c.json': {
      ...campaign('c', 'q', ['x', 'q']),
      goal: { type: 'cpm', value: 0 },
      maxCpm: 0,
      note: '',
    },
    'campaigns/d.json': '{',
    'creatives/w.json': [banner('w', 'q'), { ...video('w', 'a'), durationS: 1.5 }],
  })
  t.strictSame(await faultsOf(directory), [
    'advertisers/a2.json /id: "a" is the id of advertisers/a.json already; ids are unique among advertisers',
    'advertisers/b.json: missing field "name"',
    'advertisers/b.json /domain: cannot be "b"; expected: A bare domain in lower case, such as example.com.',
    'campaigns/c.json /note: unknown field "note"; known here: id, advertiser, name, status, goal, maxCpm, budget, timeZone, flights, pacing, frequencyCaps, unknownUsers, creatives, deals, targeting',
    'campaigns/c.json /maxCpm: must be > 0',
    'campaigns/c.json /goal/value: must be > 0',
    'campaigns/c.json /advertiser: there is no advertiser "q"; add it or correct the id',
    'campaigns/c.json /creatives/1: there is no creative "q"; add it or correct the id',
    'campaigns/d.json: is not JSON at line 1, column 2: the file ends too early',
    'creatives/w.json /1/durationS: must be an integer, not 1.5',
    'creatives/w.json /1/id: "w" is the id of creatives/w.json /0 already; ids are unique among creatives',
    'creatives/w.json /0/advertiser: there is no advertiser "q"; add it or correct the id',
  ])
})

t.test('an object with an unknown shape is still checked in the fields that all shapes share', async (t) => {
  const files = { ...valid, ...withBanner({ format: 'radio', categories: [] }), ...withGoal({ value: -1 }) }
  t.strictSame(await faultsOf(directoryOf(t, files)), [
    'campaigns/c.json /goal: missing field "type", one of "cpm", "cpc", "cpa"',
    'campaigns/c.json /goal/value: must be > 0',
    'creatives/x.json /format: must be one of "banner", "video", "audio", "native", not "radio"',
    'creatives/x.json /categories: must not be empty',
  ])
})

t.test('more faults in one object than TypeBox counts by itself are all told', async (t) => {
  const countries = Array.from({ length: 30 }, (_, index) => `c${index}`)
  const faults = await faultsOf(directoryOf(t, { ...valid, ...withTargeting({ countries }) }))
  t.equal(faults.length, 30)
})

t.test('a list with more faults than a call can have arguments is told whole', async (t) => {
  const creatives = Array.from({ length: 200_000 }, (_, index) => `q${index}`)
  const faults = await faultsOf(directoryOf(t, { ...valid, ...withCampaign({ creatives }) }))
  t.equal(faults.length, 1 + 200_000)
})

t.test('a reference is not judged when a file that may hold its end could not be read', async (t) => {
  const broken = { 'creatives/x.json': '{', 'campaigns/d.json': campaign('d', 'a', ['q']) }
  t.strictSame(
    await faultsOf(directoryOf(t, { ...valid, ...broken })),
    [
      'campaigns/d.json /creatives/0: there is no creative "q"; add it or correct the id',
      'creatives/x.json: is not JSON at line 1, column 2: the file ends too early',
    ],
    'a file stands for the id of its name',
  )
  const several = { 'creatives/x.json': `[${JSON.stringify(banner('k', 'q'))},` }
  t.strictSame(
    await faultsOf(directoryOf(t, { ...valid, ...broken, ...several })),
    [
      `creatives/x.json: is not JSON at line 1, column ${several['creatives/x.json'].length + 1}: the file ends too early`,
      'creatives/x.json /0/advertiser: there is no advertiser "q"; add it or correct the id',
    ],
    'a file of several may hold any id; what was read of it is judged',
  )
  t.strictSame(
    await faultsOf(directoryOf(t, { ...valid, 'advertisers/a.json': { ...advertiser('a'), name: '' } })),
    ['advertisers/a.json /name: must not be empty'],
    'an object with faults is there all the same',
  )
})

t.test('the loop keeps turning during a load', async (t) => {
  const creatives = Array.from({ length: 300 }, (_, index) => banner(`x${index}`, 'a'))
  const directory = directoryOf(t, { ...valid, 'creatives/many.json': creatives })
  // Each look at the clock takes a millisecond, so that a slice of two is used up at every second object.
  let looks = 0
  let looksInTurn = 0
  let looksInTurnMost = 0
  let isLoading = true
  const turn = () => {
    looksInTurn = 0
    if (isLoading) setImmediate(turn)
  }
  const nowMs = () => {
    looksInTurnMost = Math.max(looksInTurnMost, ++looksInTurn)
    return looks++
  }
  setImmediate(turn)
  await loadCatalog(directory, { nowMs, wallMs: () => 0 })
  isLoading = false
  t.ok(
    looks >= 1200,
    `${looks} looks: when an object is read, its id entered, its references judged, and after each rest`,
  )
  t.ok(looksInTurnMost <= 4, `${looksInTurnMost} in one turn at most`)
})

t.test('a valid catalog always loads, with the values of its files', async (t) => {
  const loads = fc.asyncProperty(catalogs(), async ({ areArrays, ...catalog }) => {
    const files: Files = {}
    for (const [kind, objects] of Object.entries(catalog)) {
      if (areArrays) files[`${kind}/all.json`] = objects
      else for (const [index, object] of objects.entries()) files[`${kind}/${100 + index}.json`] = object
    }
    return JSON.stringify(await catalogOf(t, files)) === JSON.stringify(catalog)
  })
  await t.resolves(fc.assert(loads, { seed: 20_260_102, numRuns: 40 }))
})

/** Catalogs that are valid by construction: objects refer to those before them, by place. */
function catalogs() {
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 8 })
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  const price = fc.double({ min: 0, minExcluded: true, max: 5000, noNaN: true })
  const url = fc.stringMatching(/^https:\/\/[a-z0-9./?=&%-]{1,60}$/)
  const domain = fc.stringMatching(/^([a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?\.){1,3}[a-z]{2,4}$/)
  const categories = fc.array(fc.stringMatching(/^IAB[0-9]{1,2}(-[0-9]{1,2})?$/), {
    minLength: 1,
    maxLength: 8,
  })
  const some = <T>(one: fc.Arbitrary<T>) => fc.uniqueArray(one, { minLength: 1, maxLength: 5 })
  const pixels = fc.integer({ min: 1, max: 32767 })
  const shared = { landing: url, categories }
  const medium = fc.record({
    url,
    mime: fc.constantFrom('video/mp4' as const, 'video/webm' as const),
    width: pixels,
    height: pixels,
    bitrateKbps: fc.integer({ min: 1, max: 200000 }),
  })
  const shape = fc.oneof(
    fc.record({
      ...shared,
      format: fc.constant('banner' as const),
      width: pixels,
      height: pixels,
      image: url,
      alt: text,
    }),
    fc.record({
      ...shared,
      format: fc.constant('video' as const),
      title: text,
      durationS: fc.integer({ min: 1, max: 3600 }),
      media: fc.array(medium, { minLength: 1, maxLength: 8 }),
    }),
    fc.record({
      ...shared,
      format: fc.constantFrom('video' as const, 'audio' as const),
      title: text,
      durationS: fc.integer({ min: 1, max: 3600 }),
      skipAfterS: fc.integer({ min: 1, max: 3600 }),
      tag: url,
      mimes: some(fc.constantFrom('video/mp4', 'audio/mpeg', 'application/vnd.apple.mpegurl')),
    }),
    fc.record({
      ...shared,
      format: fc.constant('native' as const),
      titles: fc.array(text, { minLength: 1, maxLength: 8 }),
      images: fc.array(
        fc.record({
          kind: fc.constantFrom('icon' as const, 'main' as const),
          url,
          mime: fc.constantFrom('image/jpeg' as const, 'image/webp' as const),
          width: pixels,
          height: pixels,
        }),
        { maxLength: 3 },
      ),
      data: fc.record({ sponsored: text, cta: text }, { requiredKeys: [] }),
    }),
  )
  const targeting = fc.record(
    {
      exchanges: some(fc.stringMatching(/^[a-z0-9-]{1,9}$/)),
      inventory: some(fc.constantFrom('site' as const, 'app' as const, 'dooh' as const)),
      devices: some(fc.constantFrom('desktop' as const, 'phone' as const, 'tv' as const)),
      countries: some(fc.stringMatching(/^[A-Z]{3}$/)),
      regions: some(fc.stringMatching(/^[A-Z]{3}-[A-Z0-9]{1,3}$/)),
      operatingSystems: some(fc.constantFrom('ios', 'android', 'windows', 'mac os')),
      languages: some(fc.stringMatching(/^[a-z]{2}$/)),
      categories: categories.map((list) => [...new Set(list)]),
      publishers: some(domain),
      notPublishers: some(domain),
    },
    { requiredKeys: [] },
  )
  const share = fc.double({ min: 1e-9, max: 1, noNaN: true })
  const plan = fc.record({
    name: text,
    status: fc.constantFrom('active' as const, 'paused' as const),
    goal: fc.oneof(
      fc.record({ type: fc.constantFrom('cpm' as const, 'cpc' as const), value: price }),
      fc.record({ type: fc.constant('cpa' as const), value: price, conversionRate: share }),
    ),
    maxCpm: price,
    budget: fc.option(fc.record({ total: price }), { nil: undefined }),
    pacing: fc.constantFrom(undefined, 'even' as const, 'asap' as const),
    targeting,
  })
  return fc
    .record({
      advertiserIds: ids,
      creativeIds: ids,
      campaignIds: ids,
      details: fc.array(fc.record({ name: text, domain }), { minLength: 8, maxLength: 8 }),
      shapes: fc.array(shape, { minLength: 8, maxLength: 8 }),
      plans: fc.array(plan, { minLength: 8, maxLength: 8 }),
      areArrays: fc.boolean(),
    })
    .map(({ advertiserIds, creativeIds, campaignIds, details, shapes, plans, areArrays }) => {
      const advertisers: Advertiser[] = advertiserIds.map((id, index) => ({ id, ...details[index] }))
      const creatives: Creative[] = creativeIds.map((id, index) => ({
        id,
        advertiser: advertiserIds[index % advertiserIds.length],
        ...shapes[index],
      }))
      const campaigns: Campaign[] = campaignIds.map((id, index) => {
        const first = creatives[index % creatives.length]
        const own = creatives.filter((creative) => creative.advertiser === first.advertiser)
        return {
          id,
          advertiser: first.advertiser,
          creatives: own.map((creative) => creative.id),
          ...plans[index],
        }
      })
      return { advertisers, creatives, campaigns, areArrays }
    })
}
