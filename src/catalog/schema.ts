/**
 * What stands in the catalog's files: the types, their JSON Schemas and their compiled checks from one definition.
 * `peregrine check --schema` prints the schemas. Prices are decimal US dollars here and integers everywhere else.
 */
import Type, { type Static } from 'typebox'
import { CAP_IMPRESSIONS_MAX, CAP_WINDOW_S_MAX, CAPS_MAX } from '../users/caps.ts'

const strict = { additionalProperties: false }
/** The ledger counts nanos of a dollar, and they stay exact up to here. */
const BUDGET_MAX_USD = 9_000_000

const Id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'Unique among its kind; letters, digits, dot, dash and underscore, at most 64.',
})
const HttpsUrl = Type.String({
  pattern: '^https://[^\\s"<>\\\\]+$',
  maxLength: 1024,
  description: 'An absolute https URL without spaces, quotes or angle brackets.',
})
const Domain = Type.String({
  pattern: '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+([a-z]{2,}|xn--[a-z0-9-]*[a-z0-9])$',
  maxLength: 253,
  description: 'A bare domain in lower case, such as example.com.',
})
const Category = Type.String({
  pattern: '^IAB[0-9]{1,2}(-[0-9]{1,2})?$',
  description: 'A category of the IAB content taxonomy 1.0, such as IAB17 or IAB17-12.',
})
const Usd = (description: string) => Type.Number({ exclusiveMinimum: 0, maximum: 5000, description })

export const Advertiser = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 120 }),
    domain: Domain,
    payer: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'Who pays for the ads, where that is not the advertiser (EU Digital Services Act).',
      }),
    ),
  },
  {
    ...strict,
    title: 'Advertiser',
    description: 'Who pays. Its domain is sent as `adomain` and held against `badv`.',
  },
)

const Code = (least: number, most: number) => Type.Integer({ minimum: least, maximum: most })
const Language = Type.String({
  pattern: '^[a-z]{2}$',
  description: 'ISO 639-1, such as en; xx for an ad without words.',
})

const creativeCommon = {
  id: Id,
  advertiser: Id,
  landing: HttpsUrl,
  categories: Type.Array(Category, {
    minItems: 1,
    maxItems: 8,
    description: 'Sent as `cat` and held against `bcat` and `acat`; blocking IAB17 blocks IAB17-12 too.',
  }),
  categoriesIn: Type.Optional(
    Type.Record(
      Type.String({ pattern: '^[2-9]$' }),
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9-]{1,16}$' }), { minItems: 1, maxItems: 16 }),
      {
        ...strict,
        description:
          'Categories in other taxonomies (AdCOM code), each with all that it is part of. A request that blocks in a taxonomy gets no ad without categories in it.',
      },
    ),
  ),
  attributes: Type.Optional(
    Type.Array(Code(1, 18), {
      uniqueItems: true,
      description: 'AdCOM creative attributes that apply; sent as `attr` and held against `battr`.',
    }),
  ),
  apis: Type.Optional(
    Type.Array(Code(1, 9), {
      uniqueItems: true,
      description: 'AdCOM API frameworks that the ad cannot do without, such as 7 for OMID 1.',
    }),
  ),
  language: Type.Optional(Language),
  bundle: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._-]{1,128}$',
      description: 'The app that is advertised: Android package or iOS number; held against `bapp`.',
    }),
  ),
  registrations: Type.Optional(
    Type.Record(
      Type.String({ pattern: '^[a-z0-9-]+$' }),
      Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
      {
        ...strict,
        description:
          'Ids under which exchanges have registered the creative. One that takes no markup gets no creative without.',
      },
    ),
  ),
}

export const BannerCreative = Type.Object(
  {
    ...creativeCommon,
    format: Type.Literal('banner'),
    width: Type.Integer({ minimum: 1, maximum: 32767, description: 'Pixels.' }),
    height: Type.Integer({ minimum: 1, maximum: 65535, description: 'Pixels.' }),
    image: HttpsUrl,
    mime: Type.Optional(Type.Enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'])),
    alt: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'What the image says, for those who cannot see it.',
    }),
  },
  { ...strict, title: 'Banner creative' },
)

const filmCommon = {
  ...creativeCommon,
  title: Type.String({ minLength: 1, maxLength: 200 }),
  durationS: Type.Integer({ minimum: 1, maximum: 3600, description: 'Seconds.' }),
  skipAfterS: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3600,
      description: 'Brings a button to skip after so many seconds: attribute 16.',
    }),
  ),
}
const bitrateKbps = Type.Integer({ minimum: 1, maximum: 200000 })
const sameFilm = {
  minItems: 1,
  maxItems: 8,
  description: 'The same film in several encodings; one of them must suit the player.',
}
const wrapper = {
  tag: Type.Optional(HttpsUrl),
  mimes: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z]+/[A-Za-z0-9.+-]+$' }), { minItems: 1, maxItems: 8 }),
  ),
}

