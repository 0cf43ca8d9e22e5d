/**
 * What the operating system and the runtime say of this process, read when scraped, under the names that Prometheus
 * clients give to it (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
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
        return single((user + system) / 1e6)
      },
    }),
    new Observed({
      name: 'process_start_time_seconds',
      about: 'When the process started, since the Unix epoch',
      unit: 's',
      observe: () => single(performance.timeOrigin / 1000),
    }),
    new Observed({
      name: 'process_resident_memory_bytes',
      about: 'Resident memory',
      unit: 'By',
      observe: () => single(process.memoryUsage.rss()),
    }),
    new Observed({
      name: 'nodejs_heap_size_used_bytes',
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
