/**
 * Servers under test as processes of their own, and the CPU that each has used by its own account.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OperatorFile } from '../../src/config/operator.ts'

export type Target = {
  readonly name: string
  readonly port: number
  /** User and system time of all its threads so far, in seconds. */
  cpuSeconds(): number
  /** Resident memory now, bytes. */
  residentBytes(): number
  /** Entries of /proc/PID/fd. */
  openFiles(): number
  /** Prometheus text as numbers by name and labels; empty where there is none. */
  metrics(): Promise<ReadonlyMap<string, number>>
  stop(): Promise<void>
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning']
/** As `bin/peregrine` starts `serve`. */
const SERVE_FLAGS = ['--max-semi-space-size=8']
const SERVE_ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: '1048576' }
const START_MS_MAX = 60_000

export type BidderOptions = {
  readonly catalog: string
  readonly name?: string
  /** The checkout that has been built; this one unless told. */
  readonly root?: string
  /** Further flags of `serve`. */
  readonly flags?: readonly string[]
  /** Whether it gives bids less work under overload. A closed loop is one for ever, so benches of the whole way say no. */
  readonly isBending?: boolean
  /** Files that Node loads before the bidder, in its process; with any it gets a channel to this one. */
  readonly preloads?: readonly string[]
  /** Beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>
}

export type BidderProcess = Target & {
  readonly child: ChildProcess
  readonly adminUrl: string
  /** From spawning it until it said that it was ready. */
  readonly readyMs: number
}

/** A built bidder with its demo model. */
export async function startBidder({
  catalog,
  name,
  root = ROOT,
  flags = [],
  isBending = false,
  preloads = [],
  environment = {},
}: BidderOptions): Promise<BidderProcess> {
  const entry = `${root}dist/peregrine.js`
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run make build`)
  const ports = ['--port', '0', '--admin-port', '0']
  const data = mkdtempSync(join(tmpdir(), 'peregrine-bench-'))
  const folders = ['--catalog', catalog, '--models', `${root}models`, '--data', data]
  const rigid = isBending || !knows(entry, RIGID[0]) ? [] : RIGID
  const args = ['serve', ...ports, ...folders, ...flags, ...rigid, '--log-level', 'error']
  const imports = preloads.flatMap((file) => ['--import', file])
  const startMs = performance.now()
  const child = spawnNode([...SERVE_FLAGS, ...imports, entry, ...args], {
    environment: { ...SERVE_ENVIRONMENT, ...environment },
    hasChannel: preloads.length > 0,
  })
  child.once('exit', () => rmSync(data, { recursive: true, force: true }))
  const output = await outputUntil(child, /try /)
  const readyMs = performance.now() - startMs
  const [, port, adminPort] = /:(\d+)\/openrtb2[\s\S]*?:(\d+) /.exec(output) ?? []
  const adminUrl = `http://127.0.0.1:${adminPort}`
  return {
    ...targetOf(name ?? 'peregrine', child, Number(port)),
    child,
    adminUrl,
    readyMs,
    metrics: async () => parseMetrics(await (await fetch(`${adminUrl}/metrics`)).text()),
  }
}

/** Switches overload control off. */
const RIGID = ['--queue-ms-target', '0']

/** Whether the built bidder has a flag: an earlier commit may not. */
function knows(entry: string, flag: string): boolean {
  const args = [...NODE_FLAGS, entry, 'serve', '--help']
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).includes(`${flag} `)
}

/** What the bidder of the benches seals its notices with. */
export const NOTICE_KEY = { id: 'k1', secret: Buffer.alloc(32, 7) }

/**
 * Who the bidder is in the benches: a vendor that the made traffic knows, and one that bids on the context where it has
 * no legal basis, so that the whole path is measured for every request.
 */
export const OPERATOR: OperatorFile = {
  tcf: {
    vendorId: 300,
    consentPurposes: [1, 3, 4],
    legitimateInterestPurposes: [2, 7, 9, 10],
    flexiblePurposes: [2, 7, 9, 10],
    withoutBasis: 'contextual',
  },
  noticeKeys: [{ id: NOTICE_KEY.id, secret: NOTICE_KEY.secret.toString('base64') }],
}

export function writeOperator(folder: string): string {
  const file = `${folder}/operator.json`
  writeFileSync(file, JSON.stringify(OPERATOR))
  return file
}

export const startCeiling = () =>
  startServer('bare handler', fileURLToPath(new URL('ceiling.ts', import.meta.url)))

/** A server that prints its port once it listens. @param file of the bench. */
export async function startServer(name: string, file: string, args: readonly string[] = []): Promise<Target> {
  const child = spawnNode([file, ...args])
  const output = await outputUntil(child, /port \d+/)
  return targetOf(name, child, Number(/port (\d+)/.exec(output)?.[1]))
}

type SpawnOptions = {
  readonly environment?: Readonly<Record<string, string>>
  readonly hasChannel?: boolean
}

function spawnNode(
  args: readonly string[],
  { environment = {}, hasChannel = false }: SpawnOptions = {},
): ChildProcess {
  return spawn(process.execPath, [...NODE_FLAGS, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', ...(hasChannel ? (['ipc'] as const) : [])],
    env: { ...process.env, ...environment, ORT_DISABLE_TELEMETRY: '1' },
  })
}

/** What the child prints until it matches; later output is read and dropped, so that the child never waits for us. */
function outputUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const limit = setTimeout(() => child.kill(), START_MS_MAX)
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (!pattern.test(output)) return
      clearTimeout(limit)
      resolve(output)
    })
    child.once('exit', () => {
      clearTimeout(limit)
      reject(new Error(`the server ended before it was ready: ${output}`))
    })
  })
}

function targetOf(name: string, child: ChildProcess, port: number): Target {
  return {
    name,
    port,
    cpuSeconds: () => cpuSecondsOf(child.pid!),
    residentBytes: () => residentBytesOf(child.pid!),
    openFiles: () => readdirSync(`/proc/${child.pid}/fd`).length,
    metrics: async () => new Map(),
    stop: async () => {
      child.kill()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** From /proc/PID/stat: fields 14 and 15, in ticks of a hundredth of a second, counted behind the command's name. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** From /proc/PID/status, in KiB. */
function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

function parseMetrics(text: string): Map<string, number> {
  const metrics = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const end = line.lastIndexOf(' ')
    metrics.set(line.slice(0, end), Number(line.slice(end + 1)))
  }
  return metrics
}
