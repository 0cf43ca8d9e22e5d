// The event log over a whole process: the features that went into a bid come out of its impression, with what became of it.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { hashText } from './base/hash.ts'
import { plainRecords } from './events/plain-records.ts'
import { EVENTS_FOLDER } from './events/segments.ts'
import { eventsCommand } from './events-command.ts'
import { F } from './features/catalogue.ts'
import { everyFormatCatalog } from './testing/catalog.ts'
import { type Bid, bidsOf, callNotice, run, serve, until } from './testing/serving.ts'

/** Two imps, which differ in all that an imp can: a bid on one must not have the features of the other. */
const requestOf = (domain: string) => ({
  id: `r-${domain}`,
  at: 2,
  imp: [
    { id: 'one', tagid: 'top', bidfloor: 0.5, banner: { w: 300, h: 250 } },
    {
      id: 'two',
      tagid: 'player',
      bidfloor: 1.5,
      video: { mimes: ['video/mp4'], protocols: [2, 3], minduration: 5, maxduration: 30, w: 640, h: 360 },
    },
  ],
  site: { domain },
  device: { devicetype: 2, os: 'macOS', geo: { country: 'USA' } },
  tmax: 1000,
})

/** Folders of one bidder, and the flags that name them. */
function bidderIn(t: Test) {
  const folder = t.testdir()
  const [catalog, data] = ['catalog', 'data'].map((name) => join(folder, name))
  const { advertisers, campaigns, creatives } = everyFormatCatalog
  for (const [kind, all] of Object.entries({ advertisers, campaigns, creatives })) {
    mkdirSync(join(catalog, kind), { recursive: true })
    for (const one of all) writeFileSync(join(catalog, kind, `${one.id}.json`), JSON.stringify(one))
  }
  return { data, flags: ['--catalog', catalog, '--data', data] }
}

/** By the verb, as a person reads them. */
// biome-ignore lint/suspicious/noExplicitAny: held against what was asked.
async function printed(data: string, ...flags: string[]): Promise<any[]> {
  return linesOf((await run('events', '--data', data, ...flags)).out).map((line) => JSON.parse(line))
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** The same bids, without a process. */
// biome-ignore lint/suspicious/noExplicitAny: held against what was asked.
async function bidsIn(data: string): Promise<any[]> {
  return Array.fromAsync(plainRecords(join(data, EVENTS_FOLDER), 'bids'))
}

t.test('what was bid, billed and clicked comes out with the features that went in', async (t) => {
  const { data, flags } = bidderIn(t)
  const server = await serve(t, ...flags)
  const banner = (bids: readonly Bid[]) => bids.find(({ impid }) => impid === 'one')!
  const film = (bids: readonly Bid[]) => bids.find(({ impid }) => impid === 'two')!
  const clicked = banner(await bidsOf(server, requestOf('clicked.example')))
  const shown = film(await bidsOf(server, requestOf('shown.example')))
  await bidsOf(server, requestOf('lost.example'))
  t.equal((await bidsOf(server, { ...requestOf('test.example'), test: 1 })).length, 2)
  t.equal((await bidsOf(server, { ...requestOf('child.example'), regs: { coppa: 1 } })).length, 2)
  for (const bid of [clicked, shown, clicked]) await callNotice(server, bid.burl, bid.price / 2)
  const [, click] = /href="([^"]+)"/.exec(clicked.adm)!
  await callNotice(server, click, 0)
  await until(async () => (await server.metric('peregrine_events_written_total{kind="notices"}')) === 3)
  server.child.kill('SIGTERM')
  await server.ended

  const bids = await printed(data)
  t.same(bids, await bidsIn(data))
  t.same(
    bids.map(({ features }) => features.domain),
    ['clicked', 'shown', 'lost'].flatMap((name) => Array(2).fill(hashText(`${name}.example`))),
    'neither tests nor what may not be learnt from',
  )
  t.match(bids[0], { model: 'ctr/1', usdCpmMicros: Math.round(clicked.price * 1e6) })
  t.ok(bids[0].clickProbability > 0 && bids[0].clickProbability < 1)
  const impressions = await printed(data, '--kind', 'impressions')
  t.match(impressions, [
    {
      click: 1,
      conversion: 0,
      features: {
        exchange: hashText('default'),
        domain: hashText('clicked.example'),
        country: hashText('USA'),
        os: hashText('macOS'),
        slot_size: hashText('300x250'),
        tag: hashText('top'),
        floor_cpm: 0.5,
        slot_width: 300,
        slot_height: 250,
        campaign: hashText(clicked.cid),
        creative: hashText(clicked.crid),
        ad_format: hashText('banner'),
        ad_duration: 0,
      },
    },
    {
      click: 0,
      features: {
        domain: hashText('shown.example'),
        slot_size: hashText('640x360'),
        tag: hashText('player'),
        floor_cpm: 1.5,
        slot_width: 640,
        campaign: hashText(shown.cid),
        creative: hashText(shown.crid),
        ad_format: hashText('video'),
        ad_duration: 15,
      },
    },
  ])
  t.same(Object.keys(impressions[0].features), Object.keys(F), 'all of the catalogue')
  t.match(await printed(data, '--kind', 'notices', '--limit', '2'), [
    { kind: 'bill', usdCpmMicros: (clicked.price / 2) * 1e6, bidId: bids[0].bidId },
    {
      kind: 'bill',
      bidId: bids.find(
        ({ features }) => features.domain === hashText('shown.example') && features.floor_cpm === 1.5,
      ).bidId,
    },
  ])
})

