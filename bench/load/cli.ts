/**
 * The load generator as a process: reads the command line, runs, prints a table or JSON. Exits with 0 after a run that
 * counts, with 2 after one that is void, with 3 after one with an answer that breaks a rule, with 1 when it could not run and says
 * what to do.
 */
import { parseArgs } from 'node:util'
import { makeBodies } from '../traffic/requests.ts'
import { readBodies } from './bodies.ts'
import { type LoadOptions, runLoad } from './load.ts'
import { tableOf } from './report.ts'
import { Sampler, sampleTable } from './sample.ts'

const MADE_BODIES = 2000

export const usage = `Sends bid requests at a fixed rate and counts each latency from its planned send time.

  load --url URL [options]

  --url URL            where to POST, such as http://127.0.0.1:8080/openrtb2/bid
  --rate N             requests a second (1000)
  --closed             no plan: every connection sends as soon as it has its answer
  --duration S         seconds (10)
  --connections N      keep-alive connections (64)
  --seed N             order of the requests, and the made requests themselves (1)
  --in-order           send the requests as they stand, each once before any is sent again
  --content-type TYPE  of the requests (application/json)
  --requests PATH      a JSON file, an .ndjson file or a folder of .json files; else ${MADE_BODIES} made requests
  --lateness-max US    void the run when its own p99 lateness is above this (1000)
  --sample N           answers held against the response check, asked beside the timed requests (100)
  --json               print JSON instead of a table
  --help               print this

Exit status: 0 done, 1 could not run, 2 void: the generator, not the target, was the limit, 3 an answer breaks a rule.
`

/** Runs with these arguments; gives the exit status. */
export async function loadCommand(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: flags })
    if (values.help) {
      process.stdout.write(usage)
      return 0
    }
    const options = optionsOf(values)
    const sampler = new Sampler(values.url!, options.bodies, numberOf('--sample', values.sample, 0))
    sampler.start()
    const report = await runLoad(options)
    const sample = await sampler.stop()
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...report, sample }, null, 2)}\n`
        : tableOf(report) + sampleTable(sample),
    )
    if (sample.violations.length > 0) return 3
    return report.voidReason === null ? 0 : 2
  } catch (error) {
    process.stderr.write(`load: ${(error as Error).message}\n`)
    return 1
  }
}

const flags = {
  url: { type: 'string' },
  rate: { type: 'string' },
  closed: { type: 'boolean', default: false },
  duration: { type: 'string', default: '10' },
  connections: { type: 'string', default: '64' },
  seed: { type: 'string', default: '1' },
  'in-order': { type: 'boolean', default: false },
  'content-type': { type: 'string', default: 'application/json' },
  requests: { type: 'string' },
  'lateness-max': { type: 'string', default: '1000' },
  sample: { type: 'string', default: '100' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']

function optionsOf(values: Values): LoadOptions {
  if (values.url === undefined)
    throw new Error('--url is missing, such as --url http://127.0.0.1:8080/openrtb2/bid')
  if (values.closed && values.rate !== undefined) throw new Error('--closed has no rate: leave --rate out')
  const seed = numberOf('--seed', values.seed, 0)
  return {
    ...targetOf(values.url),
    bodies: values.requests === undefined ? makeBodies(seed, MADE_BODIES) : readBodies(values.requests),
    rate: values.closed ? Infinity : numberOf('--rate', values.rate ?? '1000', 0.001),
    durationMs: 1000 * numberOf('--duration', values.duration, 0.001),
    connections: numberOf('--connections', values.connections, 1),
    seed,
    isInOrder: values['in-order'],
    contentType: values['content-type'],
    latenessP99MaxUs: numberOf('--lateness-max', values['lateness-max'], 0),
  }
}

function targetOf(text: string): { host: string; port: number; path: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:') throw new Error(`--url must be a whole http URL, not ${text}`)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: Number(url.port || 80), path: url.pathname + url.search }
}

function numberOf(flag: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() === '' || !(number >= least && number < Infinity)) {
    throw new Error(`${flag} must be a number of at least ${least}, not ${text}`)
  }
  return number
}

if (import.meta.main) process.exitCode = await loadCommand(process.argv.slice(2))
