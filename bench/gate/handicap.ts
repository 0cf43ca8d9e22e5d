/**
 * Loaded into the candidate by `node --import` for `--handicap`: each request to the bid port burns a fixed time of CPU in
 * the bid loop before its handler runs. It is how the gate shows that it would see a change that costs as much.
 */

import type { AppOptions, TemplatedApp } from 'uWebSockets.js'
import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

/** Microseconds a request. */
export const HANDICAP_VARIABLE = 'GATE_HANDICAP_US'

const CALIBRATIONS = 100
const CALIBRATION_TURNS = 50_000

/** What the work comes to; kept, so that it cannot be left out. */
let sum = 1

/** Small integers alone, so that it leaves the heap as it is: reading a clock again and again would allocate. */
function work(turns: number): void {
  for (let turn = 0; turn < turns; turn++) sum = (Math.imul(sum, 1664525) + 1013904223) & 0xfff_ffff
}

/** Turns of `work` in a microsecond: the most that it managed, since what else the machine does only takes some away. */
function turnsPerMicro(): number {
  let most = 0
  for (let trial = 0; trial < CALIBRATIONS; trial++) {
    const startMs = performance.now()
    work(CALIBRATION_TURNS)
    most = Math.max(most, CALIBRATION_TURNS / ((performance.now() - startMs) * 1000))
  }
  return most
}

function hold(micros: number): void {
  const turns = Math.round(micros * turnsPerMicro())
  // The CommonJS exports are one object for all who import the package; the bidder reads `App` from it when it listens.
  const uws = createRequire(import.meta.url)('uWebSockets.js') as {
    App: (options?: AppOptions) => TemplatedApp
  }
  const { App } = uws
  uws.App = (...options) => {
    const app = App(...options)
    const post = app.post.bind(app)
    app.post = (pattern, handler) =>
      post(pattern, (response, request) => {
        work(turns)
        return handler(response, request)
      })
    return app
  }
}

if (isMainThread && process.env[HANDICAP_VARIABLE]) hold(Number(process.env[HANDICAP_VARIABLE]))
