/**
 * The load generator as a process of its own, against one target.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LoadReport } from '../load/report.ts'
import type { Target } from './target.ts'

const CONNECTIONS = 64
const LOAD = fileURLToPath(new URL('../load/cli.ts', import.meta.url))

/** What is sent: a file of requests, or else made ones, which takes the generator some tenths of a second. */
export type Sent = { readonly requests?: string; readonly seed?: number }

export const closedLoop = (target: Target, seconds: number, sent: Sent = {}) =>
  load(target, ['--closed', '--duration', String(seconds), ...flagsOf(sent)])
/**
 * On two cores the generator wakes late whenever bidder and worker are both at work. That counts in the latency, which
 * starts at the planned time; a run is void only beyond this.
 */
const LATENESS_MAX_US = 3000
export const openLoop = (target: Target, rate: number, seconds: number, sent: Sent = {}) =>
  load(target, [
    ...['--rate', String(Math.max(rate, 1)), '--duration', String(seconds), ...flagsOf(sent)],
    ...['--lateness-max', String(LATENESS_MAX_US)],
  ])

/** Bills at a rate, each of them once. @param file a form of a notice in each line. */
export const billLoop = (target: Target, rate: number, seconds: number, file: string) =>
  load(
    target,
    [
      ...['--rate', String(rate), '--duration', String(seconds), '--requests', file, '--in-order'],
      ...['--content-type', 'application/x-www-form-urlencoded', '--lateness-max', String(LATENESS_MAX_US)],
    ],
    '/notice/bill',
  )

function flagsOf({ requests, seed = 1 }: Sent): string[] {
  return ['--seed', String(seed), ...(requests === undefined ? [] : ['--requests', requests])]
}

async function load(target: Target, args: readonly string[], path = '/openrtb2/bid'): Promise<LoadReport> {
  const url = `http://127.0.0.1:${target.port}${path}`
  const all = [
    '--disable-warning=ExperimentalWarning',
    LOAD,
    '--url',
    url,
    '--connections',
    String(CONNECTIONS),
    // The answers are checked elsewhere; here they would cost the server requests that nobody counts.
    '--sample',
    '0',
    '--json',
    ...args,
  ]
  // A void run exits with 2 and still prints its report.
  const { stdout } = await promisify(execFile)(process.execPath, all, { maxBuffer: 1e8 }).catch(
    (cause: { stdout?: string; stderr?: string }) => {
      if (cause.stdout) return { stdout: cause.stdout }
      throw new Error(`the load generator could not run: ${cause.stderr}`)
    },
  )
  return JSON.parse(stdout) as LoadReport
}