export const VideoCreative = Type.Object(
  {
    ...filmCommon,
    format: Type.Literal('video'),
    media: Type.Optional(
      Type.Array(
        Type.Object(
          {
            url: HttpsUrl,
            mime: Type.Enum([
              'video/mp4',
              'video/webm',
              'video/3gpp',
              'application/x-mpegURL',
              'application/javascript',
            ]),
            width: Type.Integer({ minimum: 1, maximum: 32767 }),
            height: Type.Integer({ minimum: 1, maximum: 32767 }),
            bitrateKbps,
          },
          strict,
        ),
        sameFilm,
      ),
    ),
    ...wrapper,
  },
  {
    ...strict,
    title: 'Video creative',
    description:
      "With `media` sent as an inline VAST document; with `tag`, the URL of another server's VAST, as a wrapper whose `mimes` must be known.",
  },
)

export const AudioCreative = Type.Object(
  {
    ...filmCommon,
    format: Type.Literal('audio'),
    media: Type.Optional(
      Type.Array(
        Type.Object(
          {
            url: HttpsUrl,
            mime: Type.Enum(['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'application/x-mpegURL']),
            bitrateKbps,
          },
          strict,
        ),
        sameFilm,
      ),
    ),
    ...wrapper,
  },
  { ...strict, title: 'Audio creative', description: 'Sent as a VAST document, as a video is.' },
)

const nativeText = (most: number) => Type.Optional(Type.String({ minLength: 1, maxLength: most }))

export const NativeCreative = Type.Object(
  {
    ...creativeCommon,
    format: Type.Literal('native'),
    titles: Type.Array(Type.String({ minLength: 1, maxLength: 140 }), {
      minItems: 1,
      maxItems: 8,
      description: 'The same title in several lengths; 25, 90 and 140 characters are what slots ask for.',
    }),
    images: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(['icon', 'main']),
          url: HttpsUrl,
          mime: Type.Enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
          width: Type.Integer({ minimum: 1, maximum: 32767 }),
          height: Type.Integer({ minimum: 1, maximum: 32767 }),
        },
        strict,
      ),
      { maxItems: 16 },
    ),
    data: Type.Object(
      {
        sponsored: nativeText(100),
        desc: nativeText(500),
        rating: nativeText(10),
        likes: nativeText(20),
        downloads: nativeText(20),
        price: nativeText(40),
        saleprice: nativeText(40),
        phone: nativeText(40),
        address: nativeText(200),
        desc2: nativeText(500),
        displayurl: nativeText(200),
        cta: nativeText(40),
      },
      { ...strict, description: 'Texts by the name of their data asset (Native Ads 1.2 section 7.4).' },
    ),
    privacyUrl: Type.Optional(HttpsUrl),
  },
  { ...strict, title: 'Native creative', description: 'Assets that a native slot picks from.' },
)

export const Creative = Type.Union([BannerCreative, VideoCreative, AudioCreative, NativeCreative], {
  title: 'Creative',
})

const wanted = (values: string, pattern: string) =>
  Type.Array(Type.String({ pattern, maxLength: 253 }), {
    minItems: 1,
    maxItems: 5000,
    uniqueItems: true,
    description: values,
  })

const segmentNames = (values: string) => wanted(values, '^[^A-Z,\\s]{1,128}$')

export const Targeting = Type.Object(
  {
    exchanges: Type.Optional(wanted('Exchange profiles, such as default.', '^[a-z0-9-]+$')),
    inventory: Type.Optional(
      Type.Array(Type.Enum(['site', 'app', 'dooh']), { minItems: 1, uniqueItems: true }),
    ),
    devices: Type.Optional(
      Type.Array(Type.Enum(['desktop', 'phone', 'tablet', 'tv', 'other']), {
        minItems: 1,
        uniqueItems: true,
      }),
    ),
    countries: Type.Optional(wanted('ISO 3166-1 alpha-3, such as USA.', '^[A-Z]{3}$')),
    regions: Type.Optional(
      wanted('Country and ISO 3166-2 region, such as USA-CA.', '^[A-Z]{3}-[A-Z0-9]{1,3}$'),
    ),
    operatingSystems: Type.Optional(
      wanted('As in `device.os`, in lower case: ios, android, windows.', '^[^A-Z]+$'),
    ),
    languages: Type.Optional(wanted('ISO 639-1, such as en.', '^[a-z]{2}$')),
    categories: Type.Optional(
      wanted('IAB content taxonomy 1.0; IAB17 takes IAB17-12 too.', '^IAB[0-9]{1,2}(-[0-9]{1,2})?$'),
    ),
    publishers: Type.Optional(
      wanted('Site domains without www, or app bundles, in lower case.', '^(?!www\\.)[^A-Z\\s]+$'),
    ),
    notPublishers: Type.Optional(
      wanted('Site domains without www, or app bundles, in lower case.', '^(?!www\\.)[^A-Z\\s]+$'),
    ),
    segments: Type.Optional(
      Type.Object(
        {
          any: Type.Optional(segmentNames('The user is in one of these; nobody knows of an unknown user.')),
          none: Type.Optional(segmentNames('The user is in none of these, as far as is known.')),
        },
        { ...strict, minProperties: 1, description: 'Names of the segment file, in lower case.' },
      ),
    ),
  },
  {
    ...strict,
    title: 'Targeting',
    description: 'All that is given must hold; a list holds when one of it does.',
  },
)

