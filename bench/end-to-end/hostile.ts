/**
 * What bad peers cost good ones: the latency of bids at a steady rate alone, beside thousands of silent connections and
 * hundreds that dribble headers or write byte by byte, and beside the same peers at a bare handler, which tells what
 * their own process does to the machine; in turns.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoadReport } from '../load/report.ts'
import { type Spread, spreadOf } from '../micro/measure.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { openLoop } from './load.ts'
import { startBidder, startCeiling, type Target, writeOperator } from './target.ts'

const PEERS = fileURLToPath(new URL('hostile-peers.ts', import.meta.url))
const CAMPAIGNS = 1000

type Peers = { readonly idle: number; readonly slow: number; readonly bytes: number }
type Size = Peers & {
  readonly bidsPerS: number
  readonly seconds: number
  readonly pairs: number
  readonly warmUpS: number
}
const SIZES: Record<'smoke' | 'full', Size> = {
  smoke: { idle: 100, slow: 10, bytes: 10, bidsPerS: 200, seconds: 0.5, pairs: 1, warmUpS: 0.5 },
  full: { idle: 10_000, slow: 300, bytes: 300, bidsPerS: 1500, seconds: 8, pairs: 3, warmUpS: 5 },
}

/** Bids alone; beside peers at a bare handler; beside peers at the bidder. */
const WAYS = ['alone', 'bare', 'beside'] as const
type Way = (typeof WAYS)[number]

export type HostileReport = {
  readonly machine: string
  readonly bidsPerS: number
  readonly peers: Peers
  /** Connections of theirs that stood, the fewest of all turns. */
  readonly standing: number
  /** From the planned send time, microseconds. */
  readonly p50: Readonly<Record<Way, Spread>>
  readonly p99: Readonly<Record<Way, Spread>>
  /** Bids that were not answered 200 or 204, or whose connection was lost. */
  readonly lost: number
  readonly voidRuns: number
}

export async function runHostile(sizeName: 'smoke' | 'full'): Promise<HostileReport> {
  const size = SIZES[sizeName]
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-hostile-'))
  writeCatalog(makeCatalog(1, { campaigns: CAMPAIGNS, hasBudgets: true }), folder)
  const operator = ['--operator', writeOperator(folder)]
  const bidder = await startBidder({ catalog: folder, flags: operator, isBending: true })
  const bare = await startCeiling()
  try {
    await openLoop(bidder, size.bidsPerS, size.warmUpS)
    return await measureHostile(bidder, bare, size)
  } finally {
    await bidder.stop()
    await bare.stop()
    rmSync(folder, { recursive: true })
  }
}

async function measureHostile(bidder: Target, bare: Target, size: Size): Promise<HostileReport> {
  const { bidsPerS, seconds, pairs, idle, slow, bytes } = size
  const runs: Record<Way, LoadReport[]> = { alone: [], bare: [], beside: [] }
  let standing = Number.POSITIVE_INFINITY
  for (let pair = 0; pair < pairs; pair++) {
    for (const way of [...WAYS, ...WAYS.toReversed()]) {
      const peers = way === 'alone' ? undefined : await startPeers(way === 'bare' ? bare : bidder, size)
      if (peers !== undefined) standing = Math.min(standing, peers.standing)
      runs[way].push(await openLoop(bidder, bidsPerS, seconds))
      await peers?.stop()
    }
  }
  const all = WAYS.flatMap((way) => runs[way])
  const byWay = (figureOf: (report: LoadReport) => number) =>
    Object.fromEntries(WAYS.map((way) => [way, spreadOf(runs[way].map(figureOf))])) as Record<Way, Spread>
  return {
    machine: `${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`,
    bidsPerS,
    peers: { idle, slow, bytes },
    standing,
    p50: byWay(({ latencyUs }) => latencyUs.p50),
    p99: byWay(({ latencyUs }) => latencyUs.p99),
    lost: all.reduce((sum, { planned, statuses }) => sum + planned - answeredWell(statuses), 0),
    voidRuns: all.filter(({ voidReason }) => voidReason !== null).length,
  }
}

const answeredWell = (statuses: LoadReport['statuses']) => (statuses['200'] ?? 0) + (statuses['204'] ?? 0)

async function startPeers({ port }: Target, { idle, slow, bytes }: Peers) {
  const args = [PEERS, port, idle, slow, bytes].map(String)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [text] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])])
  const standing = Number(/ready (\d+)/.exec(String(text))?.[1] ?? 0)
  const stop = async () => {
    child.stdin.end()
    if (child.exitCode === null) await once(child, 'exit')
  }
  return { standing, stop }
}

export function hostileTable(report: HostileReport): string {
  const { peers, p50, p99, standing } = report
  const asked = peers.idle + peers.slow + peers.bytes
  const ms = ({ median, least, most }: Spread) =>
    `${(median / 1000).toFixed(2)} (${(least / 1000).toFixed(2)}-${(most / 1000).toFixed(2)}) ms`
  const line = (of: HostileReport['p50']) =>
    `${ms(of.alone)} alone, ${ms(of.bare)} with them at a bare handler, ${ms(of.beside)} beside them`
  return [
    `bad peers beside ${report.bidsPerS} bids/s on ${report.machine}${report.voidRuns > 0 ? `, ${report.voidRuns} runs void` : ''}`,
    `  peers    ${peers.idle} silent, ${peers.slow} that dribble headers, ${peers.bytes} that write byte by byte${standing < asked ? `; only ${standing} stood: raise the limit of open files (ulimit -n)` : ''}`,
    `  p50      ${line(p50)}`,
    `  p99      ${line(p99)}`,
    `  lost     ${report.lost} bids`,
  ].join('\n')
}
