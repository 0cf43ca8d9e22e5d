/**
 * One side of the comparison: a built bidder with the probe in its process, and the CPU and memory that it tells of
 * itself. The probe is this checkout's for both sides.
 */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { closedLoop } from '../end-to-end/load.ts'
import { type BidderProcess, startBidder } from '../end-to-end/target.ts'
import type { LoadReport } from '../load/report.ts'
import { HANDICAP_VARIABLE } from './handicap.ts'
import type { Memory, Question, Reading } from './probe.ts'

export type SideName = 'base' | 'candidate'

export type SideOptions = {
  readonly name: SideName
  /** The built checkout, with a slash at its end. */
  readonly folder: string
  readonly catalog: string
  readonly operator: string
  /** Burnt by each request, microseconds; 0 for nothing. */
  readonly handicapMicros: number
}

/** What a run of the closed loop cost the bidder. */
export type Cost = {
  readonly cpuMicrosPerRequest: number
  readonly allocatedBytes: number
  readonly load: LoadReport
}

const ANSWER_MS_MAX = 10_000
const preload = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export class Side {
  readonly name: SideName
  readonly bidder: BidderProcess

  private constructor(name: SideName, bidder: BidderProcess) {
    this.name = name
    this.bidder = bidder
  }

  static async start({ name, folder, catalog, operator, handicapMicros }: SideOptions): Promise<Side> {
    const isHandicapped = handicapMicros > 0
    const bidder = await startBidder({
      name,
      root: folder,
      catalog,
      flags: ['--operator', operator],
      preloads: [preload('probe.ts'), ...(isHandicapped ? [preload('handicap.ts')] : [])],
      environment: isHandicapped ? { [HANDICAP_VARIABLE]: String(handicapMicros) } : {},
    })
    return new Side(name, bidder)
  }

  async cost(seconds: number, requests: string): Promise<Cost> {
    const before = await this.#ask<Reading>('reading')
    const load = await closedLoop(this.bidder, seconds, { requests })
    const after = await this.#ask<Reading>('reading')
    return {
      cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / load.answered,
      allocatedBytes: after.allocatedBytes,
      load,
    }
  }

  memory(): Promise<Memory> {
    return this.#ask('memory')
  }

  stop(): Promise<void> {
    return this.bidder.stop()
  }

  async #ask<Answer>(question: Question): Promise<Answer> {
    const { child } = this.bidder
    const answered = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    child.send(question)
    const [answer] = await answered.catch(() => {
      throw new Error(`the ${this.name} has stopped answering: its own messages are above`)
    })
    return answer
  }
}
