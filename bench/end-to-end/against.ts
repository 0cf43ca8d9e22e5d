/**
 * CPU a request of this checkout against an earlier commit of it, under the same traffic and catalog: both are built and
 * run side by side, and the closed loop goes to each in turns (A B B A), so that a slow moment hits both.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Spread, spreadOf } from '../micro/measure.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { closedLoop } from './load.ts'
import { knows, startBidder, type Target, writeOperator } from './target.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CAMPAIGNS = 1000
const SIZES = {
  smoke: { warmUpS: 0.5, closedS: 0.5, pairs: 1 },
  full: { warmUpS: 4, closedS: 5, pairs: 4 },
} as const

export type AgainstReport = {
  readonly commit: string
  /** Microseconds of CPU a request, all threads of the server. */
  readonly now: Spread
  readonly before: Spread
  /** Of each pair of neighbouring runs. */
  readonly ratio: Spread
}

/** @param commit anything that git understands as one. */
export async function runAgainst(commit: string, sizeName: keyof typeof SIZES): Promise<AgainstReport> {
  const size = SIZES[sizeName]
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-against-'))
  const earlier = `${folder}/earlier/`
  const catalog = `${folder}/catalog`
  const targets: Target[] = []
  try {
    checkOut(commit, earlier)
    const entry = `${earlier}dist/peregrine.js`
    writeCatalog(makeCatalog(1, { campaigns: CAMPAIGNS, hasBudgets: knows(entry, '--data') }), catalog)
    const flags = ['--operator', writeOperator(folder)]
    const now = await startBidder({ catalog, name: 'now', flags })
    targets.push(now)
    const isOperated = knows(entry, '--operator')
    const before = await startBidder({
      catalog,
      name: 'before',
      root: earlier,
      flags: isOperated ? flags : [],
    })
    targets.push(before)
    for (const target of targets) await closedLoop(target, size.warmUpS)
    const micros = { now: [] as number[], before: [] as number[] }
    for (let pair = 0; pair < size.pairs; pair++) {
      for (const target of [now, before, before, now]) {
        const startS = target.cpuSeconds()
        const { answered } = await closedLoop(target, size.closedS)
        micros[target.name as keyof typeof micros].push(((target.cpuSeconds() - startS) * 1e6) / answered)
      }
    }
    return {
      commit,
      now: spreadOf(micros.now),
      before: spreadOf(micros.before),
      ratio: spreadOf(micros.now.map((value, i) => value / micros.before[i])),
    }
  } finally {
    for (const target of targets) await target.stop()
    execFileSync('git', ['-C', ROOT, 'worktree', 'remove', '--force', earlier], { stdio: 'ignore' })
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The commit in a folder of its own, built with the packages of this checkout. */
function checkOut(commit: string, folder: string): void {
  execFileSync('git', ['-C', ROOT, 'worktree', 'add', '--detach', folder, commit], { stdio: 'ignore' })
  symlinkSync(`${ROOT}node_modules`, `${folder}node_modules`)
  execFileSync(process.execPath, [`${folder}scripts/build.ts`], { stdio: 'ignore' })
}

export function againstTable({ commit, now, before, ratio }: AgainstReport): string {
  const spread = ({ median, least, most }: Spread, digits: number) =>
    `${median.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`
  return [
    `CPU us a request, in turns with ${commit}`,
    `  now     ${spread(now, 1)}`,
    `  before  ${spread(before, 1)}`,
    `  ratio   ${spread(ratio, 3)}`,
  ].join('\n')
}
