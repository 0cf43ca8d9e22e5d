// The ledger under `kill -9`: a loaded server is killed at moments drawn at random and started again on the same folder.
// Whatever the moment, the books on the disk balance, every bill that was acknowledged is in them and none twice, and
// spend passes a budget by no more than the prices of the bids that were in flight when it was killed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Prng } from './base/prng.ts'
import { oneBannerCatalog } from './testing/catalog.ts'
import { postBid, run, type Serving, serve } from './testing/serving.ts'

t.setTimeout(300_000)

const KILLS = 20
const CLIENTS = 16
const LOAD_MS_LEAST = 100
const LOAD_MS_MOST = 700
const SEED = Number(process.env.CRASH_SEED ?? 1)
/** Of the bids, those that are billed at once; others are billed a kill later, lost, or never heard of again. */
const BILLED = 0.6
const BILLED_LATER = 0.1
const LOST = 0.2

const MICROS = 1e6
const BUDGET_DOLLARS = 2
const request = (id: number) =>
  JSON.stringify({
    id: `r${id}`,
    at: 2,
    imp: [{ id: '1', banner: { w: 300, h: 250 } }],
    site: { domain: 'news.example.com' },
    device: { devicetype: 2, geo: { country: 'USA' } },
    tmax: 1000,
  })

/** Two campaigns: one whose budget ends half-way, and one that takes over. */
function writeCatalog(folder: string): void {
  const [campaign] = oneBannerCatalog.campaigns
  const files = {
    advertisers: oneBannerCatalog.advertisers,
    creatives: oneBannerCatalog.creatives,
    campaigns: [
      { ...campaign, id: 'small', pacing: 'asap', budget: { total: BUDGET_DOLLARS } },
      { ...campaign, id: 'large', pacing: 'asap', maxCpm: 3, budget: { total: 1000, daily: 500 } },
    ],
  }
  for (const [kind, all] of Object.entries(files)) {
    mkdirSync(join(folder, kind), { recursive: true })
    for (const one of all) writeFileSync(join(folder, kind, `${one.id}.json`), JSON.stringify(one))
  }
}

type Bid = {
  readonly campaign: string
  readonly priceMicros: number
  readonly burl: string
  readonly lurl: string
}

/** Sends requests and tells of their bids, and knows what was acknowledged. */
class Exchange {
  readonly #prng = new Prng(SEED)
  #requests = 0
  /** Bids that nothing has been said of yet. */
  readonly open = new Map<string, Bid>()
  /** Bills that were sent and not acknowledged: whether they are booked only the ledger knows. */
  readonly unsure = new Map<string, Bid>()
  readonly billed = new Map<string, Bid>()
  /** Bids that were in flight at some kill. */
  readonly inFlight = new Map<string, Bid>()
  #isStopped = false

  /** Loads a server until it is stopped or does not answer any more. */
  async load(port: number): Promise<void> {
    this.#isStopped = false
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#client(port)))
  }

  stop(): void {
    this.#isStopped = true
  }

  async #client(port: number): Promise<void> {
    while (!this.#isStopped) {
      try {
        const response = await postBid(port, request(this.#requests++))
        if (response.status === 200) await this.#settle(port, await response.json())
      } catch {
        return
      }
    }
  }

  async #settle(port: number, answer: unknown): Promise<void> {
    // biome-ignore lint/suspicious/noExplicitAny: a bid response, whose form other tests hold.
    const [{ id, cid, price, burl, lurl }] = (answer as any).seatbid[0].bid
    const bid = { campaign: cid, priceMicros: Math.round(price * MICROS), burl, lurl }
    this.open.set(id, bid)
    const fate = this.#prng.unit()
    if (fate < BILLED) await this.bill(port, id, bid)
    else if (fate < BILLED + LOST) {
      await call(port, bid.lurl, 0)
      this.open.delete(id)
    } else if (fate > BILLED + LOST + BILLED_LATER) this.open.delete(id)
  }

  async bill(port: number, id: string, bid: Bid): Promise<number> {
    this.open.delete(id)
    this.unsure.set(id, bid)
    const status = await call(port, bid.burl, paidMicros(bid))
    if (status === 204) {
      this.unsure.delete(id)
      this.billed.set(id, bid)
    }
    return status
  }

  noteKill(): void {
    for (const [id, bid] of [...this.open, ...this.unsure]) this.inFlight.set(id, bid)
  }

