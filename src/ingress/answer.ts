/**
 * Bytes of answers at the bid port. The caller corks, so that status, headers and body leave in one segment. No answer
 * asks for the end of its connection, except behind a body that is given up half way.
 */
import type { HttpResponse } from 'uWebSockets.js'
import type { Outcome } from '../bidding/outcomes.ts'

export const STATUS_LINES = {
  200: '200 OK',
  204: '204 No Content',
  302: '302 Found',
  400: '400 Bad Request',
  404: '404 Not Found',
  503: '503 Service Unavailable',
} as const

/** The version that is written here; a request's own does not change it (OpenRTB 2.6 section 2.5). */
const OPENRTB_VERSION = '2.6'

/** @param isConnectionOver whether to close the connection behind the answer; not for 204. */
export function writeEmpty(
  response: HttpResponse,
  status: Outcome['status'],
  isConnectionOver: boolean,
): void {
  response.writeStatus(STATUS_LINES[status])
  // A 204 has no content length (RFC 9110 section 8.6); without one, anything else would end with the connection.
  if (status === 204) response.endWithoutBody()
  else response.end('', isConnectionOver)
}

export function writeBid(
  response: HttpResponse,
  contentType: string,
  body: Uint8Array,
  isPacked: boolean,
): void {
  response
    .writeStatus(STATUS_LINES[200])
    .writeHeader('content-type', contentType)
    .writeHeader('x-openrtb-version', OPENRTB_VERSION)
  if (isPacked) response.writeHeader('content-encoding', 'gzip')
  response.end(body)
}
