import t from 'tap'
import { Compile } from 'typebox/compile'
import { Prng } from '../../src/base/prng.ts'
import { READ, RequestView } from '../../src/openrtb/request.ts'
import { mobileApps, sites, televisionApps } from './publishers.ts'
import { makeBodies, makeRequest } from './requests.ts'
import { type WireImp, WireRequest } from './wire-schema.ts'

const COUNT = 4000
const bodies = makeBodies(1, COUNT)
const requests = bodies.map((body) => JSON.parse(body.toString()) as WireRequest)
const imps = requests.flatMap((request) => request.imp)

/** The requests that break a rule, by id; the tests want none. */
function breaking(rule: (request: WireRequest) => boolean): string[] {
  return requests.filter((request) => !rule(request)).map((request) => request.id)
}

t.test('every made request is valid OpenRTB', (t) => {
  const schema = Compile(WireRequest)
  t.same(requests.flatMap((request) => [...schema.Errors(request)]).slice(0, 3), [])
  const everyImp = (rule: (imp: WireImp) => boolean) => breaking((request) => request.imp.every(rule))
  t.same(
    breaking((request) => (request.site === undefined) !== (request.app === undefined)),
    [],
    'site or app',
  )
  t.same(
    breaking(({ device }) => (device.ip === undefined) !== (device.ipv6 === undefined)),
    [],
    'one address',
  )
  t.same(
    breaking(({ imp }) => new Set(imp.map((one) => one.id)).size === imp.length),
    [],
    'imp ids differ',
  )
  t.same(
    everyImp(({ banner, video }) => (banner ?? video) !== undefined),
    [],
    'an imp offers something',
  )
  t.same(
    everyImp(({ video }) => !video || video.minduration < video.maxduration),
    [],
    'durations are a range',
  )
  t.same(
    everyImp(({ banner }) => !banner || banner.format[0].w === banner.w),
    [],
    'the flat size is the first',
  )
  const isFilmOnly = ({ app, imp }: WireRequest) => app !== undefined && imp.every((one) => !one.banner)
  t.same(
    breaking((request) => request.device.devicetype !== 3 || isFilmOnly(request)),
    [],
    'television is apps with video',
  )
  t.end()
})

t.test('2.5 and 2.6 put the same signals in their own places', (t) => {
  const is26 = (request: WireRequest) => request.cattax !== undefined
  t.same(
    breaking((request) => (request.source.schain !== undefined) === is26(request)),
    [],
  )
  t.same(
    breaking((request) => (request.source.ext === undefined) === is26(request)),
    [],
  )
  t.same(
    breaking((request) => (request.regs.ext === undefined) === is26(request)),
    [],
  )
  t.same(
    breaking((request) => !is26(request) || request.user.ext === undefined),
    [],
  )
  const isPlain = ({ user, regs, imp }: WireRequest) =>
    (user.consent ?? user.eids ?? regs.gdpr ?? regs.gpp ?? imp.find((one) => one.rwdd)) === undefined
  t.same(
    breaking((request) => is26(request) || isPlain(request)),
    [],
  )
  t.end()
})

t.test('the reader of the bidder accepts every made request', (t) => {
  const view = new RequestView(65536)
  const results = bodies.map((body) => {
    view.tape.bytes.set(body)
    return view.read(body.length)
  })
  t.same(results, Array(COUNT).fill(READ.ok))
  t.end()
})

t.test('one seed gives the same bodies, another seed others', (t) => {
  t.same(makeBodies(7, 50), makeBodies(7, 50))
  t.not(String(makeBodies(7, 1)), String(makeBodies(8, 1)))
  t.equal(new Set(requests.map((request) => request.id)).size, COUNT, 'ids differ')
  t.match(makeRequest(new Prng(1), 'an-id'), { id: 'an-id' })
  t.end()
})