  some(count: number): [string, Bid][] {
    const all = [...this.billed]
    return Array.from({ length: Math.min(count, all.length) }, () => this.#prng.pick(all))
  }

  pauseMs(): number {
    return LOAD_MS_LEAST + this.#prng.below(LOAD_MS_MOST - LOAD_MS_LEAST)
  }
}

/** A second price, four fifths of the bid. */
function paidMicros({ priceMicros }: Bid): number {
  return Math.round(priceMicros * 0.8)
}

async function call(port: number, url: string, micros: number): Promise<number> {
  const path = url.replace('https://localhost', `http://127.0.0.1:${port}`)
  return (await fetch(path.replace(`\${AUCTION_PRICE}`, `${micros / MICROS}`))).status
}

/** What campaigns have spent by the operator's view, in micros of CPM, which are nanos. */
async function spentOf({ admin }: Serving): Promise<Map<string, number>> {
  const campaigns = (await (await admin('/v1/campaigns')).json()) as {
    id: string
    spend: { total: number }
  }[]
  return new Map(campaigns.map(({ id, spend }) => [id, Math.round(spend.total * 1e9)]))
}

function sumOf(bids: Iterable<Bid>, campaign: string): number {
  let sum = 0
  for (const bid of bids) if (bid.campaign === campaign) sum += paidMicros(bid)
  return sum
}

/** A server that has come up again knows of every bill that was acknowledged; then the exchange says the rest. */
async function checkRestarted(t: Test, server: Serving, exchange: Exchange, kill: number): Promise<void> {
  const spent = await spentOf(server)
  for (const campaign of ['small', 'large']) {
    const least = sumOf(exchange.billed.values(), campaign)
    const most = least + sumOf(exchange.unsure.values(), campaign)
    const has = spent.get(campaign)!
    t.ok(has >= least && has <= most, `kill ${kill}: ${campaign} has spent ${has}, from ${least} to ${most}`)
  }
  // The exchange tries again what was not acknowledged, and some that was; late bills come, too.
  const late = [...exchange.open].slice(0, 20)
  const statuses = []
  for (const [id, bid] of [...exchange.unsure, ...exchange.some(20), ...late])
    statuses.push(await exchange.bill(server.port, id, bid))
  t.ok(
    statuses.every((status) => status === 204),
    `kill ${kill}: all ${statuses.length} are acknowledged`,
  )
  for (const [campaign, has] of await spentOf(server))
    t.equal(has, sumOf(exchange.billed.values(), campaign), `kill ${kill}: ${campaign} has each bill once`)
}

t.test(`a loaded server that is killed ${KILLS} times forgets no bill and books none twice`, async (t) => {
  t.comment(`seed ${SEED}`)
  const folder = t.testdir()
  const [catalog, data, operator] = ['catalog', 'data', 'operator.json'].map((name) => join(folder, name))
  writeCatalog(catalog)
  writeFileSync(operator, JSON.stringify({ noticeKeys: [{ id: 'k', secret: 'A'.repeat(43) }] }))
  const start = () => serve(t, '--catalog', catalog, '--data', data, '--operator', operator)
  const exchange = new Exchange()
  for (let kill = 1; kill <= KILLS; kill++) {
    const server = await start()
    if (kill > 1) await checkRestarted(t, server, exchange, kill - 1)
    const load = exchange.load(server.port)
    await new Promise((resolve) => setTimeout(resolve, exchange.pauseMs()))
    server.child.kill('SIGKILL')
    exchange.stop()
    await load
    await server.ended
    exchange.noteKill()
    const { code, err } = await run('ledger', '--data', data, '--json')
    t.equal(code, 0, `kill ${kill}: the books balance ${err}`)
  }
  await checkRestarted(t, await start(), exchange, KILLS)
  t.comment(`${exchange.billed.size} bills`)
  for (const [campaign, dollars] of [
    ['small', BUDGET_DOLLARS],
    ['large', 500],
  ] as const) {
    const spent = sumOf(exchange.billed.values(), campaign)
    const inFlight = [...exchange.inFlight.values()].filter((bid) => bid.campaign === campaign)
    const bound = dollars * 1e9 + inFlight.reduce((sum, { priceMicros }) => sum + priceMicros, 0)
    t.ok(spent <= bound, `${campaign} has spent ${spent}, and its bound is ${bound}`)
  }
  t.ok(sumOf(exchange.billed.values(), 'small') > BUDGET_DOLLARS * 0.9e9, 'the small budget did end')
})
