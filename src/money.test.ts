// Money over a whole process: what an operator sees and does, what outlives a restart, and what a person's click leads to.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Campaign } from './catalog/schema.ts'
import { oneBannerCatalog } from './testing/catalog.ts'
import { postBid, run, type Serving, serve, start, until } from './testing/serving.ts'

const IFA = '6d92078a-8246-4ba4-ae5b-76104861e7dc'
const [CAMPAIGN] = oneBannerCatalog.campaigns
const KEYS = { noticeKeys: [{ id: 'k', secret: 'A'.repeat(43) }] }

type Bid = {
  readonly cid: string
  readonly price: number
  readonly nurl: string
  readonly burl: string
  readonly adm: string
}

/** Folders of one bidder, and what starts it on them. */
function bidderIn(t: Test, change: Partial<Campaign> = {}) {
  const folder = t.testdir()
  const [catalog, data, operator, segments] = ['catalog', 'data', 'operator.json', 'segments.tsv'].map(
    (name) => join(folder, name),
  )
  writeFileSync(operator, JSON.stringify(KEYS))
  const write = <T extends { readonly id: string }>(kind: string, one: T) => {
    mkdirSync(join(catalog, kind), { recursive: true })
    // In one step, as a file should be changed that is watched.
    writeFileSync(join(folder, 'next'), JSON.stringify(one))
    renameSync(join(folder, 'next'), join(catalog, kind, `${one.id}.json`))
  }
  const writeCampaign = (fields: Partial<Campaign>) =>
    write('campaigns', { ...CAMPAIGN, ...change, ...fields })
  for (const one of oneBannerCatalog.advertisers) write('advertisers', one)
  write('creatives', {
    ...oneBannerCatalog.creatives[0],
    landing: 'https://shop.example/sale?click={click_id}',
  })
  writeCampaign({})
  const flags = ['--catalog', catalog, '--data', data, '--operator', operator]
  return {
    folder,
    catalog,
    data,
    segments,
    flags,
    writeCampaign,
    open: (...more: string[]) => serve(t, ...flags, ...more),
  }
}

async function bidOf({ port }: Serving, device: object = {}): Promise<Bid | undefined> {
  const request = {
    id: 'r',
    at: 2,
    imp: [{ id: '1', banner: { w: 300, h: 250 } }],
    app: { bundle: 'com.example.game' },
    device: { devicetype: 4, geo: { country: 'USA' }, ...device },
    tmax: 1000,
  }
  const response = await postBid(port, JSON.stringify(request))
  if (response.status !== 200) return undefined
  return ((await response.json()) as { seatbid: { bid: Bid[] }[] }).seatbid[0].bid[0]
}

const localOf = ({ port }: Serving, url: string) =>
  url.replace('https://localhost', `http://127.0.0.1:${port}`)

async function call(server: Serving, url: string, price: number): Promise<number> {
  const expanded = localOf(server, url).replace(`\${AUCTION_PRICE}`, `${price}`)
  return (await fetch(expanded.replace(`\${AUCTION_MIN_TO_WIN}`, ''))).status
}

// biome-ignore lint/suspicious/noExplicitAny: held against its schema in the tests of the admin port.
async function campaignOf({ admin }: Serving): Promise<any> {
  return (await admin(`/v1/campaigns/${CAMPAIGN.id}`)).json()
}

t.test('what was spent, held and paused outlives a restart', async (t) => {
  const { open, flags } = bidderIn(t, { budget: { total: 100, daily: 50 }, pacing: 'asap' })
  const first = await open()
  const bid = (await bidOf(first))!
  await bidOf(first)
  t.equal(await call(first, bid.nurl, 3), 204)
  t.equal(await call(first, bid.burl, 3), 204)
  t.match(await campaignOf(first), {
    status: 'active',
    budget: { total: 100, daily: 50 },
    spend: { total: 0.003, today: 0.003 },
    reserved: 0.004,
    bids: 2,
    wins: 1,
    impressions: 1,
  })
  t.equal((await first.admin(`/v1/campaigns/${CAMPAIGN.id}/pause`, 'POST')).status, 200)
  t.equal(await bidOf(first), undefined, 'the next request')

  const second = start(['serve', '--port', '0', '--admin-port', '0', ...flags])
  const refused = await second.ended
  t.equal(refused.code, 1)
  t.match(refused.err, /in use by another process; give each process a folder of its own with --data/)

  first.child.kill('SIGTERM')
  await first.ended
  const again = await open()
  t.match(await campaignOf(again), {
    status: 'paused',
    pausedBy: ['operator'],
    spend: { total: 0.003, today: 0.003 },
    reserved: 0.004,
    bids: 2,
    wins: 1,
  })
  t.equal(await bidOf(again), undefined)
  t.equal(await call(again, bid.burl, 3), 204, 'a bill that it has')
  t.match(await campaignOf(again), { spend: { total: 0.003 } })
  t.equal((await again.admin(`/v1/campaigns/${CAMPAIGN.id}/resume`, 'POST')).status, 200)
  t.ok(await bidOf(again), 'the next request')
})

