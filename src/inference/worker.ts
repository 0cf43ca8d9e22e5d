/**
 * The body of an inference worker: the ONNX session of a model, loaded when the thread starts. A task names a slab and how
 * many of its rows to score; the answer is how long that took.
 *
 * ONNX Runtime computes on this thread (`run` blocks it in spite of its promise), which is why the thread exists. One
 * intra-op thread: several make the tail of small batches ten times longer.
 */
import { workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import { type ModelSpec, type Slab, slabOver, type TensorSpec } from './slab.ts'

export type WorkerModel = {
  readonly model: ModelSpec
  readonly rowsMax: number
  readonly slabs: readonly SharedArrayBuffer[]
}

export type Task = { readonly slab: number; readonly rowCount: number }

type Loaded = {
  readonly session: ort.InferenceSession
  readonly slabs: readonly Slab[]
}

const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Arenas grow with the largest batch and never shrink; without them small nets are as fast.
  enableCpuMemArena: false,
  enableMemPattern: false,
}

const { model, rowsMax, slabs } = workerData as WorkerModel
/** The reason where it cannot be loaded. */
const loaded = await load().catch((cause: unknown) => new Error(`model ${model.key}: ${messageOf(cause)}`))

/** Scores the rows; resolves to the microseconds of the run. Rejects with the reason when the model is unusable. */
export default async function score(task: Task): Promise<number> {
  if (task.rowCount === 0) return 0
  if (loaded instanceof Error) throw loaded
  const slab = loaded.slabs[task.slab]
  const startMs = performance.now()
  const feeds: Record<string, ort.Tensor> = {}
  for (let i = 0; i < model.inputs.length; i++) {
    feeds[model.inputs[i].name] = tensorOver(model.inputs[i], slab.inputs[i], task.rowCount)
  }
  const results = await loaded.session.run(feeds, [model.output])
  slab.scores.set(results[model.output].data as Float32Array)
  return (performance.now() - startMs) * 1000
}

async function load(): Promise<Loaded> {
  const session = await ort.InferenceSession.create(model.file, SESSION_OPTIONS)
  const fault = signatureFault(model, session)
  if (fault !== undefined) throw new Error(fault)
  return { session, slabs: slabs.map((buffer) => slabOver(buffer, model, rowsMax)) }
}

/** How the graph's inputs and outputs differ from what the manifest says, or undefined. */
function signatureFault(model: ModelSpec, session: ort.InferenceSession): string | undefined {
  const wanted = model.inputs.map(({ name }) => name)
  if (wanted.join() !== [...session.inputNames].join()) {
    return `its inputs are [${session.inputNames}], the manifest says [${wanted}]`
  }
  for (const spec of model.inputs) {
    const metadata = session.inputMetadata.find(({ name }) => name === spec.name)
    if (metadata === undefined || !metadata.isTensor) return `its input ${spec.name} is no tensor`
    if (metadata.type !== spec.type)
      return `its input ${spec.name} is ${metadata.type}, the manifest says ${spec.type}`
    const width = metadata.shape.at(-1)
    if (metadata.shape.length !== 2 || (typeof width === 'number' && width !== spec.width)) {
      return `its input ${spec.name} has the shape [${metadata.shape}], the manifest has ${spec.width} features`
    }
  }
  if (session.outputNames.includes(model.output)) return undefined
  return `its outputs are [${session.outputNames}], the manifest says ${model.output}`
}

function tensorOver(spec: TensorSpec, cells: Int32Array | Float32Array, rowCount: number): ort.Tensor {
  const shape = [rowCount, spec.width]
  return spec.type === 'int32'
    ? new ort.Tensor('int32', (cells as Int32Array).subarray(0, rowCount * spec.width), shape)
    : new ort.Tensor('float32', (cells as Float32Array).subarray(0, rowCount * spec.width), shape)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
