/** A simulated log is read as the bidder's is, and the truth stands in the order of its impressions. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { hashText } from '../../src/base/hash.ts'
import { loadCatalog } from '../../src/catalog/load.ts'
import { readImpressions } from '../../src/events/impressions.ts'
import { F, FEATURES } from '../../src/features/catalogue.ts'
import { logLoss } from '../../src/learning/quality.ts'
import { DAYS, logImpressions, TRUTH_FILE } from './impression-log.ts'

const ROWS = 10_000
const DAY_MS = 86_400_000
const firstDayMs = Date.UTC(2026, 2, 1)
const loaded = await loadCatalog(fileURLToPath(new URL('../../catalog/demo', import.meta.url)))
if ('faults' in loaded) throw new Error('the demo catalog is broken')
const { catalog } = loaded

t.test('all impressions come back in order of time, with the clicks that the truth has drawn', async (t) => {
  const data = t.testdir()
  const options = { catalog, rows: ROWS, seed: 3, data, firstDayMs }
  const logged = await logImpressions(options)
  t.equal(logged.impressions, ROWS)
  const clicks: number[] = []
  const times: number[] = []
  const events = join(data, 'events')
  for await (const chunk of readImpressions(events, { features: FEATURES })) {
    clicks.push(...chunk.clicks)
    times.push(...chunk.atMs)
    for (let row = 0; row < chunk.count; row += 97) {
      const hour = Math.floor(chunk.atMs[row] / 3_600_000) % 24
      t.equal(chunk.hashes[row * FEATURES.length + F.hour], hashText(`${hour}`))
      t.not(chunk.hashes[row * FEATURES.length + F.creative], 0)
    }
  }
  t.equal(times.length, ROWS)
  t.same([times[0], times.at(-1)! < firstDayMs + DAYS * DAY_MS], [firstDayMs, true])
  t.ok(times.every((time, row) => row === 0 || time >= times[row - 1]))
  t.equal(
    clicks.reduce((sum, click) => sum + click, 0),
    logged.clicks,
  )
  const bytes = readFileSync(join(events, TRUTH_FILE))
  const truth = new Float64Array(Uint8Array.from(bytes).buffer)
  t.equal(truth.length, ROWS)
  const labels = Uint8Array.from(clicks)
  t.ok(logLoss(truth, labels) < logLoss(truth.toReversed(), labels), 'row by row')

  await t.rejects(logImpressions(options), /events has an event log already; name another folder/)
  rmSync(events, { recursive: true })
  await logImpressions(options)
  t.ok(bytes.equals(readFileSync(join(events, TRUTH_FILE))), 'the same options, the same draws')
  t.ok(existsSync(events))
})
