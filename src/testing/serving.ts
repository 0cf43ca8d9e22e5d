/**
 * `serve` and the other verbs as processes, with a ledger of their own and free ports.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export type Result = { code: number | null; out: string; err: string }

/** A process, what it has printed, and its end. */
export type Started = {
  readonly child: ChildProcess
  readonly result: Result
  readonly ended: Promise<Result>
}

/** Without a folder in the arguments or the environment, the ledger of `serve` stands in one that goes with it. */
export function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
  const isOurs = args[0] === 'serve' && !args.includes('--data')
  const data = isOurs ? { PEREGRINE_DATA: mkdtempSync(join(tmpdir(), 'peregrine-serve-')) } : {}
  const child = spawn(join(ROOT, 'bin/peregrine'), args, { env: { ...process.env, ...data, ...environment } })
  const result: Result = { code: null, out: '', err: '' }
  child.stdout.on('data', (text) => {
    result.out += text
  })
  child.stderr.on('data', (text) => {
    result.err += text
  })
  const ended = once(child, 'close').then(([code]) => {
    if (data.PEREGRINE_DATA !== undefined) rmSync(data.PEREGRINE_DATA, { recursive: true, force: true })
    return { ...result, code: code as number | null }
  })
  return { child, result, ended }
}

export const run = (...args: string[]): Promise<Result> => start(args).ended

export type Serving = Started & {
  readonly port: number
  readonly adminPort: number
  admin(path: string, method?: 'GET' | 'POST'): Promise<Response>
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>
}

/** Starts `serve` on free ports and waits until it says where it listens. */
export async function serve(t: Test, ...args: string[]): Promise<Serving> {
  const started = start(['serve', '--port', '0', '--admin-port', '0', ...args])
  const { child, result, ended } = started
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  await until(() => result.out.includes('try ') || child.exitCode !== null)
  const [, port, adminPort] = /127\.0\.0\.1:(\d+)\/[\s\S]*127\.0\.0\.1:(\d+) /.exec(result.out) ?? []
  if (port === undefined) throw new Error(`serve did not start: ${result.err}`)
  const admin = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${adminPort}${path}`, { method })
  const metric = async (name: string) => {
    const line = (await (await admin('/metrics')).text())
      .split('\n')
      .find((text) => text.startsWith(`${name} `))
    return Number(line?.split(' ').at(-1))
  }
  return { ...started, admin, metric, port: Number(port), adminPort: Number(adminPort) }
}

export function postBid(port: number, body: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/openrtb2/bid`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
}

/** Of a bid, what tests ask for. */
export type Bid = {
  readonly impid: string
  readonly price: number
  readonly burl: string
  readonly adm: string
  readonly crid: string
  readonly cid: string
}

export async function bidsOf({ port }: Pick<Serving, 'port'>, request: object): Promise<Bid[]> {
  const response = await postBid(port, JSON.stringify(request))
  if (response.status !== 200) return []
  return ((await response.json()) as { seatbid: { bid: Bid[] }[] }).seatbid[0].bid
}

/** Calls the URL of a notice as it stands in a bid, with a price in the place of the macro. */
export async function callNotice({ port }: Pick<Serving, 'port'>, url: string, price: number): Promise<void> {
  const path = url.replace('https://localhost', `http://127.0.0.1:${port}`).replaceAll('&amp;', '&')
  await fetch(path.replace(`\${AUCTION_PRICE}`, `${price}`), { redirect: 'manual' })
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}
