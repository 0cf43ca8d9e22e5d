/**
 * The requests of a run as whole HTTP messages in one shared piece of memory, made once: threads read it together, and
 * sending one makes no copy and no text.
 */
import type { Target } from './connection.ts'

export type RequestBody = {
  /** Where it is posted. */
  readonly path: string
  readonly body: Uint8Array
}

export type Requests = {
  readonly count: number
  /** One behind the other. */
  readonly bytes: Uint8Array
  /** Where each begins, and where the last ends. */
  readonly offsets: Float64Array
}

/** @param contentType of all of them. */
export function requestsOf(target: Target, contentType: string, bodies: readonly RequestBody[]): Requests {
  const messages = bodies.map((body) => serialise(target, contentType, body))
  const offsets = new Float64Array(new SharedArrayBuffer(8 * (messages.length + 1)))
  for (let i = 0; i < messages.length; i++) offsets[i + 1] = offsets[i] + messages[i].length
  const bytes = new Uint8Array(new SharedArrayBuffer(offsets[messages.length]))
  for (let i = 0; i < messages.length; i++) bytes.set(messages[i], offsets[i])
  return { count: messages.length, bytes, offsets }
}

export function requestAt({ bytes, offsets }: Requests, index: number): Uint8Array {
  return bytes.subarray(offsets[index], offsets[index + 1])
}

/** The bytes of a POST. */
function serialise(target: Target, contentType: string, { path, body }: RequestBody): Buffer {
  const head =
    `POST ${path} HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\n` +
    `Content-Type: ${contentType}\r\n` +
    `x-openrtb-version: 2.6\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}
