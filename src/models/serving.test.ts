/**
 * Versions that follow each other in real workers, while rows are scored.
 */
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { NumberPlan } from '../features/numbers.ts'
import { Plan } from '../features/plan.ts'
import { loadTinyModel, type Parts, TABLE } from '../testing/tiny-model.ts'
import { vectorsOf } from './golden.ts'
import { type Served, Serving } from './serving.ts'

const ROWS_MAX = 16

/** All weights higher, and golden rows that say so or not. */
const raised =
  (areGoldenRowsTrue: boolean) =>
  (parts: Parts): void => {
    const [, ...others] = parts.graph.initializers
    const data = TABLE.map((weight) => weight + 0.5)
    const table = { name: 'table', type: 'float32', shape: [data.length], data } as const
    parts.graph = { ...parts.graph, initializers: [table, ...others] }
    if (!areGoldenRowsTrue) return
    for (const row of parts.manifest.golden.rows) {
      const logit = Math.log(row.output / (1 - row.output)) + 0.5 * row.inputs.ids.length
      row.output = 1 / (1 + Math.exp(-logit))
    }
  }

async function open(t: Test) {
  const directory = t.testdir({})
  const live: string[] = []
  const serving = new Serving({
    first: await loadTinyModel(directory),
    workers: 1,
    rowsMax: ROWS_MAX,
    clock: systemClock,
    onFault: (fault) => t.fail(fault.message),
    onLive: ({ key }) => live.push(key),
  })
  t.teardown(() => serving.close())
  const version = (name: string, areGoldenRowsTrue = true) =>
    loadTinyModel(directory, raised(areGoldenRowsTrue), name)
  return { serving, live, version }
}

/** The score of the first golden row by a version; undefined when there was none. */
async function scoreOf({ model, queue }: Served): Promise<number | undefined> {
  const ticket = queue.open(1, systemClock.nowMs() + 30_000)
  if (ticket === undefined) return undefined
  const { vector, ads } = vectorsOf(model.golden[0].features)
  for (const [input, { type, columns }] of model.manifest.inputs.entries()) {
    const plan = type === 'int32' ? new Plan(columns, ads) : new NumberPlan(columns, ads)
    plan.begin(vector)
    plan.write(ticket.slab.inputs[input], ticket.firstRow, 0)
  }
  return (await ticket.outcome) === 'scored' ? ticket.slab.scores[ticket.firstRow] : undefined
}

t.test('a version goes live without a row of another being lost, and back', async (t) => {
  const { serving, live, version } = await open(t)
  const first = serving.live
  const next = await version('2')
  const scores: (number | undefined)[] = []
  let isOver = false
  const load = (async () => {
    while (!isOver) scores.push(await scoreOf(serving.live))
  })()
  t.same(await serving.promote(next), [])
  t.same([serving.live.key, serving.previous?.key, serving.swaps], ['tiny/2', 'tiny/1', 1])
  t.same(serving.rollBack(), [])
  t.same([serving.live.key, serving.previous?.key], ['tiny/1', 'tiny/2'])
  t.same(await serving.promote(next), [], 'one that is loaded already')
  isOver = true
  await load
  t.same(live, ['tiny/2', 'tiny/1', 'tiny/2'])
  t.ok(scores.length > 0 && scores.every((score) => score !== undefined))
  const [before, after] = [await scoreOf(first), await scoreOf(serving.live)]
  t.ok(Math.abs(before! - first.model.golden[0].output) < 1e-5, 'the version before still answers')
  t.ok(Math.abs(after! - next.golden[0].output) < 1e-5)
  t.ok(after! > before!)
})

t.test('a version that breaks its promise in the workers does not go live', async (t) => {
  const { serving, live, version } = await open(t)
  t.match((await serving.promote(await version('2', false))).join(), /^golden row 0: the model answers/)
  t.same([serving.live.key, serving.previous, live], ['tiny/1', undefined, []])
  t.same(serving.rollBack(), ['there is no version before the live one'])
  t.ok((await scoreOf(serving.live))! > 0)
})

t.test('two versions are not promoted at once', async (t) => {
  const { serving, version } = await open(t)
  const [second, third] = [await version('2'), await version('3')]
  const promoted = serving.promote(second)
  t.match((await serving.promote(third)).join(), /^another version is on its way/)
  t.same(await promoted, [])
  t.same(await serving.promote(third), [])
  t.same(
    serving.all.map(({ key }) => key),
    ['tiny/3', 'tiny/2'],
  )
  t.same(await serving.promote(third), [], 'what is live stays so')
})
