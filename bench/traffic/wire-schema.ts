/**
 * What a made request may contain, for the tests: the fields used of OpenRTB 2.6 (2.5 where `ext` stands in) with their
 * types, ranges and lists. Strict on purpose: a misspelt or misplaced field fails, where a bidder would ignore it.
 */
import Type, { type Static, type TProperties, type TSchema } from 'typebox'

const Text = Type.String({ minLength: 1 })
const Flag = Type.Union([Type.Literal(0), Type.Literal(1)])
const Count = Type.Integer({ minimum: 0 })
const Pixels = Type.Integer({ minimum: 1, maximum: 10000 })
const Share = Type.Number({ minimum: 0, maximum: 1 })
const Floor = Type.Number({ exclusiveMinimum: 0, maximum: 100 })
const Category = Type.String({ pattern: '^IAB([1-9]|1[0-9]|2[0-6])(-[1-9][0-9]?)?$' })
const Domain = Type.String({ pattern: '^([a-z0-9-]+\\.)+example$' })
const Url = Type.String({ pattern: '^https://[^\\s"<>]+$' })
const Usd = Type.Literal('USD')

const strict = <T extends TProperties>(fields: T) => Type.Object(fields, { additionalProperties: false })
const maybe = Type.Optional
const listOf = <T extends TSchema>(count: readonly [number, number], of: T) =>
  Type.Array(of, { minItems: count[0], maxItems: count[1], uniqueItems: true })
const codes = (...allowed: number[]) =>
  Type.Array(Type.Union(allowed.map((code) => Type.Literal(code))), { minItems: 1, uniqueItems: true })
const oneOf = (...allowed: number[]) => Type.Union(allowed.map((code) => Type.Literal(code)))

const Banner = strict({
  format: Type.Array(strict({ w: Pixels, h: Pixels }), { minItems: 1, maxItems: 5, uniqueItems: true }),
  w: Pixels,
  h: Pixels,
  pos: oneOf(0, 1, 3, 7),
  battr: maybe(codes(1, 2, 3, 8, 9, 14)),
  btype: maybe(codes(1, 2, 3, 4)),
  mimes: maybe(Type.Array(Text)),
  api: maybe(codes(3, 5, 6, 7)),
  topframe: maybe(Flag),
})

const Video = strict({
  mimes: Type.Array(Type.String({ pattern: '^(video|application)/' }), { minItems: 1 }),
  minduration: Count,
  maxduration: Type.Integer({ minimum: 6, maximum: 60 }),
  protocols: codes(2, 3, 5, 6, 7, 8),
  w: Pixels,
  h: Pixels,
  startdelay: Type.Integer({ minimum: -2 }),
  placement: maybe(oneOf(1, 3, 5)),
  plcmt: oneOf(1, 2, 3, 4),
  linearity: oneOf(1),
  skip: Flag,
  skipmin: maybe(Count),
  skipafter: maybe(Count),
  minbitrate: maybe(Count),
  maxbitrate: maybe(Count),
  battr: maybe(codes(1, 2, 8, 14)),
  playbackmethod: codes(1, 6),
  pos: oneOf(1, 7),
  api: codes(2, 7),
  delivery: maybe(codes(2)),
  boxingallowed: maybe(Flag),
})

const Deals = strict({
  private_auction: Flag,
  deals: Type.Array(strict({ id: Text, bidfloor: Floor, bidfloorcur: Usd, at: oneOf(1, 3) }), {
    minItems: 1,
    maxItems: 3,
  }),
})

const Imp = strict({
  id: Text,
  metric: maybe(Type.Array(strict({ type: Text, value: Share, vendor: Text }))),
  banner: maybe(Banner),
  video: maybe(Video),
  pmp: maybe(Deals),
  displaymanager: maybe(Text),
  displaymanagerver: maybe(Text),
  instl: Flag,
  tagid: Text,
  bidfloor: Type.Number({ minimum: 0.05, maximum: 3 }),
  bidfloorcur: Usd,
  secure: oneOf(1),
  exp: maybe(Count),
  rwdd: maybe(oneOf(1)),
  ext: strict({
    gpid: Text,
    tid: maybe(Text),
    data: maybe(strict({ pbadslot: Text })),
    reward: maybe(oneOf(1)),
    skadn: maybe(
      strict({ versions: Type.Array(Text), sourceapp: Text, skadnetids: Type.Array(Text, { minItems: 1 }) }),
    ),
  }),
})

const Publisher = strict({ id: Text, name: maybe(Text), domain: maybe(Domain) })

const Site = strict({
  id: Text,
  name: Text,
  domain: Domain,
  cat: Type.Array(Category, { minItems: 1 }),
  sectioncat: maybe(Type.Array(Category)),
  pagecat: maybe(Type.Array(Category)),
  page: Url,
  ref: maybe(Url),
  mobile: Flag,
  privacypolicy: Flag,
  publisher: Publisher,
  keywords: maybe(Text),
})

