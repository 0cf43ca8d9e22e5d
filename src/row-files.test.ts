/**
 * Files of sampled rows: where they lie, how much they may take, what a broken disk costs; and those of a real bidder,
 * whose rows are encoded again from the manifest of its model.
 */
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { SampledRow } from './bidding/row-sampler.ts'
import { NumberPlan } from './features/numbers.ts'
import { Plan } from './features/plan.ts'
import { vectorsOf } from './models/golden.ts'
import { loadModel } from './models/load.ts'
import { RowFiles } from './row-files.ts'
import { DEMO_MODEL } from './testing/demo-model.ts'
import { postBid, serve, until } from './testing/serving.ts'

function rowOf(day: number, tag = 'top'): SampledRow {
  return {
    at: `2026-01-${`${day}`.padStart(2, '0')}T12:00:00Z`,
    model: 'ctr/1',
    features: { tag },
    inputs: { ids: [day] },
    output: 0.25,
    inline: 0.5,
  }
}
const LINE_BYTES = JSON.stringify(rowOf(1)).length + 1

function filesIn(t: Test, bytesMax?: number) {
  const directory = join(t.testdir({}), 'rows')
  const faults: string[] = []
  const files = new RowFiles({
    directory,
    onFault: ({ message }) => faults.push(message.replace(directory, 'ROWS')),
    ...(bytesMax === undefined ? {} : { bytesMax }),
  })
  return { directory, files, faults, names: () => readdirSync(directory).sort() }
}

function linesOf(...path: string[]): SampledRow[] {
  const text = readFileSync(join(...path), 'utf8')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as SampledRow)
}

t.test('rows are lines of the file of their day, in order', async (t) => {
  const { directory, files, names } = filesIn(t)
  const rows = [rowOf(1, 'a'), rowOf(1, 'b/é'), rowOf(2)]
  for (const row of rows) t.equal(files.offer(row), true)
  await files.close()
  t.same(names(), ['rows-2026-01-01.ndjson', 'rows-2026-01-02.ndjson'])
  t.same(
    names().flatMap((name) => linesOf(directory, name)),
    rows,
  )
  t.same(files.counts, { written: 3, dropped: 0, failed: 0 })
})

t.test('the oldest days go where the folder is full, and other files stay', async (t) => {
  const { directory, files, names } = filesIn(t, 3 * LINE_BYTES)
  mkdirSync(directory)
  writeFileSync(join(directory, 'notes.txt'), 'x'.repeat(1000))
  for (let day = 1; day <= 5; day++) {
    files.offer(rowOf(day))
    await files.close()
  }
  t.same(names(), ['notes.txt', ...[3, 4, 5].map((day) => `rows-2026-01-0${day}.ndjson`)])
  t.same(files.counts, { written: 5, dropped: 0, failed: 0 })
})

t.test('a day that fills the folder alone gets no more rows', async (t) => {
  const { directory, files, names } = filesIn(t, 3 * LINE_BYTES)
  for (let i = 0; i < 4; i++) {
    files.offer(rowOf(i === 0 ? 1 : 2))
    await files.close()
  }
  t.same(names(), ['rows-2026-01-02.ndjson'])
  t.equal(linesOf(directory, 'rows-2026-01-02.ndjson').length, 3)
  files.offer(rowOf(2))
  await files.close()
  t.equal(statSync(join(directory, 'rows-2026-01-02.ndjson')).size, 3 * LINE_BYTES)
  t.same(files.counts, { written: 4, dropped: 1, failed: 0 })
})

t.test('a row with texts that nobody needs is dropped, and so is what finds the queue full', async (t) => {
  const { directory, files } = filesIn(t)
  files.offer(rowOf(1, 'x'.repeat(20_000)))
  const taken = Array.from({ length: 70 }, () => files.offer(rowOf(1)))
  t.equal(taken.filter(Boolean).length, 63)
  await files.close()
  t.equal(linesOf(directory, 'rows-2026-01-01.ndjson').length, 63)
  t.same(files.counts, { written: 63, dropped: 8, failed: 0 })
})

