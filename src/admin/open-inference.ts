/**
 * The Open Inference Protocol, version 2, over HTTP (https://github.com/kserve/open-inference-protocol), with tensors in
 * JSON or as binary data: clients of KServe and Triton read what a model that is served eats, and have rows scored by it.
 * Its inputs are ids and numbers as the manifest encodes them, not raw features.
 *
 * One inference at a time, because the workers are there for bids.
 */
import type { Context, Hono } from 'hono'
import {
  BINARY_EXTENSION,
  binaryParts,
  bytesOf,
  cellsIn,
  DATATYPE,
  JSON_LENGTH_HEADER,
  type SplitBody,
  splitBody,
} from '../inference/binary-tensors.ts'
import type { RawScores, RawTensor } from '../models/raw-rows.ts'
import type { Served } from '../models/release/served.ts'

export type InferencePort = {
  /** All that are served, the live one first. */
  served(): readonly Served[]
  score(served: Served, tensors: readonly RawTensor[]): Promise<RawScores>
}

/** `/versions/{version}` or nothing: then the live one is meant. */
const PATHS = ['/v2/models/:name', '/v2/models/:name/versions/:version'] as const

export function addOpenInference(
  app: Hono,
  {
    inference,
    version,
    unreadyReason,
  }: {
    readonly inference: InferencePort
    readonly version: string
    readonly unreadyReason: () => string | undefined
  },
): void {
  let isBusy = false
  app.get('/v2', (context) => context.json({ name: 'peregrine', version, extensions: [BINARY_EXTENSION] }))
  app.get('/v2/health/live', (context) => context.json({ live: true }))
  app.get('/v2/health/ready', (context) => {
    const ready = unreadyReason() === undefined
    return context.json({ ready }, ready ? 200 : 503)
  })
  for (const path of PATHS) {
    app.get(path, (context) =>
      withServed(context, inference, async (served) => context.json(metadataOf(served, inference))),
    )
    app.get(`${path}/ready`, (context) =>
      withServed(context, inference, async ({ model }) =>
        context.json({ name: model.manifest.name, ready: true }),
      ),
    )
    app.post(`${path}/infer`, (context) =>
      withServed(context, inference, async (served) => {
        const body = new Uint8Array(await context.req.arrayBuffer())
        const split = splitBody(body, context.req.header(JSON_LENGTH_HEADER))
        const tensors = tensorsOf(served, split)
        if (typeof tensors === 'string') return refuse(context, 400, tensors)
        if (isBusy) return refuse(context, 503, 'another inference is in work; ask again')
        isBusy = true
        const answer = await inference.score(served, tensors).finally(() => {
          isBusy = false
        })
        if ('fault' in answer) return refuse(context, answer.isBusy ? 503 : 400, answer.fault)
        return respond(context, served, split?.json as InferenceRequest, answer.scores)
      }),
    )
  }
}

type InferenceRequest = {
  readonly id?: string
  readonly parameters?: { readonly binary_data_output?: boolean }
  readonly inputs: readonly InferenceInput[]
  readonly outputs?: readonly {
    readonly name: string
    readonly parameters?: { readonly binary_data?: boolean }
  }[]
}
type InferenceInput = {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly data?: unknown
  readonly parameters?: { readonly binary_data_size?: unknown }
}

function refuse(context: Context, status: 400 | 404 | 503, error: string): Response {
  return context.json({ error }, status)
}

async function withServed(
  context: Context,
  inference: InferencePort,
  use: (served: Served) => Promise<Response>,
): Promise<Response> {
  const { name, version } = context.req.param() as { name: string; version?: string }
  const found = inference
    .served()
    .find(
      ({ model: { manifest } }) =>
        manifest.name === name && (version ?? manifest.version) === manifest.version,
    )
  if (found !== undefined) return use(found)
  const what = version === undefined ? name : `${name}/${version}`
  return refuse(context, 404, `${what} is not served; /v1/models lists what there is`)
}

function metadataOf({ model: { manifest } }: Served, inference: InferencePort) {
  return {
    name: manifest.name,
    versions: inference
      .served()
      .filter(({ model }) => model.manifest.name === manifest.name)
      .map(({ model }) => model.manifest.version),
    platform: manifest.runtime?.kind ?? 'onnxruntime_onnx',
    inputs: manifest.inputs.map(({ name, type, columns }) => ({
      name,
      datatype: DATATYPE[type],
      shape: [-1, columns.length],
    })),
    outputs: [{ name: manifest.output.name, datatype: 'FP32', shape: [-1] }],
  }
}

/** The tensors of a request, or what is wrong with it. */
function tensorsOf({ model: { manifest } }: Served, body: SplitBody | undefined): RawTensor[] | string {
  const { inputs, outputs } = (body?.json ?? {}) as Partial<InferenceRequest>
  if (body === undefined || !Array.isArray(inputs) || !inputs.every(isObject))
    return 'the body is JSON with a list "inputs" of tensors'
  const foreign = (Array.isArray(outputs) ? outputs : []).find((one) => one?.name !== manifest.output.name)
  if (foreign !== undefined)
    return `there is no output ${JSON.stringify(foreign?.name)}; there is ${manifest.output.name}`
  const parts = binaryParts(inputs, body.binary)
  if (parts === undefined)
    return `${body.binary.length} bytes stand behind the JSON; "binary_data_size" of the inputs says otherwise`
  const tensors: RawTensor[] = []
  for (const [index, { name, shape, datatype, data }] of (inputs as InferenceInput[]).entries()) {
    const input = manifest.inputs.find((one) => one.name === name)
    if (input !== undefined && datatype !== DATATYPE[input.type])
      return `the input ${name} is ${datatype}; ${DATATYPE[input.type]} is due`
    if (
      input !== undefined &&
      !(Array.isArray(shape) && shape.length === 2 && shape[1] === input.columns.length)
    )
      return `the input ${name} has the shape [${shape}]; [rows, ${input.columns.length}] is due`
    const part = parts[index]
    if (part !== undefined) {
      tensors.push({ name: `${name}`, rows: shape?.[0], data: cellsIn(part, input?.type ?? 'float32') })
      continue
    }
    // Nested lists are allowed by the protocol, and flat ones.
    const flat = Array.isArray(data) ? (data.flat(2) as unknown[]) : []
    if (!flat.every((value) => typeof value === 'number'))
      return `the data of the input ${name} are not all numbers`
    tensors.push({ name: `${name}`, rows: shape?.[0], data: flat as number[] })
  }
  return tensors
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** In the form that the request wants: as it says of the output, or else of all. */
function respond(
  context: Context,
  { model: { manifest } }: Served,
  { id, parameters, outputs }: InferenceRequest,
  scores: Float32Array,
): Response {
  const isBinary =
    outputs?.[0]?.parameters?.binary_data ?? (outputs === undefined && parameters?.binary_data_output)
  const answer = {
    model_name: manifest.name,
    model_version: manifest.version,
    ...(id === undefined ? {} : { id }),
    outputs: [
      {
        name: manifest.output.name,
        datatype: DATATYPE.float32,
        shape: [scores.length],
        ...(isBinary ? { parameters: { binary_data_size: scores.byteLength } } : { data: [...scores] }),
      },
    ],
  }
  if (!isBinary) return context.json(answer)
  const json = Buffer.from(JSON.stringify(answer))
  return context.body(Buffer.concat([json, bytesOf(scores)]), 200, {
    'Content-Type': 'application/octet-stream',
    [JSON_LENGTH_HEADER]: `${json.length}`,
  })
}
