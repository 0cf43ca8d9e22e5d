/**
 * Random requests for fast-check: every field that some reader uses, each absent, usual, odd or written twice. Odd are
 * the values that senders have been seen to send, and any JSON at all.
 */
import fc from 'fast-check'
import { Members } from './json-spelling.ts'

const ODD = [
  null,
  true,
  false,
  '',
  ' ',
  '0',
  '1',
  '01',
  '1.5',
  ' 2 ',
  '-1',
  '1e2',
  '0x10',
  'Infinity',
  '12px',
  'é',
  '１２',
  'a/b',
  'a"\\\n',
  '\ud800',
  '😀',
  0,
  1,
  2,
  -1,
  1.5,
  2.0,
  95.7,
  1e10,
  -1e10,
  1e300,
  5e-324,
  2147483647,
  2147483648,
  [],
  [null],
  ['x', 1, null],
  {},
  { id: 'x' },
]

const odd = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD) },
  // A minus before zero is a matter of spelling, which the twin cannot see.
  fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }).map((value) => (Object.is(value, -0) ? 0 : value)),
)

const usualOr = (...usual: unknown[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd })
const mostly = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: odd })
const listOf = (...usual: unknown[]) => mostly(fc.array(usualOr(...usual), { maxLength: 4 }))

/** An object with some of these members, in any order, some of them twice. */
function some(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Members> {
  const entry = Object.entries(members).map(([name, value]) => fc.tuple(fc.constant(name), value))
  const other = fc.tuple(fc.string({ maxLength: 4 }), odd)
  return fc
    .array(fc.oneof(...entry, other), { maxLength: 2 * entry.length })
    .map((entries) => new Members(entries))
}

const size = usualOr(300, 250, '728', 32767, 32768, 65535, 65536, 320.5, 0)
const part = usualOr(16, 9, '4', 1.5)
const position = usualOr(0, 1, 3, 7)
const switched = usualOr(0, 1, true, false, '1')
const price = fc.oneof(usualOr(0.5, '0.25', 0, 0.4567891234), fc.double({ min: 0, max: 10, noNaN: true }))
const currency = usualOr('USD', 'EUR', 'usd', 'EURO')
/** A list of codes, or one alone. */
const codes = (...usual: unknown[]) => fc.oneof(listOf(...usual), usualOr(...usual))
const attributes = codes(1, 6, 16, '8', 31, 32, 500)
const frameworks = codes(3, 5, 6, 7, '9')
const seconds = usualOr(5, 15, '30', 7.5, 60, 0)
const texts = (...usual: unknown[]) => listOf(...usual, 'a/b', 'é')

const durationFloors = listOf(
  { mindur: 1, maxdur: 15, bidfloor: 5 },
  { maxdur: '30', bidfloor: '7.5' },
  { mindur: 31 },
)
const format = some({ w: size, h: size, wratio: part, hratio: part, wmin: size })
const banner = some({
  format: mostly(fc.array(mostly(format), { maxLength: 4 })),
  w: size,
  h: size,
  wmin: size,
  wmax: size,
  hmin: size,
  hmax: size,
  pos: position,
  btype: codes(1, 2, 3, 4),
  battr: attributes,
  api: frameworks,
  mimes: texts('image/gif'),
})
const protocols = codes(1, 2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, '3', 3.5)
const film = some({
  mimes: texts('video/mp4', 'video/webm'),
  protocols,
  protocol: protocols,
  minduration: seconds,
  maxduration: seconds,
  maxextended: usualOr(-1, 0, 15, '30', 2147483647),
  rqddurs: listOf(15, '30', 7.5),
  w: size,
  h: size,
  pos: position,
  skip: switched,
  plcmt: usualOr(1, 2, '4'),
  linearity: usualOr(1, 2, '2'),
  boxingallowed: switched,
  minbitrate: usualOr(300, '500', -1),
  maxbitrate: usualOr(1500, 2500.5, 0),
  delivery: codes(1, 2, 3),
  battr: attributes,
  api: frameworks,
  podid: usualOr('pod-1', 'pod/é', 7),
  poddur: seconds,
  maxseq: usualOr(1, 3, '2'),
  poddedupe: codes(1, 2, 3, 4, 5),
  mincpmpersec: price,
  durfloors: durationFloors,
})
const deal = some({
  id: usualOr('deal-1', 'deal/é', 7),
  bidfloor: price,
  bidfloorcur: currency,
  at: usualOr(1, 2, 3, '3'),
  guar: switched,
  mincpmpersec: price,
  durfloors: durationFloors,
  wseat: texts('seat-1'),
  wadomain: texts('brand.example'),
})
const pmp = some({
  private_auction: switched,
  deals: mostly(fc.array(mostly(deal), { maxLength: 3 })),
})
const native = some({
  request: usualOr('{"ver":"1.2","assets":[]}', { ver: '1.2' }),
  ver: usualOr('1.2'),
  battr: attributes,
  api: frameworks,
})
const imp = some({
  id: usualOr('1', '2', 'a/é', 1, 2),
  banner: mostly(banner),
  video: mostly(film),
  audio: mostly(film),
  native: mostly(native),
  pmp: mostly(pmp),
  bidfloor: price,
  bidfloorcur: currency,
  instl: switched,
  rwdd: switched,
  ext: mostly(some({ reward: switched, prebid: mostly(some({ is_rewarded_inventory: switched })) })),
  bcat: texts('IAB25'),
  badv: texts('blocked.example'),
  tagid: usualOr('top', 7),
})
const page = usualOr(
  'https://www.news.example/a?b#c',
  'news.example',
  '//a.example:80',
  'a//b',
  'http:/x',
  'é://x/',
  'abcde://x',
  'abcdef://x',
)
const domain = usualOr('news.example', 'www.news.example', 'WWW.x', 'www.', 'wwwx')
const publisher = mostly(some({ id: usualOr('pub-1', 7) }))
const categories = listOf('IAB1', 'IAB1-2')
const place = { domain, page, cat: categories, publisher, bundle: usualOr('com.example', 886445756), id: odd }
const device = some({
  os: usualOr('iOS', 'Android'),
  language: usualOr('en'),
  devicetype: usualOr(1, 4, '4'),
  connectiontype: usualOr(2, 6),
  w: size,
  h: size,
  ua: usualOr('Mozilla/5.0 (X11)', 7),
  ip: usualOr('192.0.2.7', ''),
  ipv6: usualOr('2001:db8::7'),
  make: usualOr('Apple'),
  model: usualOr('iPhone', 'SM-A/ß'),
  carrier: usualOr('Vodafone', 310),
  geo: mostly(
    some({
      country: usualOr('USA', 'US'),
      region: usualOr('CA', 'US-CA'),
      utcoffset: usualOr(-480, '120', 840, 841, -721),
    }),
  ),
  ext: odd,
})
const dsa = some({
  dsarequired: usualOr(0, 1, 2, '3'),
  required: usualOr(0, 1, 2, 3),
  pubrender: usualOr(0, 1, '2', -1),
})
const regs = some({
  dsa: mostly(dsa),
  ext: mostly(some({ dsa: mostly(dsa), gdpr: switched })),
  coppa: switched,
})

const root = some({
  at: usualOr(1, 2, '1', 1.0),
  tmax: usualOr(100, '80', 95.7),
  test: usualOr(0, 1),
  cur: listOf('USD', 'EUR'),
  wseat: listOf('seat'),
  bseat: texts('seat'),
  cattax: usualOr(1, 6, '1'),
  bcat: listOf('IAB25', 'IAB7-39'),
  acat: texts('IAB1'),
  badv: listOf('blocked.example', 'a/b'),
  bapp: texts('com.example.blocked'),
  wlang: texts('en'),
  wlangb: texts('en-GB'),
  site: mostly(some(place)),
  app: mostly(some(place)),
  dooh: mostly(some(place)),
  device: mostly(device),
  regs: mostly(regs),
  source: mostly(some({ ext: odd, fd: switched })),
  user: odd,
  ext: mostly(some({ cattax: usualOr(2, 6, '7', 0), schain: odd })),
})

/** Mostly with the id and the imps that a request needs; they come first, last or twice. */
export const randomRequest: fc.Arbitrary<Members> = fc
  .tuple(
    mostly(fc.constantFrom('auction', 'a/"é', 17)),
    mostly(fc.array(mostly(imp), { minLength: 1, maxLength: 4 })),
    root,
    fc.oneof(
      { weight: 9, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: odd.map((value) => ['id', value]) },
      { weight: 1, arbitrary: odd.map((value) => ['imp', value]) },
    ),
    fc.boolean(),
  )
  .map(([id, imps, { entries }, again, isFirst]) => {
    const needed: [string, unknown][] = [
      ['id', id],
      ['imp', imps],
    ]
    const all = isFirst ? [...needed, ...entries] : [...entries, ...needed]
    return new Members(again.length === 0 ? all : [...all, again as [string, unknown]])
  })
