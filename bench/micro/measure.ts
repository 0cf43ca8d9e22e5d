/**
 * Measures small pieces of code against each other.
 *
 * Goals: ratios between the chosen way and the rejected ones, on the same input in the same run; code that cannot rot,
 * because the smoke size runs in CI. Not a goal: absolute times, which belong to a machine and its mood.
 *
 * The cases of a bench run in turns, round after round, so that a slow moment hits all of them. Each returns a number
 * that depends on its work; the sum is printed, which keeps the work from being optimised away and shows when two ways
 * that should agree do not.
 */

export type Case = {
  readonly name: string
  /** Does the work `count` times; gives a number made of its results. */
  readonly run: (count: number) => number
}

export type MicroBench = {
  /** Room and piece, as in `openrtb: read a request`. */
  readonly name: string
  /** What one unit is: a request, a row, a batch. */
  readonly unit: string
  /** The chosen way first. */
  readonly cases: readonly Case[]
  /** Units in a round. */
  readonly count: number
}

/** A bench that waits, for a worker say; a unit is one call of `run`. */
export type AsyncMicroBench = Omit<MicroBench, 'cases'> & {
  readonly open: () => Promise<{
    readonly cases: readonly { readonly name: string; readonly run: () => Promise<number> }[]
    readonly close: () => Promise<void>
  }>
}

export type Measured = { readonly name: string; readonly nanos: Spread; readonly check: number }
export type Spread = { readonly median: number; readonly least: number; readonly most: number }

const ROUNDS = 15
const WARM_UP_ROUNDS = 3

export function measure(bench: MicroBench, size: 'smoke' | 'full'): Measured[] {
  const rounds = size === 'smoke' ? 1 : ROUNDS
  const count = size === 'smoke' ? Math.min(bench.count, 50) : bench.count
  const nanos = bench.cases.map((): number[] => [])
  const checks = bench.cases.map(() => 0)
  for (let round = size === 'smoke' ? 0 : -WARM_UP_ROUNDS; round < rounds; round++) {
    bench.cases.forEach(({ run }, i) => {
      const startMs = performance.now()
      checks[i] = run(count)
      if (round >= 0) nanos[i].push(((performance.now() - startMs) * 1e6) / count)
    })
  }
  return bench.cases.map(({ name }, i) => ({ name, nanos: spreadOf(nanos[i]), check: checks[i] }))
}

export async function measureAsync(bench: AsyncMicroBench, size: 'smoke' | 'full'): Promise<Measured[]> {
  const rounds = size === 'smoke' ? 1 : ROUNDS
  const count = size === 'smoke' ? Math.min(bench.count, 5) : bench.count
  const { cases, close } = await bench.open()
  const nanos = cases.map((): number[] => [])
  const checks = cases.map(() => 0)
  for (let round = size === 'smoke' ? 0 : -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [i, { run }] of cases.entries()) {
      const startMs = performance.now()
      for (let unit = 0; unit < count; unit++) checks[i] = await run()
      if (round >= 0) nanos[i].push(((performance.now() - startMs) * 1e6) / count)
    }
  }
  await close()
  return cases.map(({ name }, i) => ({ name, nanos: spreadOf(nanos[i]), check: checks[i] }))
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted[sorted.length - 1] }
}

/** A line a case: median, spread, and how it compares with the first. */
export function tableOf(
  { name, unit }: Pick<MicroBench, 'name' | 'unit'>,
  measured: readonly Measured[],
): string {
  const lines = measured.map(({ name: way, nanos, check }) => {
    const ratio = (nanos.median / measured[0].nanos.median).toFixed(2)
    const time = `${format(nanos.median)} (${format(nanos.least)}-${format(nanos.most)})`
    return `  ${way.padEnd(46)} ${time.padStart(28)}  x${ratio.padStart(6)}  check ${check.toPrecision(6)}`
  })
  return [`${name}, ns a ${unit}`, ...lines].join('\n')
}

function format(nanos: number): string {
  return nanos >= 100 ? nanos.toFixed(0) : nanos.toFixed(1)
}