export const Goal = Type.Union(
  [
    Type.Object(
      { type: Type.Literal('cpm'), value: Usd('What a thousand impressions are worth, in US dollars.') },
      { ...strict, title: 'CPM goal' },
    ),
    Type.Object(
      { type: Type.Literal('cpc'), value: Usd('What a click is worth, in US dollars.') },
      { ...strict, title: 'CPC goal' },
    ),
    Type.Object(
      {
        type: Type.Literal('cpa'),
        value: Usd('What a conversion is worth, in US dollars.'),
        conversionRate: Type.Number({
          exclusiveMinimum: 0,
          maximum: 1,
          description: 'Conversions a click, as far as is known before; what is counted corrects it.',
        }),
      },
      { ...strict, title: 'CPA goal' },
    ),
  ],
  { title: 'Goal' },
)

const Money = (description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: BUDGET_MAX_USD, description })
const Day = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  description: 'A day of the time zone of the campaign, such as 2026-12-24.',
})

export const Flight = Type.Object(
  {
    start: Day,
    end: Day,
    budget: Type.Optional(Money('What may be spent in the flight, in US dollars.')),
  },
  { ...strict, title: 'Flight', description: 'Days in which the campaign runs, both included.' },
)

export const FrequencyCap = Type.Object(
  {
    impressions: Type.Integer({ minimum: 1, maximum: CAP_IMPRESSIONS_MAX }),
    minutes: Type.Integer({ minimum: 1, maximum: CAP_WINDOW_S_MAX / 60 }),
  },
  {
    ...strict,
    title: 'Frequency cap',
    description: 'So many impressions to one user in any so many minutes.',
  },
)

export const Campaign = Type.Object(
  {
    id: Id,
    advertiser: Id,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    status: Type.Enum(['active', 'paused']),
    goal: Goal,
    maxCpm: Usd('Never bid more than this for a thousand impressions, in US dollars.'),
    budget: Type.Optional(
      Type.Object(
        {
          total: Type.Optional(Money('What may be spent in all, in US dollars.')),
          daily: Type.Optional(Money('What may be spent in a day, from midnight to midnight.')),
        },
        { ...strict, minProperties: 1, title: 'Budget' },
      ),
    ),
    timeZone: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z][A-Za-z0-9_+/-]*$',
        description: 'IANA name such as Europe/Berlin, by which days begin; UTC unless told.',
      }),
    ),
    flights: Type.Optional(Type.Array(Flight, { minItems: 1, maxItems: 100 })),
    pacing: Type.Optional(
      Type.Enum(['even', 'asap'], {
        description:
          'Spend a budget as the traffic comes (even, unless told), or as soon as it can be spent.',
      }),
    ),
    frequencyCaps: Type.Optional(Type.Array(FrequencyCap, { minItems: 1, maxItems: CAPS_MAX })),
    unknownUsers: Type.Optional(
      Type.Enum(['bid', 'no_bid'], {
        description:
          'Whether a campaign with frequency caps bids where nobody may be known; bid unless told.',
      }),
    ),
    creatives: Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true }),
    deals: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
        minItems: 1,
        maxItems: 500,
        uniqueItems: true,
        description:
          'Ids of the deals that the campaign buys, and then nothing else; absent for the open auction.',
      }),
    ),
    targeting: Targeting,
  },
  { ...strict, title: 'Campaign' },
)

export type Advertiser = Static<typeof Advertiser>
export type BannerCreative = Static<typeof BannerCreative>
export type VideoCreative = Static<typeof VideoCreative>
export type AudioCreative = Static<typeof AudioCreative>
export type NativeCreative = Static<typeof NativeCreative>
export type Creative = Static<typeof Creative>
export type RateTable = Static<typeof RateTable>
export type Targeting = Static<typeof Targeting>
export type Campaign = Static<typeof Campaign>

/** `rates.json` beside the three folders. */
export const RateTable = Type.Object(
  {
    base: Type.String({
      pattern: '^[A-Z]{3}$',
      description: 'The currency that one unit of is worth the rates.',
    }),
    date: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: 'The day of the rates.' }),
    rates: Type.Record(Type.String({ pattern: '^[A-Z]{3}$' }), Type.Number({ exclusiveMinimum: 0 }), strict),
  },
  {
    ...strict,
    title: 'Rate table',
    description:
      'What currencies are worth; too old a table is not used, and bids are made in US dollars alone.',
  },
)

/** A catalog whose files are valid and whose references all lead somewhere. */
export type Catalog = {
  readonly advertisers: readonly Advertiser[]
  readonly creatives: readonly Creative[]
  readonly campaigns: readonly Campaign[]
  /** Absent: bids are made in US dollars alone. */
  readonly rates?: RateTable
}