t.test('many requests at once get no feature of each other', async (t) => {
  const { data, flags } = bidderIn(t)
  const server = await serve(t, ...flags)
  const domains = Array.from({ length: 100 }, (_, i) => `site-${i}.example`)
  const answers = await Promise.all(domains.map((domain) => bidsOf(server, requestOf(domain))))
  const bidCount = answers.reduce((sum, bids) => sum + bids.length, 0)
  server.child.kill('SIGTERM')
  await server.ended
  const bids = await bidsIn(data)
  t.equal(bids.length, bidCount)
  for (const { features } of bids)
    t.equal(features.slot_width, features.ad_format === hashText('video') ? 640 : 300)
  t.same(new Set(bids.map(({ features }) => features.domain)), new Set(domains.map(hashText)))
})

t.test('a bidder that is told to keeps no log, or that of a share of the requests', async (t) => {
  const none = bidderIn(t)
  const server = await serve(t, ...none.flags, '--events-mb-max', '0')
  t.equal((await bidsOf(server, requestOf('a.example'))).length, 2)
  t.match(await (await server.admin('/v1/status')).json(), { events: null })
  t.notOk(readdirSync(none.data).includes(EVENTS_FOLDER))
  server.child.kill('SIGTERM')
  await server.ended
  const sampling = await serve(t, ...none.flags, '--events-bid-percent', '20')
  for (let i = 0; i < 50; i++) await bidsOf(sampling, requestOf(`site-${i}.example`))
  await until(async () => (await sampling.metric('peregrine_events_written_total{kind="bids"}')) > 0)
  const status = (await (await sampling.admin('/v1/status')).json()) as { events: { dropped: number } }
  t.match(status, { events: { isWritable: true, dropped: 0, oldest: String, bytes: Number } })
  sampling.child.kill('SIGTERM')
  await sampling.ended
  const bids = await bidsIn(none.data)
  t.ok(bids.length >= 8 && bids.length <= 40, `${bids.length} of 100`)
  const byRequest = new Map<number, number>()
  for (const { features } of bids) byRequest.set(features.domain, (byRequest.get(features.domain) ?? 0) + 1)
  t.same(new Set(byRequest.values()), new Set([2]), 'a request with all its bids, or with none')
})

t.test('mistakes of the verb are one sentence', async (t) => {
  for (const [args, message] of [
    [
      ['--data', t.testdir()],
      /events: .*events: there is no event log; name the folder of a bidder .* --data$/,
    ],
    [['--kind', 'wins'], /^events: --kind: one of bids, notices, impressions is due, not "wins"$/],
    [['--limit', '1.5'], /^events: --limit: a whole number is due, not "1.5"$/],
    [['--date', 'x'], /^events: Unknown option '--date'; peregrine events --help lists the flags$/],
  ] as const)
    await t.rejects(eventsCommand(args), { name: 'SettingsError', message })
})
