/**
 * A tiny model in real workers, and each way in which its manifest can lie.
 */
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { hashText } from '../base/hash.ts'
import { ScoringQueue } from '../inference/queue.ts'
import { IDS, idOf, loadTinyModel, NUMBERS, type Parts, TABLE, TOLERANCE } from '../testing/tiny-model.ts'
import { goldenFaults, vectorsOf } from './golden.ts'
import type { Model } from './load.ts'
import type { Manifest } from './manifest.ts'
import { openQueue } from './model-queue.ts'

/** A queue for each model, with a worker of its own, as a version has that is served. */
function openQueues(t: Test, models: readonly Model[], rowsMax = 16): ScoringQueue[] {
  const onFault = () => {}
  return models.map((model) => {
    const { queue, close } = openQueue(model, { workers: 1, rowsMax, clock: systemClock, onFault })
    t.teardown(close)
    return queue
  })
}

/** A queue without workers. */
const IDLE = { workers: 1, clock: systemClock, onFault: () => {} }

/** What is found of a model for each change. */
async function faultsOf(t: Test, ...changes: ((parts: Parts) => void)[]): Promise<string[][]> {
  const directory = t.testdir({})
  const models = await Promise.all(
    changes.map((change, index) => loadTinyModel(directory, change, `${index + 1}`)),
  )
  const queues = openQueues(t, models)
  const faults = []
  for (const [index, model] of models.entries()) {
    faults.push(await goldenFaults(model, queues[index], systemClock.nowMs()))
  }
  return faults
}

t.test('a true manifest has no faults, alone in a batch or behind other rows', async (t) => {
  const model = await loadTinyModel(t.testdir({}), () => {})
  const [queue] = openQueues(t, [model])
  t.same(await goldenFaults(model, queue, systemClock.nowMs()), [])
  const before = queue.open(3, systemClock.nowMs() + 1000)!
  t.equal(before.firstRow, 0)
  t.same(await goldenFaults(model, queue, systemClock.nowMs()), [])
  t.same(queue.counts.failedBatches, 0)
})

/** Each row: what the manifest says wrongly, and what is found. */
const LIES: readonly (readonly [string, (manifest: Manifest) => void, readonly (string | RegExp)[]])[] = [
  [
    'an id that the bidder does not come to',
    ({ golden }) => golden.rows[1].inputs.ids[2]++,
    [
      /^golden row 1: column 2 of "ids", country = "DEU", is encoded as (\d+), the manifest says \d+; 1 of 4 golden rows/,
    ],
  ],
  [
    'a cross that the bidder does not come to',
    ({ golden }) => golden.rows[2].inputs.ids[3]--,
    [/^golden row 2: column 3 of "ids", os\*creative = "macOS" \* "Ü", is encoded as /],
  ],
  [
    'an id of what is not known',
    ({ golden }) => golden.rows[3].inputs.ids[0]++,
    [/^golden row 3: column 0 of "ids", os = not known, is encoded as 7, the manifest says 8;/],
  ],
  [
    'a number that was not clamped',
    ({ golden }) => {
      golden.rows[1].inputs.numbers[0] = 9
    },
    [/^golden row 1: column 0 of "numbers", floor_cpm = 9, is encoded as 5, the manifest says 9;/],
  ],
  [
    'another seed than the one that was trained with, in the rows where it matters',
    ({ inputs }) => {
      inputs[0].columns[0] = { ...IDS[0], seed: 77 }
    },
    [/^golden row 0: column 0 of "ids", os = "iOS", .*; [34] of 4 golden rows differ/, /the model answers/],
  ],
  [
    'an output beyond the tolerance',
    ({ golden }) => {
      golden.rows[2].output += 2 * TOLERANCE
    },
    [/^golden row 2: the model answers 0\.\d+, the manifest says 0\.\d+ within 0.00001$/],
  ],
  [
    'an inline score beyond the tolerance',
    ({ golden }) => {
      golden.rows[3].inline -= 2 * TOLERANCE
    },
    [/^golden row 3: the inline scorer answers 0\.\d+, the manifest says 0\.\d+ within 0.00001$/],
  ],
  [
    'all outputs, of which a few are told',
    ({ golden }) => {
      for (const row of golden.rows) row.output = 1 - row.output
    },
    [/^golden row 0: the model/, /^golden row 1: /, /^golden row 2: /, 'and so on for 1 more golden rows'],
  ],
  [
    'columns in the wrong order',
    ({ inputs }) => {
      inputs[0].columns = [IDS[1], IDS[0], IDS[2], IDS[3]]
    },
    [/column 0 of "ids", creative = "x"/, /column 1 of "ids", os = "iOS"/],
  ],
  [
    'features in the wrong order, under buckets and offsets that stay',
    ({ inputs }) => {
      inputs[0].columns[0] = { ...IDS[0], feature: 'country' }
      inputs[0].columns[2] = { ...IDS[2], feature: 'os' }
    },
    [/column 0 of "ids", country = "USA"/, /column 2 of "ids", os = "iOS"/, /the model answers/],
  ],
  [
    'numbers in the wrong order',
    ({ inputs }) => {
      inputs[1].columns = [NUMBERS[1], NUMBERS[0]]
    },
    [/column 0 of "numbers", ad_duration = 15/, /column 1 of "numbers", floor_cpm = 0.5/],
  ],
  [
    'columns in the wrong order, and golden rows encoded in that order too',
    ({ inputs, golden }) => {
      inputs[0].columns = [IDS[1], IDS[0], IDS[2], IDS[3]].map((column, i) => ({ ...column, offset: 16 * i }))
      for (const row of golden.rows)
        row.inputs.ids = inputs[0].columns.map((column) => idOf(column, row.features))
    },
    [/^golden row 0: the model answers/],
  ],
]

