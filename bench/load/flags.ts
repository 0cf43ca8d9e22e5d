/**
 * The command line of the load generator. Mistakes are errors with one sentence that names the flag.
 */
import { parseArgs } from 'node:util'
import { drawExchanges, mixOf, type TrafficMix } from '../traffic/mix.ts'
import { makeBodies } from '../traffic/requests.ts'
import { readBodies } from './bodies.ts'
import { type Goal, QUANTILES } from './find.ts'
import type { LoadOptions } from './load.ts'
import { numberOf, PACE_USAGE, type PaceValues, paceFlags, paceOf, RATE_DEFAULT } from './pace.ts'
import { constantPlan } from './plan.ts'

const MADE_BODIES = 2000
/** Seconds that a rate is held while the highest is sought. */
const FIND_DURATION = '5'

export const usage = `peregrine load --url URL [flags]: send bid requests as planned and count each latency from its planned send time

  --url URL            where to POST, such as http://127.0.0.1:8080/openrtb2/bid

How fast (one of them):
${PACE_USAGE}
The highest rate:
  --find QUANTILE=TIME search for the highest rate held, such as p99=10ms; ${QUANTILES.join(', ')}; us, ms or s.
                       --rate is the first one tried, --duration how long each is held (${FIND_DURATION}; the last twice that)
  --bids-min PERCENT   with --find: a rate is not held when fewer of its answers are bids (0)

What is sent:
  --requests PATH      a JSON file, an .ndjson file or a folder of .json files; else ${MADE_BODIES} made requests
  --exchanges LIST     post to URL/NAME, drawn with these weights, such as default=3,openx=1
  --seed N             order of the requests, their exchanges and the made requests themselves (1)
  --in-order           send the requests as they stand, each once before any is sent again
  --content-type TYPE  of the requests (application/json)
  --describe-traffic   print what the requests are made of, and send none

How:
  --connections N      keep-alive connections (64)
  --threads N          sending threads, which share the plan and the connections (1)
  --timeout MS         a request without an answer for this long is lost (1000)
  --lateness-max US    void the run when its own p99 lateness is above this (1000)
  --cpu-max PERCENT    void the run when a sending thread uses more of a core (95)
  --sample N           answers held against the response check, asked beside the timed requests (100)

What is printed:
  --json               JSON instead of a table
  --html FILE          write a page with charts as well
  --quiet              no progress on stderr
  --help               this

Exit status: 0 done, 1 could not run, 2 void: the generator, not the target, was the limit, 3 an answer breaks a rule,
4 --find held no rate.
`

export const flags = {
  url: { type: 'string' },
  ...paceFlags,
  find: { type: 'string' },
  'bids-min': { type: 'string' },
  requests: { type: 'string' },
  exchanges: { type: 'string' },
  seed: { type: 'string', default: '1' },
  'in-order': { type: 'boolean', default: false },
  'content-type': { type: 'string', default: 'application/json' },
  'describe-traffic': { type: 'boolean', default: false },
  connections: { type: 'string', default: '64' },
  threads: { type: 'string', default: '1' },
  timeout: { type: 'string', default: '1000' },
  'lateness-max': { type: 'string', default: '1000' },
  'cpu-max': { type: 'string', default: '95' },
  sample: { type: 'string', default: '100' },
  json: { type: 'boolean', default: false },
  html: { type: 'string' },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']

export function readFlags(args: readonly string[]): Values {
  return parseArgs({ args: [...args], options: flags }).values
}

export type Traffic = {
  /** Where the requests come from, in words. */
  readonly source: string
  readonly bodies: readonly Uint8Array[]
  /** One for each body; none where the URL is all. */
  readonly exchanges: readonly string[]
  readonly mix: TrafficMix
}

export function trafficOf({ requests, exchanges, seed }: Values): Traffic {
  const seedNumber = numberOf('--seed', seed, 0)
  const bodies = requests === undefined ? makeBodies(seedNumber, MADE_BODIES) : readBodies(requests)
  const drawn = exchanges === undefined ? [] : drawExchanges(exchanges, seedNumber, bodies.length)
  const source = requests === undefined ? `made with seed ${seedNumber}` : `read from ${requests}`
  return { source, bodies, exchanges: drawn, mix: mixOf(bodies, drawn) }
}

export function optionsOf(values: Values, { bodies, exchanges }: Traffic): LoadOptions {
  const url = urlOf(values.url)
  const pathOf = (exchange: string | undefined) =>
    url.pathname + (exchange === undefined ? '' : `/${exchange}`) + url.search
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 80),
    requests: bodies.map((body, i) => ({ path: pathOf(exchanges[i]), body })),
    contentType: values['content-type'],
    pace: values.find === undefined ? paceOf(values) : paceAt(values, firstRateOf(values)),
    connections: numberOf('--connections', values.connections, 1),
    threads: numberOf('--threads', values.threads, 1),
    seed: numberOf('--seed', values.seed, 0),
    isInOrder: values['in-order'],
    timeoutMs: numberOf('--timeout', values.timeout, 1),
    latenessP99MaxUs: numberOf('--lateness-max', values['lateness-max'], 0),
    cpuShareMax: numberOf('--cpu-max', values['cpu-max'], 0) / 100,
  }
}

/** While the highest rate is sought: this rate for its time, or for `times` as long. */
export function paceAt(
  { duration = FIND_DURATION }: PaceValues,
  rate: number,
  times = 1,
): LoadOptions['pace'] {
  return constantPlan(rate, times * numberOf('--duration', duration, 0.001))
}

export function firstRateOf({ rate = RATE_DEFAULT }: PaceValues): number {
  return numberOf('--rate', rate, 1)
}

/** @param find such as `p99=10ms`. */
export function goalOf(find: string, values: Values): Goal {
  for (const flag of ['steps', 'ramp', 'spike', 'timestamps', 'closed'] as const)
    if (values[flag]) throw new Error(`--find and --${flag} exclude each other: leave one out`)
  const [, name, amount, unit] = /^(\w+)=(\d+(?:\.\d+)?)(us|ms|s)$/.exec(find) ?? []
  const quantile = QUANTILES.find((known) => known === name)
  if (quantile === undefined)
    throw new Error(`--find must be one of ${QUANTILES.join(', ')} and a time, such as p99=10ms, not ${find}`)
  const bidShareMin = numberOf('--bids-min', values['bids-min'] ?? '0', 0) / 100
  return { quantile, limitUs: Number(amount) * { us: 1, ms: 1000, s: 1e6 }[unit]!, bidShareMin }
}

function urlOf(text: string | undefined): URL {
  if (text === undefined)
    throw new Error('--url is missing, such as --url http://127.0.0.1:8080/openrtb2/bid')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:') throw new Error(`--url must be a whole http URL, not ${text}`)
  return url
}
