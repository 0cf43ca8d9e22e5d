/**
 * What a batch for a remote costs the bid loop: the rows of a full slab as a request, and the scores in its answer, as binary
 * tensors and as JSON. Without the sockets.
 */
import { bytesOf } from '../../../src/inference/binary-tensors.ts'
import type { HttpAnswer } from '../../../src/inference/http-call.ts'
import {
  binaryRequest,
  type InferRequest,
  jsonRequest,
  scoresIn,
} from '../../../src/inference/infer-message.ts'
import { newSlabBuffer, slabOver } from '../../../src/inference/slab.ts'
import type { MicroBench } from '../measure.ts'
import { ads, matchedRequest, model, modelPlan } from '../setting.ts'

const ROWS = 1024
const { spec } = model
const slab = slabOver(newSlabBuffer(spec, ROWS), spec, ROWS)
const { vector } = matchedRequest(0)
modelPlan.begin(vector)
for (let row = 0; row < ROWS; row++) modelPlan.write(slab.inputs[0], row, row % ads.vectors.count)

/** Rows come in whole batches. */
const perRow = (batch: () => number) => (count: number) => {
  let check = 0
  for (let rows = 0; rows < count; rows += ROWS) check += batch()
  return check
}

const writing = (write: (...args: Parameters<typeof jsonRequest>) => InferRequest) =>
  perRow(() => write(spec, slab, ROWS).body.length)

function stringified(): number {
  const inputs = spec.inputs.map(({ name, width }, index) => ({
    name,
    shape: [ROWS, width],
    datatype: 'INT32',
    data: Array.from(slab.inputs[index].subarray(0, ROWS * width)),
  }))
  return Buffer.from(JSON.stringify({ inputs, outputs: [{ name: spec.output }] })).length
}

const scores = Float32Array.from({ length: ROWS }, (_, row) => 1 / (row + 100))
const output = { name: spec.output, datatype: 'FP32', shape: [ROWS] }
const jsonAnswer: HttpAnswer = {
  status: 200,
  headers: {},
  body: Buffer.from(JSON.stringify({ outputs: [{ ...output, data: [...scores] }] })),
}
const json = Buffer.from(
  JSON.stringify({ outputs: [{ ...output, parameters: { binary_data_size: scores.byteLength } }] }),
)
const binaryAnswer: HttpAnswer = {
  status: 200,
  headers: { 'inference-header-content-length': `${json.length}` },
  body: Buffer.concat([json, bytesOf(scores)]),
}
const reading = (answer: HttpAnswer) =>
  perRow(() => {
    const found = scoresIn(answer, spec.output, ROWS)
    if (typeof found === 'string') throw new Error(found)
    return found[0]
  })

export const benches: MicroBench[] = [
  {
    name: `inference: write ${ROWS} rows of ${spec.inputs[0].width} ids for a remote`,
    unit: 'row',
    count: 20 * ROWS,
    cases: [
      { name: 'binary tensors', run: writing(binaryRequest) },
      { name: 'JSON', run: writing(jsonRequest) },
      { name: 'JSON.stringify of it all', run: perRow(stringified) },
    ],
  },
  {
    name: `inference: read ${ROWS} scores of a remote`,
    unit: 'row',
    count: 20 * ROWS,
    cases: [
      { name: 'binary tensors', run: reading(binaryAnswer) },
      { name: 'JSON', run: reading(jsonAnswer) },
    ],
  },
]