t.test('a budget that is edited in the catalog counts at once, and what was spent stays', async (t) => {
  const { open, writeCampaign } = bidderIn(t, { budget: { total: 0.006 }, pacing: 'asap' })
  const server = await open()
  const bid = (await bidOf(server))!
  t.equal(await call(server, bid.burl, bid.price), 204)
  t.equal(await bidOf(server), undefined, 'two thousandths are left, and four are asked')
  writeCampaign({ budget: { total: 0.01 } })
  await until(async () => (await campaignOf(server)).budget.total === 0.01)
  t.ok(await bidOf(server))
  t.match(await campaignOf(server), { spend: { total: 0.004 }, reserved: 0.004 })
  writeCampaign({ budget: { total: 0.001 } })
  await until(async () => (await campaignOf(server)).budget.total === 0.001)
  t.equal(await bidOf(server), undefined)
  t.match(await campaignOf(server), { status: 'spent', spend: { total: 0.004 } })
})

t.test('a click leads to the landing page with an id that a conversion is reported with', async (t) => {
  const { open } = bidderIn(t)
  const server = await open()
  const { adm } = (await bidOf(server))!
  const [, click] = /href="([^"]+)"/.exec(adm)!
  const led = await fetch(localOf(server, click.replaceAll('&amp;', '&')), { redirect: 'manual' })
  t.equal(led.status, 302)
  const clickId = new URL(led.headers.get('location')!).searchParams.get('click')!
  const convert = () =>
    fetch(`http://127.0.0.1:${server.port}/notice/conversion?t=${clickId}`, { method: 'POST' })
  t.equal((await convert()).status, 204)
  t.equal((await convert()).status, 204, 'once more is once')
  t.match(await campaignOf(server), { clicks: 1, conversions: 1 })
  const bill = `http://127.0.0.1:${server.port}/notice/bill?t=${clickId}&p=4`
  t.equal((await fetch(bill)).status, 400, 'who has clicked cannot bill')
})

t.test('a user is shown a campaign as often as its cap allows, also behind a restart', async (t) => {
  const { open } = bidderIn(t, { frequencyCaps: [{ impressions: 2, minutes: 60 }] })
  const first = await open()
  for (let i = 0; i < 2; i++) {
    const bid = (await bidOf(first, { ifa: IFA }))!
    t.equal(await call(first, bid.burl, bid.price), 204)
  }
  t.equal(await bidOf(first, { ifa: IFA }), undefined)
  t.ok(await bidOf(first, { ifa: 'another' }), 'another user')
  t.ok(await bidOf(first, { ifa: IFA, lmt: 1 }), 'who does not want to be known is not counted')
  first.child.kill('SIGKILL')
  await first.ended
  const again = await open()
  t.equal(await bidOf(again, { ifa: IFA }), undefined)
  t.ok(await bidOf(again, { ifa: 'another' }))
})

t.test('campaigns find the users of a segment file, and follow it when it changes', async (t) => {
  const { open, segments } = bidderIn(t, { targeting: { segments: { any: ['autos'] } } })
  writeFileSync(segments, `# who looks for a car\n${IFA}\tautos,travel\nsomebody\ttravel\n`)
  const server = await open('--segments', segments)
  t.ok(await bidOf(server, { ifa: IFA }))
  t.equal(await bidOf(server, { ifa: 'somebody' }), undefined)
  t.equal(await bidOf(server), undefined, 'nobody in particular')
  t.equal(await bidOf(server, { ifa: IFA, lmt: 1 }), undefined, 'nor who does not want to be known')
  writeFileSync(`${segments}.next`, 'somebody\tautos\n')
  renameSync(`${segments}.next`, segments)
  await until(async () => (await bidOf(server, { ifa: 'somebody' })) !== undefined)
  t.equal(await bidOf(server, { ifa: IFA }), undefined)
})

t.test('a segment file with a fault keeps the bidder from starting, and names the line', async (t) => {
  const { flags, segments } = bidderIn(t)
  writeFileSync(segments, `${IFA}\tautos\nno segments\n`)
  const { code, err } = await start([
    'serve',
    '--port',
    '0',
    '--admin-port',
    '0',
    ...flags,
    '--segments',
    segments,
  ]).ended
  t.equal(code, 1)
  t.match(err, /^peregrine: .*segments\.tsv:2: /)
})

t.test('the ledger is read beside the bidder, and told when it does not balance', async (t) => {
  const { open, data } = bidderIn(t)
  const missing = await run('ledger', '--data', data)
  t.equal(missing.code, 1)
  t.match(missing.err, /ledger\.db: no such file; name its folder with --data/)
  const server = await open()
  const bid = (await bidOf(server))!
  t.equal(await call(server, bid.burl, 2.5), 204)
  const { code, out } = await run('ledger', '--data', data)
  t.equal(code, 0)
  t.match(out, new RegExp(`${CAMPAIGN.id}\\s+0\\.002500\\s+1\\s+0\\s+0[\\s\\S]*the books balance`))
  const report = JSON.parse((await run('ledger', '--data', data, '--json')).out)
  t.match(report, { billed: { bids: 1, paidNanos: 2_500_000 }, faults: [] })
  t.match((await run('ledger', '--help')).out, /--data DIR/)
  t.match((await run('ledger', '--date', data)).err, /Unknown option '--date'/)
})
