/**
 * Writes an event log of simulated impressions, to train on: what `impression-log.ts` says.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadCatalog } from '../../src/catalog/load.ts'
import { logImpressions } from './impression-log.ts'

const HELP = `node bench/truth/log-impressions.ts --out DIR [flags]: an event log of simulated impressions

  --out DIR            folder of data; DIR/events gets the segments, and truth.f64
  --rows N             impressions [2000000]
  --seed N             of all that is drawn [1]
  --catalog DIR        whose ads are shown [catalog/demo]
  --first-day DAY      of 28, as in 2026-01-01 [2026-01-01]`

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string' },
    rows: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
    catalog: { type: 'string', default: fileURLToPath(new URL('../../catalog/demo', import.meta.url)) },
    'first-day': { type: 'string', default: '2026-01-01' },
    help: { type: 'boolean', default: false },
  },
})

if (flags.help) console.log(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  try {
    const { impressions, clicks } = await logImpressions({ ...(await optionsOf()), onProgress })
    process.stderr.write('\n')
    console.log(`${flags.out}/events: ${impressions} impressions, ${clicks} clicks`)
    return 0
  } catch (cause) {
    console.error((cause as Error).message)
    return 1
  }
}

async function optionsOf() {
  const { out, catalog: folder } = flags
  if (out === undefined) throw new Error('--out DIR is due; --help tells the rest')
  const rows = wholeOf('--rows', flags.rows)
  const seed = wholeOf('--seed', flags.seed)
  const firstDayMs = Date.parse(`${flags['first-day']}T00:00:00Z`)
  if (Number.isNaN(firstDayMs))
    throw new Error(`--first-day: a day as 2026-01-01 is due, not "${flags['first-day']}"`)
  const loaded = await loadCatalog(folder)
  if ('faults' in loaded) throw new Error(`${folder} is broken: bin/peregrine check --catalog tells where`)
  return { catalog: loaded.catalog, rows, seed, data: out, firstDayMs }
}

function wholeOf(flag: string, given: string): number {
  if (!/^[1-9]\d{0,9}$/.test(given)) throw new Error(`${flag}: a whole number from 1 is due, not "${given}"`)
  return Number(given)
}

function onProgress(done: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\rimpressions logged: ${((done / Number(flags.rows)) * 100).toFixed(0)} %  `)
}
