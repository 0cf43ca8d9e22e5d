/**
 * What stands in the catalog's files: the types, their JSON Schemas and their compiled checks from one definition.
 * `peregrine check --schema` prints the schemas. Prices are decimal US dollars here and integers everywhere else.
 */
import Type, { type Static } from 'typebox'

const strict = { additionalProperties: false }

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
  },
  {
    ...strict,
    title: 'Advertiser',
    description: 'Who pays. Its domain is sent as `adomain` and held against `badv`.',
  },
)

const creativeCommon = {
  id: Id,
  advertiser: Id,
  landing: HttpsUrl,
  categories: Type.Array(Category, {
    minItems: 1,
    maxItems: 8,
    description: 'Sent as `cat` and held against `bcat`; blocking IAB17 blocks IAB17-12 too.',
  }),
}

export const BannerCreative = Type.Object(
  {
    ...creativeCommon,
    format: Type.Literal('banner'),
    width: Type.Integer({ minimum: 1, maximum: 32767, description: 'Pixels.' }),
    height: Type.Integer({ minimum: 1, maximum: 65535, description: 'Pixels.' }),
    image: HttpsUrl,
    alt: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'What the image says, for those who cannot see it.',
    }),
  },
  { ...strict, title: 'Banner creative' },
)

export const VideoCreative = Type.Object(
  {
    ...creativeCommon,
    format: Type.Literal('video'),
    title: Type.String({ minLength: 1, maxLength: 200 }),
    durationS: Type.Integer({ minimum: 1, maximum: 3600, description: 'Seconds.' }),
    media: Type.Array(
      Type.Object(
        {
          url: HttpsUrl,
          mime: Type.Enum(['video/mp4', 'video/webm', 'video/3gpp', 'application/x-mpegURL']),
          width: Type.Integer({ minimum: 1, maximum: 32767 }),
          height: Type.Integer({ minimum: 1, maximum: 32767 }),
          bitrateKbps: Type.Integer({ minimum: 1, maximum: 200000 }),
        },
        strict,
      ),
      {
        minItems: 1,
        maxItems: 8,
        description: 'The same film in several encodings; one of them must suit the player.',
      },
    ),
  },
  { ...strict, title: 'Video creative', description: 'Sent as an inline VAST document.' },
)

export const Creative = Type.Union([BannerCreative, VideoCreative], { title: 'Creative' })

const wanted = (values: string, pattern: string) =>
  Type.Array(Type.String({ pattern, maxLength: 253 }), {
    minItems: 1,
    maxItems: 5000,
    uniqueItems: true,
    description: values,
  })

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
  ],
  { title: 'Goal' },
)

export const Campaign = Type.Object(
  {
    id: Id,
    advertiser: Id,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    status: Type.Enum(['active', 'paused']),
    goal: Goal,
    maxCpm: Usd('Never bid more than this for a thousand impressions, in US dollars.'),
    creatives: Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true }),
    targeting: Targeting,
  },
  { ...strict, title: 'Campaign' },
)

export type Advertiser = Static<typeof Advertiser>
export type BannerCreative = Static<typeof BannerCreative>
export type VideoCreative = Static<typeof VideoCreative>
export type Creative = Static<typeof Creative>
export type Targeting = Static<typeof Targeting>
export type Campaign = Static<typeof Campaign>

/** A catalog whose files are valid and whose references all lead somewhere. */
export type Catalog = {
  readonly advertisers: readonly Advertiser[]
  readonly creatives: readonly Creative[]
  readonly campaigns: readonly Campaign[]
}
