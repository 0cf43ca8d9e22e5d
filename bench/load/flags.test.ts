import { join } from 'node:path'
import t from 'tap'
import { goalOf, optionsOf, readFlags, trafficOf } from './flags.ts'

const url = ['--url', 'http://127.0.0.1:8080/openrtb2/bid?x=1']

t.test('flags become the options of a run', async (t) => {
  const requests = join(t.testdir({ 'some.json': '[{"id":"1"},{"id":"2"}]' }), 'some.json')
  const values = readFlags([
    ...url,
    '--requests',
    requests,
    '--exchanges',
    'only',
    '--cpu-max',
    '80',
    '--timeout',
    '50',
  ])
  t.match(optionsOf(values, trafficOf(values)), {
    host: '127.0.0.1',
    port: 8080,
    requests: [{ path: '/openrtb2/bid/only?x=1' }, { path: '/openrtb2/bid/only?x=1' }],
    connections: 64,
    threads: 1,
    cpuShareMax: 0.8,
    timeoutMs: 50,
  })
  const ipv6 = readFlags(['--url', 'http://[::1]/bid', '--requests', requests])
  t.match(optionsOf(ipv6, trafficOf(ipv6)), { host: '::1', port: 80, requests: [{ path: '/bid' }] })
})

t.test('a goal is a quantile and a time', async (t) => {
  const goal = (find: string, ...more: string[]) => goalOf(find, readFlags(more))
  t.same(goal('p99=10ms'), { quantile: 'p99', limitUs: 10_000, bidShareMin: 0 })
  t.same(goal('p999=1.5s', '--bids-min', '40'), { quantile: 'p999', limitUs: 1_500_000, bidShareMin: 0.4 })
  t.same(goal('p50=700us'), { quantile: 'p50', limitUs: 700, bidShareMin: 0 })
})

t.test('flags that make no run are refused with what to do', async (t) => {
  const requests = ['--requests', join(t.testdir({ 'one.json': '{}' }), 'one.json')]
  const rows: [args: string[], message: RegExp][] = [
    [['--url', 'localhost'], /--url must be a whole http URL, not localhost/],
    [['--url', 'https://127.0.0.1/'], /--url must be a whole http URL/],
    [[...url, '--rate', 'fast'], /--rate must be a number of at least 0.001, not fast/],
    [[...url, '--connections', '0'], /--connections must be a number of at least 1/],
    [[...url, '--exchanges', 'a=0'], /--exchanges must be names with weights above 0/],
    [[...url, '--exchanges', 'a/b'], /--exchanges must be names/],
    [[...url, '--find', 'p99<10ms'], /--find must be one of p50, .* such as p99=10ms, not p99<10ms/],
    [[...url, '--find', 'p98=10ms'], /--find must be one of/],
    [[...url, '--find', 'p99=10ms', '--ramp', '1:2'], /--find and --ramp exclude each other/],
    [[...url, '--find', 'p99=10ms', '--rate', '0.5'], /--rate must be a number of at least 1/],
  ]
  for (const [args, message] of rows) {
    t.throws(
      () => {
        const values = readFlags([...requests, ...args])
        if (values.find !== undefined) goalOf(values.find, values)
        optionsOf(values, trafficOf(values))
      },
      message,
      args.join(' '),
    )
  }
})