t.test('what the manifest says wrongly is found and named', async (t) => {
  const changes = LIES.map(
    ([, lie]) =>
      ({ manifest }: Parts) =>
        lie(manifest),
  )
  const found = await faultsOf(t, ...changes)
  for (const [index, [about, , wanted]] of LIES.entries()) {
    const faults = found[index]
    const untold = wanted.filter(
      (fault) => !faults.some((found) => (typeof fault === 'string' ? found === fault : fault.test(found))),
    )
    t.same(untold, [], `${about}: ${faults.join('; ')}`)
  }
})

t.test('a difference within the tolerance is none', async (t) => {
  const [faults] = await faultsOf(t, ({ manifest }) => {
    manifest.golden.rows[0].output += TOLERANCE / 2
    manifest.golden.rows[0].inline -= TOLERANCE / 2
  })
  t.same(faults, [])
})

/** Each row: how the graph differs from the manifest, and the one fault that is told. */
const GRAPHS: readonly (readonly [string, (parts: Parts) => void, RegExp])[] = [
  [
    'another name of an input',
    ({ graph }) => {
      graph.inputs[0].name = 'cells'
      graph.nodes[0].inputs = ['table', 'cells']
    },
    /^model.onnx cannot be used: its inputs are \[cells,numbers\], the manifest says \[ids,numbers\]$/,
  ],
  [
    'another type of an input',
    ({ graph }) => {
      graph.inputs[0].type = 'int64'
    },
    /^model.onnx cannot be used: its input ids is int64, the manifest says int32$/,
  ],
  [
    'another width of an input',
    ({ graph }) => {
      graph.inputs[0].shape = ['N', 5]
    },
    /^model.onnx cannot be used: its input ids has the shape \[.*,5\], the manifest has 4 features$/,
  ],
  [
    'another name of the output',
    ({ manifest }) => {
      manifest.output.name = 'probability'
    },
    /^model.onnx cannot be used: its outputs are \[p\], the manifest says probability$/,
  ],
  [
    'a file cut short before its checksum was taken',
    (parts) => {
      parts.cut = 40
    },
    /^model.onnx cannot be used: .*model\.onnx failed/,
  ],
  [
    'a table that is shorter than the ids reach',
    ({ graph }) => {
      const table = { name: 'table', type: 'float32', shape: [20], data: TABLE.slice(0, 20) } as const
      graph.initializers = [table, ...graph.initializers.slice(1)]
    },
    /^model.onnx cannot be used: .*(?:out of|bounds)/,
  ],
]

