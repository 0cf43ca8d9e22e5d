/**
 * Wakes a sending loop when its requests come due. Timers of the loop are no finer than a millisecond and spinning takes
 * a core from the target, so a thread of its own (`metronome-thread.ts`) sleeps until each planned time and posts a message.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Share } from './plan.ts'

const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './metronome-thread.ts' : './metronome-thread.js',
  import.meta.url,
)

/** States of the first cell, which the thread sleeps on. */
export const WAITING = 0
export const BEATING = 1
export const STOPPED = 2

export type MetronomeData = {
  /** State, and whether a beat is on its way that the loop has not come to. */
  readonly cells: Int32Array
  /** When the plan starts, `process.hrtime`. */
  readonly startNs: BigInt64Array
  readonly share: Share
}

export class Metronome {
  readonly #shared: MetronomeData
  readonly #thread: Worker

  private constructor(share: Share) {
    const cells = new Int32Array(new SharedArrayBuffer(8))
    this.#shared = { cells, startNs: new BigInt64Array(new SharedArrayBuffer(8)), share }
    this.#thread = new Worker(THREAD_FILE, { workerData: this.#shared })
  }

  /** A metronome whose thread is up. */
  static async open(share: Share): Promise<Metronome> {
    const metronome = new Metronome(share)
    await once(metronome.#thread, 'message')
    return metronome
  }

  /** The plan starts then, and so do the beats. @param startNs `process.hrtime`. */
  start(startNs: bigint, onBeat: () => void): void {
    const { cells } = this.#shared
    this.#thread.on('message', () => {
      // Cleared first: what comes due from here on deserves a beat of its own.
      Atomics.store(cells, 1, 0)
      onBeat()
    })
    this.#shared.startNs[0] = startNs
    this.#enter(BEATING)
  }

  stop(): void {
    this.#enter(STOPPED)
    void this.#thread.terminate()
  }

  #enter(state: number): void {
    Atomics.store(this.#shared.cells, 0, state)
    Atomics.notify(this.#shared.cells, 0)
  }
}
