/**
 * Recording a duration: a slot of a typed array, against OpenTelemetry's own histogram.
 */
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { Histogram, MICROS_BOUNDS } from '../../../src/telemetry/instruments.ts'
import type { MicroBench } from '../measure.ts'

const slots = new Histogram({ name: 'bench', about: '', slots: [{ stage: 'a' }, { stage: 'b' }] })
const meter = new MeterProvider().getMeter('bench')
const otel = meter.createHistogram('bench', { advice: { explicitBucketBoundaries: [...MICROS_BOUNDS] } })

export const benches: MicroBench[] = [
  {
    name: 'telemetry: record a duration',
    unit: 'recording',
    count: 100_000,
    cases: [
      {
        name: 'a slot',
        run: (count) => {
          for (let i = 0; i < count; i++) slots.record(i & 1, i % 3000)
          return slots.sums[0]
        },
      },
      {
        name: 'an OpenTelemetry histogram',
        run: (count) => {
          for (let i = 0; i < count; i++) otel.record(i % 3000, { stage: i & 1 ? 'a' : 'b' })
          return count
        },
      },
    ],
  },
]
