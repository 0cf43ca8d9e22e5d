/**
 * How busy the event loop of this thread is, by the runtime's own account of the time it waits in the poll. Time in which
 * another process has the core counts as busy: the loop could not have used it.
 */
import { performance } from 'node:perf_hooks'

/** Gives the share of the time since its last call in which the loop was busy. */
export function loopMeter(): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}
