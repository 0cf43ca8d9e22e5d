/**
 * What the operating system and the runtime say of this process, read when scraped.
 */
import { performance } from 'node:perf_hooks'
import { Observed } from './instruments.ts'

export function processInstruments(): Observed[] {
  const single = (value: number) => [{ labels: {}, value }]
  return [
    new Observed({
      name: 'process_cpu_seconds_total',
      about: 'User and system CPU time of all threads',
      unit: 's',
      isCumulative: true,
      observe: () => {
        const { user, system } = process.cpuUsage()
        return [
          { labels: { mode: 'user' }, value: user / 1e6 },
          { labels: { mode: 'system' }, value: system / 1e6 },
        ]
      },
    }),
    new Observed({
      name: 'process_resident_memory_bytes',
      about: 'Resident memory',
      unit: 'By',
      observe: () => single(process.memoryUsage.rss()),
    }),
    new Observed({
      name: 'nodejs_heap_used_bytes',
      about: 'Heap in use',
      unit: 'By',
      observe: () => single(process.memoryUsage().heapUsed),
    }),
    new Observed({
      name: 'nodejs_event_loop_active_seconds_total',
      about: 'Time in which the event loop of the bid path was busy',
      unit: 's',
      isCumulative: true,
      observe: () => single(performance.eventLoopUtilization().active / 1000),
    }),
  ]
}
