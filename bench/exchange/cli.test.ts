// Goal: the verb as a process, against the bidder as a process: what it prints, and how it ends.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadCatalog } from '../../src/catalog/load.ts'
import { ROOT, run, serve, start, until } from '../../src/testing/serving.ts'
import { drawnPage } from '../drawn-page.ts'
import { exchangeCommand } from './cli.ts'
import { startStub } from './live/stub-bidder.ts'

const demo = join(ROOT, 'catalog/demo')

t.test('auctions against the bidder: its books agree, and a page tells of it', async (t) => {
  const catalog = catalogWithClickIds(t)
  const bidder = await serve(t, '--catalog', catalog, '--tmax-most-ms', '20000', '--log-level', 'warn')
  const page = join(catalog, 'exchange.html')
  const { code, out, err } = await run(
    ...['exchange', '--url', bidUrl(bidder.port), '--admin-url', `http://127.0.0.1:${bidder.adminPort}`],
    ...['--catalog', catalog, '--auctions', '500', '--tmax', '20000', '--deal', 'front-pages-2026'],
    ...['--speed', '10000', '--rate', '1000', '--html', page, '--json'],
  )
  t.equal(code, 0, err)
  const { figures, books, broken, pacing } = JSON.parse(out)
  t.same(broken, [])
  t.same(books.disagreements, [])
  t.ok(Math.abs(books.spendUsd - figures.all.spendUsd) < 1e-9 && books.spendUsd > 0)
  t.ok(
    figures.all.onDeals > 0 && figures.all.clicks > 0 && figures.all.lost.outbid > 0,
    JSON.stringify(figures.all),
  )
  t.ok(figures.all.surplusShare > 0.4 && figures.all.surplusShare <= 1, `${figures.all.surplusShare}`)
  t.ok(
    figures.all.calibration.expectedOverTrueOfBids > 0.7 &&
      figures.all.calibration.expectedOverTrueOfBids < 1.3,
  )
  t.ok(Array.isArray(pacing))
  const drawn = await drawnPage(t, readFileSync(page, 'utf8'))
  if (drawn === undefined) return
  t.same(drawn.errors, [])
  t.ok(drawn.isInked.every(Boolean))
  t.match(drawn.text, "the bidder's books agree")
})

t.test('a bidder that is killed on the way: what has been is printed, and the end is 1', async (t) => {
  const bidder = await serve(t, '--log-level', 'warn')
  const { child, ended } = start(['exchange', '--url', bidUrl(bidder.port), '--rate', '300'])
  t.teardown(() => child.kill('SIGKILL'))
  await until(async () => {
    const campaigns = (await (await bidder.admin('/v1/campaigns')).json()) as { bids: number }[]
    return campaigns.some(({ bids }) => bids > 20)
  })
  bidder.child.kill('SIGKILL')
  const { code, out, err } = await ended
  t.equal(code, 1)
  t.match(out, /ENDED {6}early: connect ECONNREFUSED/)
  t.match(err, /peregrine: exchange: the bidder answered no more after \d+ auctions: connect ECONNREFUSED/)
})

t.test('a bidder that breaks a rule ends it with 3', async (t) => {
  const loaded = await loadCatalog(demo)
  if ('faults' in loaded) throw new Error('the demo catalog is broken')
  const stub = await startStub(t, { catalog: loaded.catalog, bidStatus: 500 })
  const { code, out } = await run('exchange', '--url', stub.url, '--auctions', '20')
  t.equal(code, 3)
  t.match(out, /BROKEN {5}bid requests answered with 500: 20\n/)
})

t.test('what keeps it from running is a sentence and 1', async (t) => {
  const nobody = 'http://127.0.0.1:65529/openrtb2/bid'
  const err = t.capture(process.stderr, 'write')
  for (const [args, sentence] of [
    [[], /--url is due/],
    [['--url', 'https://bid.example.com'], /--url: a whole http URL is due, not "https:/],
    [['--url', nobody], /127\.0\.0\.1:65529\/openrtb2\/bid: connect ECONNREFUSED.*; start a bidder there/],
    [['--url', nobody, '--market', 'oak'], /--market: one of alder, birch, cedar, dogwood is due, not "oak"/],
    [['--url', nobody, '--auction', 'third'], /--auction: one of first, second is due/],
    [['--url', nobody, '--auctions', '0'], /--auctions: a whole number from 1 to/],
    [['--url', nobody, '--hours', '3'], /Unknown option '--hours'; peregrine exchange --help/],
    [['--url', nobody, '--catalog', join(ROOT, 'models')], /models: campaigns: no such folder/],
    [
      ['--url', nobody, '--admin-url', 'http://127.0.0.1:65529'],
      /--admin-url http:\/\/127\.0\.0\.1:65529: connect ECONNREFUSED/,
    ],
    [['--url', nobody, '--html', '/nowhere/page.html'], /--html: ENOENT/],
  ] as const) {
    const code = await exchangeCommand(args)
    t.equal(code, 1, args.join(' '))
    t.match(`${err().at(-1)?.args[0]}`, sentence)
  }
})

function bidUrl(port: number): string {
  return `http://127.0.0.1:${port}/openrtb2/bid`
}

/** The demo, with landing pages that are given the id of a click. */
function catalogWithClickIds(t: Test): string {
  const directory = t.testdir({})
  cpSync(demo, directory, { recursive: true })
  for (const name of readdirSync(join(directory, 'creatives'))) {
    const file = join(directory, 'creatives', name)
    const creative = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...creative, landing: `${creative.landing}?click={click_id}` }))
  }
  return directory
}