t.test('a graph that does not fit the manifest is refused with the reason', async (t) => {
  const found = await faultsOf(t, ...GRAPHS.map(([, change]) => change))
  for (const [index, [about, , reason]] of GRAPHS.entries()) {
    t.equal(found[index].length, 1, about)
    t.match(found[index][0], reason, about)
  }
})

/** The graph with another end: what is made of the logit. */
function endingIn(op: string, constant: number) {
  return ({ graph }: Parts) => {
    const data = Float32Array.of(constant)
    graph.initializers = [...graph.initializers, { name: 'constant', type: 'float32', shape: [], data }]
    graph.nodes = [
      ...graph.nodes.slice(0, -1),
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['q'] },
      { op, inputs: ['q', 'constant'], outputs: ['p'] },
    ]
  }
}

t.test('a score that is no probability is refused and shown', async (t) => {
  const never = 'which is no probability'
  const [two, nan, negative] = await faultsOf(
    t,
    endingIn('Max', 2),
    endingIn('Add', Number.NaN),
    endingIn('Sub', 1),
  )
  t.same(two, [
    `golden row 0: the model answers 2, ${never}`,
    `golden row 1: the model answers 2, ${never}`,
    `golden row 2: the model answers 2, ${never}`,
    'and so on for 1 more golden rows',
  ])
  t.match(nan, [`golden row 0: the model answers NaN, ${never}`])
  t.match(negative, [/^golden row 0: the model answers -0\.\d+, which is no probability$/])
})

t.test('a wrong encoding is told even where the model cannot be run', async (t) => {
  const [faults] = await faultsOf(t, (parts) => {
    parts.manifest.golden.rows[0].inputs.ids[0]++
    parts.manifest.golden.rows[0].inline = 0
    parts.cut = 40
  })
  t.match(faults, [/column 0 of "ids"/, /cannot be used/, /the inline scorer answers/])
  t.equal(faults.length, 3)
})

t.test('golden rows that no batch has room for are refused', async (t) => {
  const model = await loadTinyModel(t.testdir({}), () => {})
  const [enough] = openQueues(t, [model], 4)
  t.same(await goldenFaults(model, enough, systemClock.nowMs()), [], 'just enough')
  const refusalOf = (rowsMax: number) => [`no batch has room for the 4 golden rows; one holds ${rowsMax}`]
  const short = new ScoringQueue({ ...IDLE, model: model.spec, rowsMax: 3 })
  t.same(await goldenFaults(model, short, systemClock.nowMs()), refusalOf(3))
  while (enough.open(4, systemClock.nowMs() + 1000) !== undefined);
  t.same(await goldenFaults(model, enough, systemClock.nowMs()), refusalOf(4))
})

t.test('workers that do not answer in time are told', async (t) => {
  const model = await loadTinyModel(t.testdir({}), () => {})
  const queue = new ScoringQueue({ ...IDLE, model: model.spec, rowsMax: 4 })
  t.teardown(() => queue.close())
  queue.attach({ size: 1, run: () => new Promise(() => {}), replace: () => false })
  const longAgoMs = systemClock.nowMs() - 30_000
  t.same(await goldenFaults(model, queue, longAgoMs), ['the golden rows were not scored within 30 seconds'])
})

t.test('raw values become a vector and an ad, and what is left out is not known', async (t) => {
  const { vector, ads } = vectorsOf({
    os: 'iOS',
    creative: 'x',
    floor_cpm: 0.5,
    ad_duration: 15,
    nonsense: 'x',
  })
  t.equal(ads.count, 1)
  t.same(
    [...vector.hashes].filter((hash) => hash !== 0),
    [hashText('ios')],
  )
  t.same(
    [...ads.hashes].filter((hash) => hash !== 0),
    [hashText('x')],
  )
  t.same(
    [...vector.numbers, ...ads.numbers].filter((value) => !Number.isNaN(value)),
    [0.5, 15],
  )
})
