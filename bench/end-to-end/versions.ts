/**
 * What a second version of the model costs a request: bidders alike, one with the live version alone, one with an idle
 * second version in its workers, and one whose second version is in shadow on a share of the requests, as the release policy
 * has it; closed loop, in turns.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Spread, spreadOf } from '../micro/measure.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { closedLoop } from './load.ts'
import { type BidderProcess, startBidder, writeOperator } from './target.ts'

const CAMPAIGNS = 1000
const SIZES = { smoke: { seconds: 0.5, rounds: 1 }, full: { seconds: 3, rounds: 8 } }
const DEMO = fileURLToPath(new URL('../../models/ctr/1', import.meta.url))
const NAMES = ['alone', 'idle', 'shadow'] as const
const LOOK_MS = 100

type Name = (typeof NAMES)[number]
/** CPU a request over that of the bidder alone, of each round. */
export type VersionsReport = { readonly micros: Record<Name, Spread>; readonly ratios: Record<Name, Spread> }

export async function runVersions(sizeName: 'smoke' | 'full'): Promise<VersionsReport> {
  const { seconds, rounds } = SIZES[sizeName]
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-bench-'))
  const catalog = join(folder, 'catalog')
  writeCatalog(makeCatalog(1, { campaigns: CAMPAIGNS, hasBudgets: true }), catalog)
  const models = writeVersions(join(folder, 'models'))
  const bidders: BidderProcess[] = []
  try {
    for (const name of NAMES) {
      const flags = ['--operator', writeOperator(folder), '--models', models]
      const bidder = await startBidder({ catalog, name, flags })
      bidders.push(bidder)
      if (name !== 'alone') await until(async () => (await stateOf(bidder, '2')) === 'ready')
      if (name === 'idle') {
        await post(bidder, 'promote', { version: '2', stage: 'live' })
        await post(bidder, 'rollback', {})
      }
      if (name === 'shadow') await post(bidder, 'promote', { version: '2', stage: 'shadow' })
      await closedLoop(bidder, seconds)
    }
    const micros: Record<Name, number[]> = { alone: [], idle: [], shadow: [] }
    for (let round = 0; round < rounds; round++) {
      for (const bidder of round % 2 === 0 ? bidders : [...bidders].reverse()) {
        const startS = bidder.cpuSeconds()
        const { answered } = await closedLoop(bidder, seconds)
        micros[bidder.name as Name].push(((bidder.cpuSeconds() - startS) * 1e6) / answered)
      }
    }
    const spreads = (of: (name: Name) => number[]) =>
      Object.fromEntries(NAMES.map((name) => [name, spreadOf(of(name))])) as Record<Name, Spread>
    return {
      micros: spreads((name) => micros[name]),
      ratios: spreads((name) => micros[name].map((value, round) => value / micros.alone[round])),
    }
  } finally {
    for (const bidder of bidders) await bidder.stop()
    rmSync(folder, { recursive: true })
  }
}

export function versionsTable({ micros, ratios }: VersionsReport): string {
  const shown = ({ median, least, most }: Spread, digits: number) =>
    `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
  const row = (name: string, cpu: string, ratio: string) =>
    `${name.padEnd(8)}${cpu.padStart(24)}${ratio.padStart(24)}`
  return [
    'a second version of the model',
    row('', 'CPU a request, us', 'over alone'),
    ...NAMES.map((name) => row(name, shown(micros[name], 1), shown(ratios[name], 3))),
  ].join('\n')
}

/** The demo model as two versions. */
function writeVersions(models: string): string {
  for (const version of ['1', '2']) {
    const folder = join(models, 'ctr', version)
    cpSync(DEMO, folder, { recursive: true })
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, version }))
  }
  return models
}

async function stateOf({ adminUrl }: BidderProcess, version: string): Promise<string | undefined> {
  const answer = await fetch(`${adminUrl}/v1/models/ctr`)
  const { versions } = (await answer.json()) as { versions: { version: string; state: string }[] }
  return versions.find((one) => one.version === version)?.state
}

async function post({ adminUrl }: BidderProcess, verb: string, body: object): Promise<void> {
  const answer = await fetch(`${adminUrl}/v1/models/ctr/${verb}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${verb}: ${await answer.text()}`)
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}
