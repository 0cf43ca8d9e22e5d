/**
 * `make model`: an event log of simulated impressions, a new version that `peregrine train` makes of it, and how near its
 * ranking comes to that of the probabilities that the clicks were drawn from, on the impressions that it has not learnt.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readImpressions } from '../../src/events/impressions.ts'
import { EVENTS_FOLDER } from '../../src/events/segments.ts'
import { FEATURES } from '../../src/features/catalogue.ts'
import { auc } from '../../src/learning/quality.ts'
import { nextVersion } from '../../src/models/publish.ts'
import { TRUTH_FILE } from './impression-log.ts'

const HELP = `make model ARGS="[flags]": simulate impressions of a catalog, train a model on them, compare it with the truth

  --rows N             impressions [2000000]
  --seed N             of all that is drawn [1]
  --catalog DIR        whose ads are shown [catalog/demo]
  --models DIR         gets the version [models]
  --version V          one that is not there yet [the next number of ctr]`

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** As `peregrine train` keeps it. */
const HOLDOUT_SHARE = 0.1

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
    catalog: { type: 'string', default: `${ROOT}catalog/demo` },
    models: { type: 'string', default: `${ROOT}models` },
    version: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (flags.help) console.log(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'peregrine-model-'))
  try {
    const { rows, seed, catalog, models } = flags
    const version = flags.version ?? (await nextVersion(models, 'ctr'))
    const script = fileURLToPath(new URL('log-impressions.ts', import.meta.url))
    const simulated = ['--out', data, '--rows', rows, '--seed', seed, '--catalog', catalog]
    if (!succeeds(process.execPath, [script, ...simulated])) return 1
    const trained = ['--data', data, '--models', models, '--seed', seed, '--catalog', catalog]
    const startMs = performance.now()
    if (!succeeds(`${ROOT}bin/peregrine`, ['train', ...trained, '--version', version])) return 1
    const seconds = (performance.now() - startMs) / 1000
    const { quality } = JSON.parse(readFileSync(join(models, 'ctr', version, 'manifest.json'), 'utf8'))
    const truth = await truthOf(join(data, EVENTS_FOLDER))
    const share = (100 * quality.auc) / truth
    console.log(
      `\ntrained in ${seconds.toFixed(0)} s; AUC ${quality.auc.toFixed(5)}, ` +
        `${share.toFixed(1)} % of that of the true probabilities, ${truth.toFixed(5)}`,
    )
    return 0
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** What it prints goes where this prints. */
function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0
}

/** AUC of the truth itself on the holdout; nothing can rank better. */
async function truthOf(events: string): Promise<number> {
  const bytes = new Uint8Array(readFileSync(join(events, TRUTH_FILE)))
  const truth = new Float64Array(bytes.buffer)
  const labels = new Uint8Array(truth.length)
  let row = 0
  for await (const { clicks, count } of readImpressions(events, { features: FEATURES })) {
    labels.set(clicks, row)
    row += count
  }
  const first = Math.floor(row * (1 - HOLDOUT_SHARE))
  return auc(truth.subarray(first, row), labels.subarray(first, row))
}
