/**
 * Versions that follow each other in real workers, while rows are scored.
 */
import t, { type Test } from 'tap'
import { systemClock } from '../../base/clock.ts'
import { NumberPlan } from '../../features/numbers.ts'
import { Plan } from '../../features/plan.ts'
import { PromptLabels } from '../../testing/labels.ts'
import { loadTinyModel, type Parts, TABLE } from '../../testing/tiny-model.ts'
import { vectorsOf } from '../golden.ts'
import type { Served } from './served.ts'
import { Serving } from './serving.ts'

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
  /** What bids were told to use, one change after the other. */
  const roles: string[] = []
  const serving = new Serving({
    first: await loadTinyModel(directory),
    workers: 1,
    rowsMax: ROWS_MAX,
    clock: systemClock,
    newLabels: () => new PromptLabels(),
    onFault: (fault) => t.fail(fault.message),
    onRoles: ({ live, candidate }) =>
      roles.push(
        live.key + (candidate === undefined ? '' : ` and ${candidate.served.key} at ${candidate.buckets}`),
      ),
  })
  t.teardown(() => serving.close())
  const version = (name: string, areGoldenRowsTrue = true) =>
    loadTinyModel(directory, raised(areGoldenRowsTrue), name)
  return { serving, roles, version }
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
  const { serving, roles, version } = await open(t)
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
  t.same(roles, ['tiny/2', 'tiny/1', 'tiny/2'])
  t.ok(scores.length > 0 && scores.every((score) => score !== undefined))
  const [before, after] = [await scoreOf(first), await scoreOf(serving.live)]
  t.ok(Math.abs(before! - first.model.golden[0].output) < 1e-5, 'the version before still answers')
  t.ok(Math.abs(after! - next.golden[0].output) < 1e-5)
  t.ok(after! > before!)
})

t.test('a candidate is staged, moved on, and goes live in the workers that it has', async (t) => {
  const { serving, roles, version } = await open(t)
  const next = await version('2')
  t.same(await serving.stage(next, 0), [])
  const { served, shadow } = serving.candidate!
  t.same(
    serving.all.map(({ key }) => key),
    ['tiny/1', 'tiny/2'],
  )
  t.same(await serving.stage(next, 0.05), [])
  t.equal(serving.candidate?.shadow, shadow, 'what it showed in shadow is kept')
  t.same(await serving.promote(next), [])
  t.equal(serving.live, served)
  t.equal(serving.candidate, undefined)
  t.same(roles, ['tiny/1 and tiny/2 at 0', 'tiny/1 and tiny/2 at 500', 'tiny/2'])
  t.same(await serving.stage(next, 0), ['tiny/2 is live'])
})

t.test('a trial ends, and another candidate takes its place', async (t) => {
  const { serving, roles, version } = await open(t)
  await serving.stage(await version('2'), 0)
  await serving.stage(await version('3'), 0.5)
  t.same(serving.rollBack(), [])
  t.equal(serving.candidate, undefined)
  t.same(roles, ['tiny/1 and tiny/2 at 0', 'tiny/1 and tiny/3 at 5000', 'tiny/1'])
  t.same(serving.rollBack(), ['there is no version before the live one'])
})

t.test('a live version that is taken back is let go, and who waits for it is told', async (t) => {
  const { serving, version } = await open(t)
  await serving.promote(await version('2'))
  const bad = serving.live
  const ticket = bad.queue.open(1, systemClock.nowMs() + 30_000)!
  serving.revert()
  t.equal(await ticket.outcome, 'failed')
  t.same([serving.live.key, serving.previous, serving.swaps], ['tiny/1', undefined, 2])
  t.ok((await scoreOf(serving.live))! > 0)
})

t.test('a version that breaks its promise in the workers does not go live', async (t) => {
  const { serving, roles, version } = await open(t)
  const liar = await version('2', false)
  for (const faults of [await serving.promote(liar), await serving.stage(liar, 0)])
    t.match(faults.join(), /^golden row 0: the model answers/)
  t.same([serving.live.key, serving.previous, roles], ['tiny/1', undefined, []])
  t.ok((await scoreOf(serving.live))! > 0)
})

t.test('two versions are not loaded at once', async (t) => {
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
