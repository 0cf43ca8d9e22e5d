/**
 * Loaded into the candidate by `node --import` for `--handicap`: each request to the bid port burns a fixed time of CPU in
 * the bid loop before its handler runs. It is how the gate shows that it would see a change that costs as much.
 */

import type { AppOptions, TemplatedApp } from 'uWebSockets.js'
import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

/** Microseconds a request. */
export const HANDICAP_VARIABLE = 'GATE_HANDICAP_US'

/** One request in so many is timed; after so many of those the work is set anew. */
const TIMED_EVERY = 32
const TIMES = 15
const TURNS_AT_FIRST = 1000

/** What the work comes to; kept, so that it cannot be left out. */
let sum = 1

/** Small integers alone, so that it leaves the heap as it is: reading a clock again and again would allocate. */
function work(turns: number): void {
  for (let turn = 0; turn < turns; turn++) sum = (Math.imul(sum, 1664525) + 1013904223) & 0xfff_ffff
}

/**
 * Work that takes these microseconds where and when it is done: a core that neighbours slow down is slower for the rest of
 * a request too. What is set is the median, so that a turn in which the core was taken away counts no more than another.
 */
function workOf(micros: number): () => void {
  const times: number[] = []
  let turns = TURNS_AT_FIRST
  let requests = 0
  return () => {
    if (requests++ % TIMED_EVERY !== 0) return work(turns)
    const startMs = performance.now()
    work(turns)
    times.push((performance.now() - startMs) * 1000)
    if (times.length < TIMES) return
    times.sort((a, b) => a - b)
    turns = Math.max(1, Math.round((turns * micros) / times[TIMES >> 1]))
    times.length = 0
  }
}

function hold(micros: number): void {
  const burn = workOf(micros)
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
        burn()
        return handler(response, request)
      })
    return app
  }
}

if (isMainThread && process.env[HANDICAP_VARIABLE]) hold(Number(process.env[HANDICAP_VARIABLE]))
