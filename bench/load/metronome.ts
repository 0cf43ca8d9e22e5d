/**
 * Wakes the generator's loop when requests come due. Timers of the loop are no finer than a millisecond and spinning
 * takes a core from the target, so a thread of its own sleeps until each planned time (`Atomics.wait`) and posts a
 * message. At rates above one beat a `BEAT_NS_MIN`, a beat stands for all that came due since the last.
 */
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const BEAT_NS_MIN = 100_000

/** States of the first cell, which the thread sleeps on. */
const WAITING = 0
const BEATING = 1
const STOPPED = 2

type Shared = {
  /** State, and whether a beat is on its way that the loop has not come to. */
  readonly cells: Int32Array
  /** When the plan starts, `process.hrtime`. */
  readonly startNs: BigInt64Array
  readonly periodNs: number
}

export class Metronome {
  readonly #shared: Shared
  readonly #thread: Worker

  private constructor(rate: number) {
    this.#shared = {
      cells: new Int32Array(new SharedArrayBuffer(8)),
      startNs: new BigInt64Array(new SharedArrayBuffer(8)),
      periodNs: Math.max(1e9 / rate, BEAT_NS_MIN),
    }
    this.#thread = new Worker(new URL(import.meta.url), { workerData: this.#shared })
  }

  /** A metronome whose thread is up. @param rate beats a second, as the plan has requests. */
  static async open(rate: number): Promise<Metronome> {
    const metronome = new Metronome(rate)
    await once(metronome.#thread, 'message')
    return metronome
  }

  /** The plan starts now, and so do the beats. */
  start(onBeat: () => void): void {
    const { cells, startNs } = this.#shared
    this.#thread.on('message', () => {
      // Cleared first: what comes due from here on deserves a beat of its own.
      Atomics.store(cells, 1, 0)
      onBeat()
    })
    startNs[0] = process.hrtime.bigint()
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

function beat({ cells, startNs, periodNs }: Shared): void {
  parentPort!.postMessage('up')
  Atomics.wait(cells, 0, WAITING)
  for (let count = 0; Atomics.load(cells, 0) === BEATING; ) {
    const elapsedNs = Number(process.hrtime.bigint() - startNs[0])
    const waitNs = count * periodNs - elapsedNs
    if (waitNs > 0) {
      Atomics.wait(cells, 0, BEATING, waitNs / 1e6)
      continue
    }
    if (Atomics.exchange(cells, 1, 1) === 0) parentPort!.postMessage('beat')
    count = Math.floor(elapsedNs / periodNs) + 1
  }
}

if (!isMainThread && parentPort !== null) beat(workerData)