t.test('bodies are compact and as long as stated: median 2.3 KB, p10 1.6 KB, p90 3.6 KB', (t) => {
  for (const seed of [1, 2, 3]) {
    const lengths = makeBodies(seed, COUNT)
      .map((body) => body.length)
      .sort((a, b) => a - b)
    const at = (share: number) => lengths[Math.floor(share * (COUNT - 1))]
    t.ok(at(0.5) >= 2200 && at(0.5) <= 2400, `median ${at(0.5)}`)
    t.ok(at(0.1) >= 1550 && at(0.1) <= 1700, `p10 ${at(0.1)}`)
    t.ok(at(0.9) >= 3500 && at(0.9) <= 3750, `p90 ${at(0.9)}`)
  }
  t.equal(bodies[0].toString(), JSON.stringify(requests[0]))
  t.end()
})

/** Shares are held to within two points; a fixed seed, so this never flickers. */
t.test('the mix is the stated one', (t) => {
  const share = <T>(list: readonly T[], has: (one: T) => unknown) =>
    list.filter((one) => has(one)).length / list.length
  const near = (value: number, stated: number, of: string) =>
    t.ok(Math.abs(value - stated) < 0.02, `${of}: ${value.toFixed(3)} for ${stated}`)
  near(
    share(imps, (imp) => imp.banner && !imp.video),
    0.62,
    'banner imps',
  )
  near(
    share(imps, (imp) => imp.video && !imp.banner),
    0.2,
    'video imps',
  )
  near(
    share(imps, (imp) => imp.video && imp.banner),
    0.18,
    'imps of both',
  )
  near(
    share(requests, (request) => request.imp.length === 1),
    0.8,
    'requests with one imp',
  )
  near(
    share(requests, (request) => request.site),
    0.55,
    'sites',
  )
  near(
    share(requests, (request) => request.device.devicetype === 3),
    0.05,
    'television',
  )
  near(
    share(requests, (request) => request.device.devicetype === 4),
    0.6,
    'phones',
  )
  near(
    share(requests, (request) => request.device.devicetype === 2),
    0.25,
    'desktops',
  )
  near(
    share(requests, (request) => request.device.geo.country === 'USA'),
    0.5,
    'United States',
  )
  near(
    share(requests, (request) => request.cattax),
    0.6,
    'written as 2.6',
  )
  near(
    share(requests, (request) => request.at === 1),
    0.93,
    'first price',
  )
  near(
    share(imps, (imp) => imp.pmp),
    0.08,
    'deals',
  )
  near(
    share(
      imps.filter((imp) => imp.pmp),
      (imp) => imp.pmp!.private_auction,
    ),
    0.1,
    'private auctions among the deals',
  )
  t.equal(new Set(requests.map((request) => request.device.geo.country)).size, 12, 'countries')
  t.end()
})

t.test('60 domains and 60 bundles, skewed, each with one account and fixed categories', (t) => {
  t.equal(new Set(sites.map((site) => site.domain)).size, 60)
  t.equal(new Set([...mobileApps, ...televisionApps].map((app) => app.bundle)).size, 60)
  const facts = new Map<string, string>()
  const counts = new Map<string, number>()
  for (const { site, app } of requests) {
    const name = site?.domain.replace('www.', '') ?? app!.bundle
    const fact = JSON.stringify([(site ?? app)!.publisher.id, (site ?? app)!.cat])
    if (!facts.has(name)) facts.set(name, fact)
    if (facts.get(name) !== fact) t.fail(`${name} changed its account or its categories`)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const ofSites = sites.map((site) => counts.get(site.domain) ?? 0).sort((a, b) => b - a)
  t.ok(ofSites[0] > 8 * ofSites[50], 'the largest domain is many times a small one')
  t.ok(counts.size >= 115, 'nearly all of them occur')
  t.end()
})

t.test('lists cover their stated lengths', (t) => {
  const range = (lengths: number[]) => [Math.min(...lengths), Math.max(...lengths)]
  t.same(range(requests.map((request) => request.bcat.length)), [5, 25])
  t.same(range(requests.map((request) => request.badv.length)), [5, 30])
  t.same(range(requests.map((request) => request.imp.length)), [1, 4])
  t.same(range(imps.flatMap((imp) => imp.banner?.format.length ?? [])), [1, 5])
  t.same(range(requests.map((request) => request.tmax)), [80, 300])
  const floors = range(imps.map((imp) => imp.bidfloor))
  t.ok(floors[0] >= 0.05 && floors[1] <= 3 && floors[1] > 2.5)
  t.end()
})
