/**
 * `make peers`: the bidder beside the same decision written plainly (Fastify, bare node:http; ONNX Runtime in the thread
 * of the server) and beside the ceiling, all under the same generator in one run.
 *
 *   1. CPU a request: closed loop, in turns (A B C D D C B A), from the servers' own user and system time.
 *   2. The highest rate held: open loop, p99 within 10 ms of the planned send time, nothing lost.
 *   3. Latency and memory at half of the lowest of these rates: one that all of them hold.
 *
 * `decision.test.ts` shows that the decision is the same one. The peers do less: what they leave out is printed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { highestRate } from '../end-to-end/highest-rate.ts'
import { closedLoop, openLoop } from '../end-to-end/load.ts'
import { startBidder, startCeiling, startServer, type Target, writeOperator } from '../end-to-end/target.ts'
import type { LoadReport } from '../load/report.ts'
import { type Spread, spreadOf } from '../micro/measure.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { LEFT_OUT } from './decision.ts'

const HELP = `Usage: make peers ARGS="[--campaigns N] [--json FILE] [--smoke]"

Measures the bidder, the same decision on Fastify and on node:http, and the bare uWebSockets.js handler in one run,
some eight minutes. Run it with nothing else running.

  --campaigns N   campaigns of the made catalog, such as 100 (1000)
  --json FILE     write the report there as well
  --smoke         the smallest size, to see that it runs; its figures mean nothing
  --help          print this
`

const SIZES = {
  smoke: { warmUpS: 0.5, closedS: 0.5, pairs: 1, openS: 0.5, steps: 2 },
  full: { warmUpS: 5, closedS: 6, pairs: 3, openS: 5, steps: 7 },
} as const
type Size = (typeof SIZES)[keyof typeof SIZES]

const MODEL = fileURLToPath(new URL('../../models/ctr/1', import.meta.url))
const MIB = 2 ** 20

type Standing = {
  readonly name: string
  /** Microseconds of CPU a request, all threads. */
  readonly cpuMicros: Spread
  readonly bidShare: number
  /** Requests a second. */
  readonly rateHeld: number
  /** At `PeersReport.rate`, from the planned send time. */
  readonly latencyUs: LoadReport['latencyUs']
  readonly residentMib: number
}

export type PeersReport = {
  readonly machine: string
  readonly campaigns: number
  readonly rate: number
  readonly standings: readonly Standing[]
  readonly voidRuns: number
  readonly leftOutByPeers: readonly string[]
}

export async function runPeers(campaigns: number, size: Size): Promise<PeersReport> {
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-peers-'))
  const targets: Target[] = []
  try {
    writeCatalog(makeCatalog(1, { campaigns, hasBudgets: true }), folder)
    const flags = ['--operator', writeOperator(folder)]
    const peer = (name: string, file: string) =>
      startServer(name, fileURLToPath(new URL(file, import.meta.url)), [folder, MODEL])
    targets.push(await startBidder({ catalog: folder, flags }))
    targets.push(await peer('fastify', 'fastify.ts'))
    targets.push(await peer('node:http', 'http.ts'))
    targets.push(await startCeiling())
    return await measure(targets, campaigns, size)
  } finally {
    for (const target of targets) await target.stop()
    rmSync(folder, { recursive: true })
  }
}

async function measure(targets: readonly Target[], campaigns: number, size: Size): Promise<PeersReport> {
  note('warming up')
  for (const target of targets) await closedLoop(target, size.warmUpS)

  note('CPU a request, in turns')
  const closed = new Map(targets.map((target) => [target, { micros: [] as number[], bids: 0, answers: 0 }]))
  for (let pair = 0; pair < size.pairs; pair++) {
    for (const target of [...targets, ...targets.toReversed()]) {
      const startS = target.cpuSeconds()
      const { answered, statuses } = await closedLoop(target, size.closedS)
      const seen = closed.get(target)!
      seen.micros.push(((target.cpuSeconds() - startS) * 1e6) / answered)
      seen.bids += statuses['200'] ?? 0
      seen.answers += answered
    }
  }

  note('the highest rate held')
  let voidRuns = 0
  const held = new Map<Target, number>()
  for (const target of targets) {
    const search = await highestRate(target, { seconds: size.openS, steps: size.steps, note })
    held.set(target, search.rate)
    voidRuns += search.voidRuns
  }
  const rate = Math.max(1, Math.round(Math.min(...held.values()) / 2))

  note(`latency at ${rate} requests a second`)
  const standings: Standing[] = []
  for (const target of targets) {
    const { latencyUs, voidReason } = await openLoop(target, rate, size.openS * 2)
    if (voidReason !== null) voidRuns++
    const { micros, bids, answers } = closed.get(target)!
    standings.push({
      name: target.name,
      cpuMicros: spreadOf(micros),
      bidShare: bids / answers,
      rateHeld: held.get(target)!,
      latencyUs,
      residentMib: target.residentBytes() / MIB,
    })
  }
  const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`
  return { machine, campaigns, rate, standings, voidRuns, leftOutByPeers: LEFT_OUT }
}

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

const WIDTHS = [14, 24, 10, 8, 14, 10, 26, 9] as const

export function peersTable({
  machine,
  campaigns,
  rate,
  standings,
  voidRuns,
  leftOutByPeers,
}: PeersReport): string {
  const [own] = standings
  const n = (value: number, digits = 0) =>
    value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits })
  const times = (value: number) => (Number.isFinite(value) ? `${n(value, 2)} x` : '')
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(WIDTHS[i]))
      .join('')
      .trimEnd()
  const rows = standings.map(({ name, cpuMicros, bidShare, rateHeld, latencyUs, residentMib }) =>
    line([
      name,
      `${n(cpuMicros.median, 1)} (${n(cpuMicros.least, 1)}-${n(cpuMicros.most, 1)})`,
      times(cpuMicros.median / own.cpuMicros.median),
      `${n(100 * bidShare, 1)} %`,
      `${n(rateHeld)}/s`,
      times(rateHeld / own.rateHeld),
      `${n(latencyUs.p50)} / ${n(latencyUs.p99)} / ${n(latencyUs.p999)}`,
      `${n(residentMib)} MiB`,
    ]),
  )
  return [
    `side by side on ${machine}, ${n(campaigns)} campaigns${voidRuns > 0 ? `, ${voidRuns} runs void` : ''}`,
    line([
      '',
      'CPU us a request',
      'ratio',
      'bids',
      'rate held',
      'ratio',
      `p50/p99/p99.9 us at ${n(rate)}/s`,
      'memory',
    ]),
    ...rows,
    'ratios are to the first row; rate held: the highest with p99 within 10 ms and nothing lost',
    'the same catalog, model and requests, and the same decision (bench/peers/decision.test.ts); fastify and node:http leave out:',
    ...leftOutByPeers.map((what) => `  ${what}`),
  ].join('\n')
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      campaigns: { type: 'string', default: '1000' },
      json: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const campaigns = Number(values.campaigns)
  if (!Number.isInteger(campaigns) || campaigns < 1)
    throw new Error(`--campaigns must be a whole number from 1, not ${values.campaigns}`)
  const report = await runPeers(campaigns, SIZES[values.smoke ? 'smoke' : 'full'])
  console.log(peersTable(report))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  return 0
}

if (import.meta.main) {
  process.exitCode = await main().catch((cause: Error) => {
    process.stderr.write(`peers: ${cause.message}\n`)
    return 1
  })
}
