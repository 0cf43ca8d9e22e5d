/**
 * Hands the instruments to OpenTelemetry when somebody scrapes. OpenTelemetry's own instruments cost microseconds a
 * recording; a `MetricProducer` reads ours only when a reader asks, so that any of its readers and exporters can be
 * used at no cost to the bid path.
 */
import { type HrTime, ValueType } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import {
  Counter,
  Histogram,
  type Instrument,
  type Labels,
  MICROS_BOUNDS,
  type Observed,
} from './instruments.ts'

export class InstrumentProducer implements MetricProducer {
  readonly #instruments: readonly Instrument[]
  readonly #version: string
  readonly #wallMs: () => number
  readonly #start: HrTime

  constructor(options: { instruments: readonly Instrument[]; version: string; wallMs: () => number }) {
    this.#instruments = options.instruments
    this.#version = options.version
    this.#wallMs = options.wallMs
    this.#start = hrTimeOf(options.wallMs())
  }

  async collect(): Promise<CollectionResult> {
    const times = { startTime: this.#start, endTime: hrTimeOf(this.#wallMs()) }
    const resource = resourceFromAttributes({ 'service.name': 'peregrine', 'service.version': this.#version })
    const metrics = this.#instruments.map((instrument) => metricOf(instrument, times))
    const scopeMetrics = [{ scope: { name: 'peregrine', version: this.#version }, metrics }]
    return { resourceMetrics: { resource, scopeMetrics }, errors: [] }
  }
}

/**
 * The Prometheus text of all instruments, format 0.0.4. A unit stands in the name of its metric: UNIT lines belong to
 * OpenMetrics, and to it "s" and "By", as OpenTelemetry writes units, are none.
 */
export function prometheusText(producer: MetricProducer): () => Promise<string> {
  const reader = new PrometheusExporter({ preventServerStart: true })
  reader.setMetricProducer(producer)
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true)
  return async () =>
    serializer.serialize((await reader.collect()).resourceMetrics).replaceAll(/^# UNIT .*\n/gm, '')
}

type Times = { startTime: HrTime; endTime: HrTime }

function metricOf(instrument: Instrument, times: Times): MetricData {
  const descriptor = {
    name: instrument.name,
    description: instrument.about,
    unit: instrument.unit,
    valueType: ValueType.DOUBLE,
    advice: {},
  }
  const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE }
  const point = <T>(attributes: Labels, value: T) => ({ ...times, attributes, value })
  if (instrument instanceof Histogram) {
    const dataPoints = instrument.slots.map((labels, slot) => point(labels, histogramValue(instrument, slot)))
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints }
  }
  if (instrument instanceof Counter) {
    const dataPoints = instrument.slots.map((labels, slot) => point(labels, instrument.values[slot]))
    return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
  }
  return { ...common, ...observedData(instrument, point) }
}

function observedData(
  instrument: Observed,
  point: (labels: Labels, value: number) => Times & { attributes: Labels; value: number },
) {
  const dataPoints = instrument.observe().map(({ labels, value }) => point(labels, value))
  return instrument.isCumulative
    ? ({ dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints } as const)
    : ({ dataPointType: DataPointType.GAUGE, dataPoints } as const)
}

const SECONDS_BOUNDS = MICROS_BOUNDS.map((micros) => micros / 1e6)

function histogramValue(histogram: Histogram, slot: number) {
  const first = slot * histogram.bucketCount
  const counts = Array.from(histogram.counts.subarray(first, first + histogram.bucketCount))
  const count = counts.reduce((total, bucket) => total + bucket, 0)
  return { buckets: { boundaries: SECONDS_BOUNDS, counts }, sum: histogram.sums[slot] / 1e6, count }
}

function hrTimeOf(wallMs: number): HrTime {
  return [Math.floor(wallMs / 1000), Math.round((wallMs % 1000) * 1e6)]
}
