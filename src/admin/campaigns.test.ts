// The operator's view over real rooms of money, and the paths to it. The answers are held against the published schemas.
import t from 'tap'
import { Compile } from 'typebox/compile'
import { Published } from '../base/published.ts'
import type { Snapshot } from '../bidding/snapshot.ts'
import { compileAds } from '../catalog/compile.ts'
import type { Campaign } from '../catalog/schema.ts'
import { everyFormatCatalog } from '../testing/catalog.ts'
import { ManualClock } from '../testing/clock.ts'
import { testMoney } from '../testing/money.ts'
import { NO_INFERENCE, NO_MODELS } from '../testing/no-models.ts'
import { Campaigns } from './campaigns.ts'
import { openApi } from './openapi.ts'
import { adminApp } from './server.ts'

const EXCHANGES = [{ name: 'default', isMarkupSent: true }]
const DOLLAR_NANOS = 1e9

// biome-ignore lint/suspicious/noExplicitAny: answers are held against the published schemas.
type Body = any

/** An admin port over the test catalog, with one campaign changed. */
async function opened(change: Partial<Campaign> = {}) {
  const clock = new ManualClock(Date.UTC(2026, 10, 26, 12))
  const [first, ...others] = everyFormatCatalog.campaigns
  const campaign: Campaign = { ...first, ...change }
  const ads = await compileAds({ ...everyFormatCatalog, campaigns: [campaign, ...others] }, EXCHANGES)
  const money = testMoney(clock)
  const snapshots = new Published({ ads, ...money.treasury.adopt(ads) } as unknown as Snapshot)
  const actions: unknown[] = []
  const app = adminApp({
    token: '',
    version: '1.2.3',
    unreadyReason: () => undefined,
    metricsText: async () => '',
    campaigns: new Campaigns({ ...money.rooms, treasury: money.treasury, snapshots }),
    status: () => ({}),
    models: NO_MODELS,
    inference: NO_INFERENCE,
    onAction: (action) => actions.push(action),
  })
  const get = async (path: string) => {
    const response = await app.request(path)
    return { status: response.status, body: (await response.json()) as Body }
  }
  const post = async (path: string, headers: Record<string, string> = {}) => {
    const response = await app.request(path, { method: 'POST', headers })
    return { status: response.status, body: (await response.json().catch(() => undefined)) as Body }
  }
  const { ledger } = money.rooms
  const index = ledger.find(campaign.id)!
  const bid = (dollars: number) => ledger.reserve(index, dollars * DOLLAR_NANOS, 0, clock.wallMs())
  return { clock, money, ledger, index, campaign, snapshots, actions, get, post, bid }
}

type Schema = Parameters<typeof Compile>[0]
const { paths } = openApi('1.2.3')
const schemaOf = (path: keyof typeof paths) => {
  const { responses } = (paths[path] as { get: { responses: Record<number, unknown> } }).get
  return (responses[200] as { content: { 'application/json': { schema: Schema } } }).content[
    'application/json'
  ].schema
}

t.test('a campaign is listed with its budgets, its spend and what is in flight', async (t) => {
  const { ledger, index, campaign, clock, get, bid } = await opened({ budget: { total: 100, daily: 12.5 } })
  const billed = bid(0.004)
  bid(0.002)
  ledger.settle({
    bidNumber: billed,
    campaign: index,
    ...ledger.periodOf(index, clock.wallMs()),
    bidNanos: 0.004 * DOLLAR_NANOS,
    paidNanos: 0.003 * DOLLAR_NANOS,
  })
  const { status, body } = await get('/v1/campaigns')
  t.equal(status, 200)
  t.match(body[0], {
    id: campaign.id,
    name: campaign.name,
    status: 'active',
    budget: { total: 100, daily: 12.5 },
    spend: { total: 0.003, today: 0.003 },
    reserved: 0.002,
  })
  t.ok(Compile(schemaOf('/v1/campaigns')).Check(body), 'as the OpenAPI document has it')
})

t.test('a campaign without a budget has none', async (t) => {
  const { get } = await opened()
  t.match((await get('/v1/campaigns')).body[0], { budget: { total: null, daily: null }, spend: { total: 0 } })
})

