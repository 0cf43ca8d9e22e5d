/**
 * A small server of the Open Inference Protocol, version 2, over real sockets, whose answers a test writes down. Until
 * told otherwise each row scores sigmoid(sum of its cells / 10), as the model of `writeSumModel` does.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Test } from 'tap'
import {
  BINARY_EXTENSION,
  binaryParts,
  bytesOf,
  cellsIn,
  JSON_LENGTH_HEADER,
  splitBody,
} from '../inference/binary-tensors.ts'

type Tensor = {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly data: number[]
}
export type InferCall = {
  readonly path: string
  readonly isBinary: boolean
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly { readonly name: string }[]
}
/** `hang`: no answer. `close`: the connection ends. */
export type Reply =
  | 'hang'
  | 'close'
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string | Uint8Array
    }

export class InferenceServer {
  readonly calls: InferCall[] = []
  extensions: readonly string[] = [BINARY_EXTENSION]
  /** Of its metadata. */
  status = 200
  reply: (call: InferCall) => Reply = (call) => scored(call, sumScores(call))
  #server = createServer((request, response) => void this.#answer(request, response))
  #port = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens, again on the port that it had before. */
  async open(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Cuts off whoever is connected. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  /** Ends connections on which nothing is asked. */
  closeIdle(): void {
    this.#server.closeIdleConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/v2') {
      response.writeHead(this.status)
      response.end(JSON.stringify({ name: 'scripted', version: '1', extensions: this.extensions }))
      return
    }
    const call = callOf(request, await buffer(request))
    this.calls.push(call)
    const reply = this.reply(call)
    if (reply === 'hang') return
    if (reply === 'close') {
      request.socket.destroy()
      return
    }
    response.writeHead(reply.status ?? 200, reply.headers)
    response.end(reply.body)
  }
}

export async function openInferenceServer(t: Test): Promise<InferenceServer> {
  const server = new InferenceServer()
  await server.open()
  t.teardown(() => server.close())
  return server
}

/** The answer that gives these scores, in the form that the call wants. */
export function scored(
  { isBinary, outputs }: Pick<InferCall, 'isBinary' | 'outputs'>,
  scores: readonly number[],
): Reply {
  const output = { name: outputs[0].name, datatype: 'FP32', shape: [scores.length] }
  if (!isBinary) return { body: JSON.stringify({ outputs: [{ ...output, data: scores }] }) }
  const part = bytesOf(Float32Array.from(scores))
  const json = Buffer.from(
    JSON.stringify({ outputs: [{ ...output, parameters: { binary_data_size: part.length } }] }),
  )
  return { headers: { [JSON_LENGTH_HEADER]: `${json.length}` }, body: Buffer.concat([json, part]) }
}

function sumScores({ inputs }: InferCall): number[] {
  return Array.from({ length: inputs[0].shape[0] }, (_, row) => {
    const cells = inputs.flatMap(({ shape, data }) => data.slice(row * shape[1], (row + 1) * shape[1]))
    return 1 / (1 + Math.exp(-cells.reduce((sum, cell) => sum + cell, 0) / 10))
  })
}

function callOf(request: IncomingMessage, body: Buffer): InferCall {
  const length = request.headers[JSON_LENGTH_HEADER.toLowerCase()] as string | undefined
  const { json, binary } = splitBody(body, length)!
  const { inputs, outputs } = json as Pick<InferCall, 'inputs' | 'outputs'>
  const parts = binaryParts(inputs as Parameters<typeof binaryParts>[0], binary)!
  return {
    path: request.url!,
    isBinary: length !== undefined,
    outputs,
    inputs: inputs.map(({ name, shape, datatype, data }, index) => {
      const part = parts[index]
      const cells = part === undefined ? data : cellsIn(part, datatype === 'INT32' ? 'int32' : 'float32')
      return { name, shape, datatype, data: [...cells] }
    }),
  }
}
