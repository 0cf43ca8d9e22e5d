/**
 * What an exchange or a balancer asks of the bid port before it sends traffic.
 */
import type { TemplatedApp } from 'uWebSockets.js'
import { STATUS_LINES } from './answer.ts'

/**
 * `GET /` says that the port is served. `GET /ready` says whether bids are made, with 200 or 503, and in its body for
 * exchanges that look no further: Xandr takes any text with the character 1 in it for a yes.
 */
export function addProbes(app: TemplatedApp, isReady: () => boolean): void {
  app.get('/', (response) => {
    response.writeHeader('content-type', 'text/plain').end('ok\n')
  })
  app.get('/ready', (response) => {
    const isYes = isReady()
    response
      .writeStatus(STATUS_LINES[isYes ? 200 : 503])
      .writeHeader('content-type', 'text/plain')
      .writeHeader('cache-control', 'no-store')
      .end(isYes ? '1' : 'not ready\n')
  })
}
