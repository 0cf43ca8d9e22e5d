/**
 * Bills beside bids: how soon a bill is acknowledged, which is when it is on disk, and what it costs the bids. The same
 * rate of bids alone, beside bills, and beside as many requests to a bare handler, which tells what the machine does to
 * the latency of bids when somebody else is at work on it; in turns, from generators of their own.
 *
 * Bills are sealed here with the key that the bidder was given, for bids that nobody made: they take the whole way but
 * for the hold that they would find. Each is sent once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Seal } from '../../src/base/seal.ts'
import { writeToken } from '../../src/exchange/token.ts'
import type { LoadReport } from '../load/report.ts'
import { type Spread, spreadOf } from '../micro/measure.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { billLoop, closedLoop, openLoop } from './load.ts'
import { NOTICE_KEY, startBidder, startCeiling, type Target, writeOperator } from './target.ts'

const CAMPAIGNS = 1000

type Size = {
  readonly bidsPerS: number
  readonly billsPerS: number
  readonly seconds: number
  readonly pairs: number
  readonly warmUpS: number
}
const SIZES: Record<'smoke' | 'full', Size> = {
  smoke: { bidsPerS: 200, billsPerS: 200, seconds: 0.5, pairs: 1, warmUpS: 0.5 },
  full: { bidsPerS: 2000, billsPerS: 5000, seconds: 8, pairs: 3, warmUpS: 5 },
}

/** Bids alone; beside bills to a bare handler; beside bills to the bidder. */
const WAYS = ['alone', 'bare', 'beside'] as const
type Way = (typeof WAYS)[number]

export type NoticesReport = {
  readonly machine: string
  readonly bidsPerS: number
  readonly billsPerS: number
  /** From the planned send time, microseconds. */
  readonly bills: { readonly p50: Spread; readonly p99: Spread; readonly p999: Spread }
  readonly acknowledged: number
  readonly planned: number
  readonly bidP99: Readonly<Record<Way, Spread>>
  /** Microseconds of CPU of all threads of the bidder for a bill. */
  readonly cpuMicrosABill: Spread
  readonly voidRuns: number
}

export async function runNotices(sizeName: 'smoke' | 'full'): Promise<NoticesReport> {
  const size = SIZES[sizeName]
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-notices-'))
  writeCatalog(makeCatalog(1, { campaigns: CAMPAIGNS, hasBudgets: true }), folder)
  const bidder = await startBidder({ catalog: folder, flags: ['--operator', writeOperator(folder)] })
  const bare = await startCeiling()
  try {
    await closedLoop(bidder, size.warmUpS)
    return await measureNotices(bidder, bare, size, folder)
  } finally {
    await bidder.stop()
    await bare.stop()
    rmSync(folder, { recursive: true })
  }
}

async function measureNotices(
  bidder: Target,
  bare: Target,
  size: Size,
  folder: string,
): Promise<NoticesReport> {
  const { bidsPerS, billsPerS, seconds, pairs } = size
  const bids: Record<Way, LoadReport[]> = { alone: [], bare: [], beside: [] }
  const bills: LoadReport[] = []
  const cpu: Record<Way, number[]> = { alone: [], bare: [], beside: [] }
  const files = new BillFiles(folder)
  // Once without counting: the journal's tables and statements are made by the first bills.
  await billLoop(bidder, billsPerS, seconds / 4, files.next((billsPerS * seconds) / 4))
  for (let pair = 0; pair < pairs; pair++) {
    for (const way of [...WAYS, ...WAYS.toReversed()]) {
      const file = way === 'alone' ? undefined : files.next(billsPerS * seconds)
      const startS = bidder.cpuSeconds()
      const [bid, bill] = await Promise.all([
        openLoop(bidder, bidsPerS, seconds),
        file === undefined ? undefined : billLoop(way === 'bare' ? bare : bidder, billsPerS, seconds, file),
      ])
      cpu[way].push(bidder.cpuSeconds() - startS)
      bids[way].push(bid)
      if (way === 'beside') bills.push(bill!)
    }
  }
  const p99s = (reports: readonly LoadReport[]) => reports.map(({ latencyUs }) => latencyUs.p99)
  return {
    machine: `${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`,
    bidsPerS,
    billsPerS,
    bills: {
      p50: spreadOf(bills.map(({ latencyUs }) => latencyUs.p50)),
      p99: spreadOf(p99s(bills)),
      p999: spreadOf(bills.map(({ latencyUs }) => latencyUs.p999)),
    },
    acknowledged: bills.reduce((sum, { statuses }) => sum + (statuses['204'] ?? 0), 0),
    planned: bills.reduce((sum, { planned }) => sum + planned, 0),
    bidP99: {
      alone: spreadOf(p99s(bids.alone)),
      bare: spreadOf(p99s(bids.bare)),
      beside: spreadOf(p99s(bids.beside)),
    },
    cpuMicrosABill: spreadOf(
      cpu.beside.map((seconds_, i) => ((seconds_ - cpu.bare[i]) * 1e6) / bills[i].answered),
    ),
    voidRuns: [...bids.alone, ...bids.bare, ...bids.beside, ...bills].filter(
      ({ voidReason }) => voidReason !== null,
    ).length,
  }
}

/** Files of bills that nobody has sent yet. */
class BillFiles {
  readonly #folder: string
  readonly #seal = new Seal([NOTICE_KEY])
  #count = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  next(count: number): string {
    const file = join(this.#folder, `bills-${this.#count}.ndjson`)
    const bidAtS = Math.floor(Date.now() / 1000)
    const lines = Array.from({ length: Math.ceil(count) }, () => {
      const number = this.#count++
      const campaign = `${(number % CAMPAIGNS) + 1}`.padStart(6, '0')
      const { forExchange } = writeToken(this.#seal, {
        bidAtS,
        exchangeName: 'default',
        campaignId: `cmp-${campaign}`,
        creativeId: `cr-${campaign}-1`,
        priceCpmMicros: 2_000_000 + number,
        currency: 'USD',
        usdCpmMicros: 2_000_000 + number,
        bidId: `bench-${number}`,
        isTest: false,
        clickProbability: 0.002,
        propensity: 0.98,
        pairKey: '',
        model: 'ctr/1',
      })
      return `t=${forExchange}&p=1.5`
    })
    writeFileSync(file, lines.join('\n'))
    return file
  }
}

export function noticesTable(report: NoticesReport): string {
  const ms = ({ median, least, most }: Spread) =>
    `${(median / 1000).toFixed(1)} (${(least / 1000).toFixed(1)}-${(most / 1000).toFixed(1)}) ms`
  const plain = ({ median, least, most }: Spread) =>
    `${median.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`
  const { bills, bidP99 } = report
  return [
    `bills beside bids on ${report.machine}`,
    `  load                    ${report.bidsPerS} bids/s, ${report.billsPerS} bills/s${report.voidRuns > 0 ? `, ${report.voidRuns} runs void` : ''}`,
    `  bills acknowledged      ${report.acknowledged} of ${report.planned}`,
    `  p50, p99, p99.9         ${ms(bills.p50)}, ${ms(bills.p99)}, ${ms(bills.p999)}`,
    `  p99 of bids             ${ms(bidP99.alone)} alone, ${ms(bidP99.bare)} beside a bare handler, ${ms(bidP99.beside)} beside bills`,
    `  CPU us a bill           ${plain(report.cpuMicrosABill)}`,
  ].join('\n')
}