const App = strict({
  id: Text,
  name: Text,
  bundle: Type.String({ pattern: '^(example(\\.[a-z0-9]+)+|999[0-9]{7})$' }),
  domain: maybe(Domain),
  storeurl: Url,
  ver: Text,
  cat: Type.Array(Category, { minItems: 1 }),
  privacypolicy: maybe(Flag),
  paid: maybe(Flag),
  publisher: Publisher,
  content: maybe(Type.Object({ id: Text, len: Count, livestream: Flag, language: Text })),
  keywords: maybe(Text),
})

const Device = strict({
  ua: Type.String({ minLength: 20 }),
  make: maybe(Text),
  model: maybe(Text),
  os: Text,
  osv: maybe(Text),
  w: Pixels,
  h: Pixels,
  pxratio: Type.Number({ minimum: 1, maximum: 4 }),
  devicetype: oneOf(2, 3, 4, 5),
  ip: maybe(Type.String({ pattern: '^198\\.1[89]\\.[0-9]{1,3}\\.[0-9]{1,3}$' })),
  ipv6: maybe(Type.String({ pattern: '^2001:db8(:[0-9a-f]{1,4}){6}$' })),
  geo: strict({
    type: oneOf(2),
    lat: Type.Number({ minimum: -90, maximum: 90 }),
    lon: Type.Number({ minimum: -180, maximum: 180 }),
    country: Type.String({ pattern: '^[A-Z]{3}$' }),
    region: Type.String({ pattern: '^[A-Z0-9]{2,3}$' }),
    city: maybe(Text),
    zip: maybe(Text),
    metro: maybe(Text),
    utcoffset: maybe(Type.Integer({ minimum: -720, maximum: 840 })),
  }),
  language: Type.String({ pattern: '^[a-z]{2}$' }),
  js: Flag,
  dnt: Flag,
  lmt: Flag,
  connectiontype: oneOf(1, 2, 5, 6, 7),
  carrier: maybe(Text),
  ifa: maybe(Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' })),
  sua: maybe(
    Type.Object({
      browsers: Type.Array(strict({ brand: Text, version: Type.Array(Text) })),
      mobile: Flag,
      source: oneOf(2),
    }),
  ),
  ext: maybe(strict({ atts: oneOf(2, 3) })),
})

const Eids = maybe(
  Type.Array(
    strict({ source: Domain, uids: Type.Array(strict({ id: Text, atype: oneOf(1, 3) }), { minItems: 1 }) }),
    {
      minItems: 1,
      maxItems: 4,
    },
  ),
)
const Consent = maybe(Type.String({ pattern: '^C[A-Za-z0-9_-]{60,}\\.[A-Za-z0-9_-]+$' }))
const Segments = Type.Array(strict({ id: Text }), { minItems: 1 })

const User = strict({
  id: maybe(Text),
  buyeruid: maybe(Text),
  data: maybe(
    Type.Array(strict({ id: Text, name: Text, segment: Segments, ext: strict({ segtax: oneOf(4) }) })),
  ),
  consent: Consent,
  eids: Eids,
  ext: maybe(strict({ consent: Consent, eids: Eids })),
})

const Chain = strict({
  complete: oneOf(1),
  ver: Type.Literal('1.0'),
  nodes: Type.Array(strict({ asi: Domain, sid: Text, rid: maybe(Text), hp: oneOf(1) }), {
    minItems: 1,
    maxItems: 3,
  }),
})

const signals = {
  gdpr: maybe(Flag),
  us_privacy: maybe(Type.String({ pattern: '^1[YN-]{3}$' })),
  gpp: maybe(Type.String({ pattern: '^D[A-Za-z0-9_-]+~[A-Za-z0-9_.-]+$' })),
  gpp_sid: maybe(codes(2, 7)),
}

export const WireRequest = strict({
  id: Text,
  imp: Type.Array(Imp, { minItems: 1, maxItems: 4 }),
  site: maybe(Site),
  app: maybe(App),
  device: Device,
  user: User,
  at: oneOf(1, 2),
  tmax: Type.Integer({ minimum: 80, maximum: 300 }),
  cur: Type.Tuple([Usd]),
  bcat: listOf([5, 25], Category),
  badv: listOf([5, 30], Domain),
  cattax: maybe(oneOf(1)),
  bapp: maybe(listOf([1, 4], Text)),
  source: strict({ fd: Flag, tid: Text, schain: maybe(Chain), ext: maybe(strict({ schain: Chain })) }),
  regs: strict({ coppa: Flag, ...signals, ext: maybe(strict(signals)) }),
})

export type WireRequest = Static<typeof WireRequest>
export type WireImp = Static<typeof Imp>
