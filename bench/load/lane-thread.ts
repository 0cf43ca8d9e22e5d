/**
 * The thread that a lane runs in. Messages to it: when to start. From it, in this order: `open` or `refused`, slices, `end`.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Lane, type LaneEnd, type LaneOptions } from './lane.ts'
import type { Slice } from './tally.ts'

export type LaneMessage =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'slice'; readonly slice: Slice }
  | { readonly kind: 'end'; readonly end: LaneEnd }

const port = parentPort!
const tell = (message: LaneMessage) => port.postMessage(message)
const lane = new Lane(workerData as LaneOptions, {
  onSlice: (slice) => tell({ kind: 'slice', slice }),
  onEnd: (end) => tell({ kind: 'end', end }),
})
port.once('message', (startNs: bigint) => lane.start(startNs))
try {
  await lane.open()
  tell({ kind: 'open' })
} catch (error) {
  tell({ kind: 'refused', reason: (error as Error).message })
}
