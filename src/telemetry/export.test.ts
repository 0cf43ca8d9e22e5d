/**
 * Instruments through OpenTelemetry to Prometheus text, and read back by a parser that takes nothing but the format:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
import t from 'tap'
import { InstrumentProducer, prometheusText } from './export.ts'
import { Counter, Histogram, type Instrument, MICROS_BOUNDS, Observed } from './instruments.ts'
import { processInstruments } from './process.ts'

type Scrape = {
  readonly types: ReadonlyMap<string, string>
  readonly helps: ReadonlyMap<string, string>
  /** By series as in `name{a="1"}`, labels as written. */
  readonly values: ReadonlyMap<string, number>
  readonly order: readonly string[]
}

const SERIES =
  /^([a-z_]\w*(?:\{[a-z_]\w*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]\w*="(?:[^"\\\n]|\\["\\n])*")*\})?) (\S+)$/

async function scrape(instruments: readonly Instrument[]): Promise<Scrape> {
  const producer = new InstrumentProducer({ instruments, version: '1.2.3', wallMs: () => 1_700_000_000_000 })
  return parse(await prometheusText(producer)())
}

function parse(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const types = new Map<string, string>()
  const helps = new Map<string, string>()
  const values = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, keyword, name, rest] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? []
    const [, series, value] = SERIES.exec(line) ?? []
    if (line === '') continue
    else if (keyword !== undefined) setOnce(keyword === 'TYPE' ? types : helps, name, rest)
    else if (series !== undefined) setOnce(values, series, Number(value.replace('+Inf', 'Infinity')))
    else throw new Error(`not of the text format: ${line}`)
  }
  return { types, helps, values, order: [...values.keys()] }
}

function setOnce<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.has(key)) throw new Error(`${key} stands there twice`)
  map.set(key, value)
}

t.test('a counter is exported with its total and its labels', async (t) => {
  const counter = new Counter({
    name: 'bids_total',
    about: 'Bids by exchange',
    slots: [
      { exchange: 'default', outcome: 'bid' },
      { exchange: 'prebid', outcome: 'bid' },
    ],
  })
  counter.add(0, 3)
  counter.add(1, 0.5)
  const { types, helps, values } = await scrape([counter])
  t.equal(types.get('bids_total'), 'counter')
  t.equal(helps.get('bids_total'), 'Bids by exchange')
  t.equal(values.get('bids_total{exchange="default",outcome="bid"}'), 3)
  t.equal(values.get('bids_total{exchange="prebid",outcome="bid"}'), 0.5)
})

t.test('a counter is read anew at each scrape', async (t) => {
  const counter = new Counter({ name: 'bids_total', about: 'Bids' })
  const text = prometheusText(
    new InstrumentProducer({ instruments: [counter], version: '1', wallMs: () => 0 }),
  )
  for (const total of [0, 1, 2]) {
    t.equal(parse(await text()).values.get('bids_total'), total)
    counter.add(0)
  }
})

t.test('a histogram is exported in seconds, cumulative up to all', async (t) => {
  const histogram = new Histogram({
    name: 'wait_duration_seconds',
    about: 'Waits',
    slots: [{ stage: 'read' }, { stage: 'score' }],
  })
  for (const micros of [1, 10, 10.5, 2_500, 5e6]) histogram.record(1, micros)
  const { types, values, order } = await scrape([histogram])
  t.equal(types.get('wait_duration_seconds'), 'histogram')
  const bucket = (le: string) => values.get(`wait_duration_seconds_bucket{stage="score",le="${le}"}`)
  const wanted: readonly (readonly [string, number, string])[] = [
    ['0.000001', 1, 'a microsecond is within the first bound'],
    ['0.000007', 1, 'nothing between 1 and 7'],
    ['0.00001', 2, 'ten microseconds are within theirs'],
    ['0.000014', 3, 'a half more is in the next'],
    ['0.001931', 3, 'nothing until two and a half milliseconds'],
    ['0.002683', 4, 'there they are'],
    ['1', 4, 'nothing until a second'],
    ['+Inf', 5, 'and all'],
  ]
  for (const [le, count, about] of wanted) t.equal(bucket(le), count, about)
  t.equal(values.get('wait_duration_seconds_count{stage="score"}'), 5)
  t.ok(Math.abs(values.get('wait_duration_seconds_sum{stage="score"}')! - 5.0025215) < 1e-12, 'seconds')
  t.equal(values.get('wait_duration_seconds_count{stage="read"}'), 0)
  t.equal(values.get('wait_duration_seconds_sum{stage="read"}'), 0)
  const bounds = order.flatMap((series) => /_bucket\{stage="score",le="(.*)"\}/.exec(series)?.slice(1) ?? [])
  t.same(bounds, [...MICROS_BOUNDS.map((micros) => `${micros / 1e6}`), '+Inf'], 'every bound once, rising')
})