t.test('what cannot be written is counted and told, and the next row is tried again', async (t) => {
  const { directory, files, faults } = filesIn(t)
  writeFileSync(directory, 'a file where the folder should be')
  files.offer(rowOf(1))
  await files.close()
  t.same(faults, ['ROWS/rows-2026-01-01.ndjson: no row written: EEXIST'])
  rmSync(directory)
  files.offer(rowOf(1))
  await files.close()
  t.same(files.counts, { written: 1, dropped: 0, failed: 1 })
})

const isRoot = process.getuid?.() === 0
const skip = isRoot || process.env.CI === 'true' ? false : 'mounting a small disk takes root'

t.test('a full disk leaves no half of a line', { skip }, async (t) => {
  const disk = mkdtempSync(join(tmpdir(), 'peregrine-rows-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk])
  t.teardown(() => {
    execFileSync('umount', [disk])
    rmdirSync(disk)
  })
  const faults = new Set<string>()
  const files = new RowFiles({ directory: disk, onFault: ({ message }) => faults.add(message) })
  for (let i = 0; i < 12; i++) {
    files.offer(rowOf(1, 'x'.repeat(3000)))
    await files.close()
  }
  const { written, failed } = files.counts
  t.ok(written > 0 && failed > 0 && written + failed === 12)
  t.equal(linesOf(disk, 'rows-2026-01-01.ndjson').length, written)
  t.equal(faults.size, 1, 'one cause, so that it is logged once')
})

const REQUEST = JSON.stringify({
  id: 'r',
  imp: [{ id: '1', tagid: 'Top/é', bidfloor: 0.1, banner: { w: 300, h: 250, pos: 1 } }],
  site: { domain: 'www.News.example', cat: ['IAB12'] },
  device: { devicetype: 2, os: 'Windows', make: 'Dell', geo: { country: 'USA', utcoffset: -300 } },
  tmax: 1000,
})

t.test('a bidder writes rows that its manifest encodes to what it was given', async (t) => {
  const data = t.testdir({})
  const { port, metric } = await serve(t, '--data', data, '--row-sample-per-minute', '60')
  // Once is not enough where the model's first answer is late.
  await until(async () => {
    t.equal((await postBid(port, REQUEST)).status, 200)
    return (await metric('peregrine_sampled_rows_total{result="written"}')) > 0
  })
  const [name] = readdirSync(join(data, 'rows'))
  const [{ at, model, features, inputs, output }] = linesOf(data, 'rows', name)
  t.equal(name, `rows-${at.slice(0, 10)}.ndjson`)
  t.equal(model, 'ctr/1')
  t.match(features, { tag: 'Top/é', domain: 'News.example', make: 'Dell', floor_cpm: 0.1, slot_formats: 'b' })
  t.ok(output > 0 && output < 1)
  const loaded = await loadModel(DEMO_MODEL)
  if ('faults' in loaded) throw new Error(loaded.faults.join('\n'))
  const { vector, ads } = vectorsOf(features)
  for (const { name, type, columns } of loaded.model.manifest.inputs) {
    const plan = type === 'int32' ? new Plan(columns, ads) : new NumberPlan(columns, ads)
    const cells = type === 'int32' ? new Int32Array(columns.length) : new Float32Array(columns.length)
    plan.begin(vector)
    plan.write(cells, 0, 0)
    t.same([...cells], inputs[name], name)
  }
})

t.test('a bidder that is not told to writes no rows', async (t) => {
  const data = t.testdir({})
  const { port, admin } = await serve(t, '--data', data)
  t.equal((await postBid(port, REQUEST)).status, 200)
  t.notMatch(await (await admin('/metrics')).text(), /peregrine_sampled_rows_total/)
  t.notOk(readdirSync(data).includes('rows'))
})
