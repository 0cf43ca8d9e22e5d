/**
 * Loaded into a bidder under test by `node --import`, so that any commit can be measured without knowing of it: tells
 * over the channel to its parent what the process has used. Costs the bidder some microseconds a garbage collection.
 *
 * Allocations are those of the bid loop's heap: what it has grown by between collections. Workers and memory outside of
 * the heap are not in them.
 */
import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

export type Reading = {
  /** User and system time of all threads so far. */
  readonly cpuMicros: number
  /** By the bid loop since the reading before. */
  readonly allocatedBytes: number
}

export type Memory = { readonly heapBytes: number; readonly residentBytes: number }

export type Question = 'reading' | 'memory'

let profiler = new GCProfiler()
let usedBytes = 0

function startCounting(): void {
  profiler = new GCProfiler()
  profiler.start()
  usedBytes = getHeapStatistics().used_heap_size
}

function reading(): Reading {
  const endBytes = getHeapStatistics().used_heap_size
  const { user, system } = process.cpuUsage()
  let allocatedBytes = 0
  for (const { beforeGC, afterGC } of profiler.stop()?.statistics ?? []) {
    allocatedBytes += beforeGC.heapStatistics.usedHeapSize - usedBytes
    usedBytes = afterGC.heapStatistics.usedHeapSize
  }
  allocatedBytes += endBytes - usedBytes
  startCounting()
  return { cpuMicros: user + system, allocatedBytes }
}

/** What is resident as it was found; then what the heap keeps when all garbage is gone. */
function memory(): Memory {
  const residentBytes = process.memoryUsage.rss()
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return { heapBytes: getHeapStatistics().used_heap_size, residentBytes }
}

if (isMainThread && process.channel) {
  startCounting()
  process.on('message', (question: Question) => process.send!(question === 'memory' ? memory() : reading()))
  // A bidder whose gate was interrupted has nobody to stop it.
  process.once('disconnect', () => process.exit())
  // A bidder that is done is not kept alive by who watches it.
  process.channel.unref()
}
