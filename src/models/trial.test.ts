/**
 * What a model version must show in its trial, and each way in which a complete version can still be no good.
 */
import t from 'tap'
import { systemClock } from '../base/clock.ts'
import { loadTinyModel, type Parts, TABLE } from '../testing/tiny-model.ts'
import { tryModel } from './trial.ts'

const OPTIONS = { rowsMax: 64, batchMsMax: 1000, clock: systemClock }

/** The graph's answer goes through one more node. */
function behind(op: string, value: number) {
  return (parts: Parts) => {
    const { nodes, initializers } = parts.graph
    parts.graph = {
      ...parts.graph,
      initializers: [
        ...initializers,
        { name: 'value', shape: [], type: 'float32', data: Float32Array.of(value) },
      ],
      nodes: [
        ...nodes.slice(0, -1),
        { ...nodes[nodes.length - 1], outputs: ['q'] },
        { op, inputs: ['q', 'value'], outputs: ['p'] },
      ],
    }
  }
}

t.test('a true version has no faults, and its time is told', async (t) => {
  const { faults, batchMs } = await tryModel(await loadTinyModel(t.testdir({})), OPTIONS)
  t.same(faults, [])
  t.ok(batchMs > 0 && batchMs < OPTIONS.batchMsMax, `${batchMs} ms`)
})

/** Each row: what is wrong, and what is told. */
const CASES: readonly (readonly [string, (parts: Parts) => void, RegExp])[] = [
  [
    'ids that the manifest allows, the golden rows do not have and the graph has no row for',
    (parts) => {
      const known = Math.max(...parts.manifest.golden.rows.flatMap(({ inputs }) => inputs.ids))
      const [, ...others] = parts.graph.initializers
      const data = TABLE.slice(0, known + 1)
      const table = { name: 'table', type: 'float32', shape: [data.length], data } as const
      parts.graph = { ...parts.graph, initializers: [table, ...others] }
    },
    /^a batch of rows that its manifest allows could not be scored: .*[Gg]ather/,
  ],
  [
    'answers above 1',
    behind('Mul', 3),
    /golden row .* the model answers [\d.]+, which is no probability|no probability/,
  ],
  ['answers that are no numbers', behind('Div', Number.NaN), /NaN, which is no probability/],
]
for (const [what, change, told] of CASES) {
  t.test(`${what} are found`, async (t) => {
    const { faults, batchMs } = await tryModel(await loadTinyModel(t.testdir({}), change), OPTIONS)
    t.match(faults.join('\n'), told)
    t.ok(Number.isNaN(batchMs))
  })
}

t.test('a version that is too slow is told with its time and the limit', async (t) => {
  const { faults, batchMs } = await tryModel(await loadTinyModel(t.testdir({})), {
    ...OPTIONS,
    batchMsMax: 0,
  })
  t.match(faults.join(), /^a full batch of 64 rows takes \d+\.\d ms \(median of 15\), more than 0 ms$/)
  t.ok(batchMs > 0)
})