t.test('observed values are asked at each scrape, as gauges or counters', async (t) => {
  let depth = 3
  const text = prometheusText(
    new InstrumentProducer({
      instruments: [
        new Observed({
          name: 'queue_depth',
          about: 'Waiting',
          observe: () => [
            { labels: { queue: 'a' }, value: depth },
            { labels: { queue: 'b' }, value: -1 },
          ],
        }),
        new Observed({
          name: 'work_seconds_total',
          about: 'Work',
          unit: 's',
          isCumulative: true,
          observe: () => [{ labels: {}, value: 1.25 }],
        }),
        new Observed({ name: 'absent', about: 'Without a value', observe: () => [] }),
      ],
      version: '1',
      wallMs: () => 0,
    }),
  )
  const first = parse(await text())
  t.equal(first.types.get('queue_depth'), 'gauge')
  t.equal(first.types.get('work_seconds_total'), 'counter')
  t.equal(first.values.get('queue_depth{queue="a"}'), 3)
  t.equal(first.values.get('queue_depth{queue="b"}'), -1)
  t.equal(first.values.get('work_seconds_total'), 1.25)
  depth = 4
  t.equal(parse(await text()).values.get('queue_depth{queue="a"}'), 4)
})

t.test('label values are escaped as the format wants', async (t) => {
  const value = 'a "quoted" \\ path\nand a line'
  const counter = new Counter({ name: 'odd_total', about: 'One\nof two lines', slots: [{ value }] })
  const { values, helps } = await scrape([counter])
  t.ok(values.has('odd_total{value="a \\"quoted\\" \\\\ path\\nand a line"}'))
  t.equal(helps.get('odd_total'), 'One\\nof two lines')
})

t.test('names keep what they are called: no unit, no suffix and no scope is added', async (t) => {
  const { types, order } = await scrape([
    new Histogram({ name: 'answer_duration_seconds', about: 'Answers' }),
    new Observed({
      name: 'memory_bytes',
      about: 'Memory',
      unit: 'By',
      observe: () => [{ labels: {}, value: 1 }],
    }),
    new Observed({
      name: 'cpu_seconds_total',
      about: 'CPU',
      unit: 's',
      isCumulative: true,
      observe: () => [{ labels: {}, value: 1 }],
    }),
  ])
  t.same([...types.keys()], ['target_info', 'answer_duration_seconds', 'memory_bytes', 'cpu_seconds_total'])
  t.ok(order.includes('memory_bytes'), 'no labels of the scope')
  t.ok(order.includes('target_info{service_name="peregrine",service_version="1.2.3"}'))
})

t.test('a collection carries its unit, its start and its end for other exporters', async (t) => {
  let wallMs = 1_700_000_000_250
  const producer = new InstrumentProducer({
    instruments: [
      new Histogram({ name: 'h_seconds', about: 'H' }),
      new Counter({ name: 'c_total', about: 'C' }),
    ],
    version: '1',
    wallMs: () => wallMs,
  })
  wallMs += 2_000
  const [histogram, counter] = (await producer.collect()).resourceMetrics.scopeMetrics[0].metrics
  t.equal(histogram.descriptor.unit, 's')
  t.equal(counter.descriptor.unit, '')
  t.same(histogram.dataPoints[0].startTime, [1_700_000_000, 250_000_000])
  t.same(histogram.dataPoints[0].endTime, [1_700_000_002, 250_000_000])
})

t.test(
  'the process tells of itself under the usual names, one series each, in seconds and bytes',
  async (t) => {
    // Some work, so that no counter can be nothing.
    let sum = 0
    for (const until = performance.now() + 20; performance.now() < until; ) sum += Math.sqrt(sum + 1)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const { types, values } = await scrape(processInstruments())
    const within = (name: string, type: string, least: number, most: number) => {
      t.equal(types.get(name), type, name)
      const value = values.get(name) ?? Number.NaN
      t.ok(value >= least && value <= most, `${name} ${value} is within ${least} and ${most}`)
    }
    const { user, system } = process.cpuUsage()
    within('process_cpu_seconds_total', 'counter', 0.02, (user + system) / 1e6)
    within('process_start_time_seconds', 'gauge', Date.now() / 1000 - 120, Date.now() / 1000)
    within('process_resident_memory_bytes', 'gauge', 1e7, 1e10)
    within('nodejs_heap_size_used_bytes', 'gauge', 1e6, 1e10)
    within('nodejs_event_loop_active_seconds_total', 'counter', 1e-6, performance.now() / 1000)
    t.equal(values.size, 6, 'five and target_info')
  },
)