t.test('one campaign tells how it is paced, flown and paused', async (t) => {
  const { campaign, get } = await opened({
    budget: { daily: 5 },
    timeZone: 'Europe/Berlin',
    flights: [{ start: '2026-11-20', end: '2026-12-24', budget: 50 }],
  })
  const { body } = await get(`/v1/campaigns/${campaign.id}`)
  t.match(body, {
    id: campaign.id,
    timeZone: 'Europe/Berlin',
    dayEnds: '2026-11-26T23:00:00.000Z',
    flights: [{ start: '2026-11-20', end: '2026-12-24', budget: 50 }],
    pausedBy: [],
  })
  t.ok(Compile(schemaOf('/v1/campaigns/{id}')).Check(body), 'as the OpenAPI document has it')
})

t.test('a campaign that may not bid says why', async (t) => {
  const statusOf = async ({ get, campaign }: Awaited<ReturnType<typeof opened>>) =>
    (await get(`/v1/campaigns/${campaign.id}`)).body.status
  t.equal(await statusOf(await opened({ status: 'paused' })), 'paused')
  t.equal(
    await statusOf(await opened({ flights: [{ start: '2027-01-01', end: '2027-01-31' }] })),
    'not_in_flight',
  )
  const spent = await opened({ budget: { daily: 0.01 } })
  spent.bid(0.01)
  t.equal(await statusOf(spent), 'spent')
})

t.test('pause and resume act at once, are written down and are told', async (t) => {
  const { campaign, money, actions, snapshots, ledger, index, get, post, bid } = await opened()
  t.same(await post(`/v1/campaigns/${campaign.id}/pause`), {
    status: 200,
    body: { id: campaign.id, isPaused: true, isDurable: true },
  })
  t.ok(bid(0.001) < 0, 'no bid is reserved')
  const ad = snapshots.current.accounts.campaigns.indexOf(index)
  t.equal(snapshots.current.goals.ceilingCpmMicros[ad], 0, 'the next request does not look at it')
  t.match((await get(`/v1/campaigns/${campaign.id}`)).body, { status: 'paused', pausedBy: ['operator'] })
  t.equal((await post(`/v1/campaigns/${campaign.id}/resume`)).status, 200)
  t.ok(bid(0.001) >= 0)
  t.ok(snapshots.current.goals.ceilingCpmMicros[ad] > 0)
  t.equal(ledger.isPaused(index), false)
  t.same(money.store.paused, [
    [campaign.id, true],
    [campaign.id, false],
  ])
  t.same(actions, [
    { campaign: campaign.id, isPaused: true },
    { campaign: campaign.id, isPaused: false },
  ])
})

t.test(
  'a pause that the ledger cannot write acts all the same, and says that it would not last',
  async (t) => {
    const { campaign, money, post, bid } = await opened()
    money.store.isWritable = false
    t.match(await post(`/v1/campaigns/${campaign.id}/pause`), { status: 503, body: { isDurable: false } })
    t.ok(bid(0.001) < 0)
  },
)

t.test('a campaign that is not there is said to be not there', async (t) => {
  const { get, post, actions } = await opened()
  t.match(await get('/v1/campaigns/nobody'), { status: 404, body: { error: /nobody/ } })
  t.match(await post('/v1/campaigns/nobody/pause'), { status: 404 })
  t.same(actions, [])
})

t.test('a page on another site cannot act', async (t) => {
  const { campaign, actions, post } = await opened()
  const foreign = { origin: 'https://evil.example', 'content-type': 'text/plain' }
  t.equal((await post(`/v1/campaigns/${campaign.id}/pause`, foreign)).status, 403)
  t.same(actions, [])
})

t.test('every path is described', async (t) => {
  const { get } = await opened()
  const { body } = await get('/openapi.json')
  const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  )
  const app = adminApp({
    token: '',
    version: '1.2.3',
    unreadyReason: () => undefined,
    metricsText: async () => '',
    campaigns: { list: () => [], find: () => undefined, setPaused: async () => true },
    status: () => ({}),
    models: NO_MODELS,
    inference: NO_INFERENCE,
    onAction: () => {},
  })
  const served = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  t.same([...new Set(served)].sort(), described.sort())
})
