/** The highest rate that a target holds, by bisection of the open loop under what the closed loop reached. */
import { closedLoop, openLoop, type Sent } from './load.ts'
import type { Target } from './target.ts'

/** From the planned send time, microseconds. */
const P99_HELD_US = 10_000

export type RateSearch = {
  /** Of each run. */
  readonly seconds: number
  /** Each halves what is in doubt. */
  readonly steps: number
  readonly sent?: Sent
  readonly note?: (line: string) => void
}

/** @returns requests a second at which p99 stays within 10 ms and nothing is lost, 0 where no step was held. */
export async function highestRate(
  target: Target,
  { seconds, steps, sent, note }: RateSearch,
): Promise<{ readonly rate: number; readonly voidRuns: number }> {
  let most = (await closedLoop(target, seconds, sent)).rateAchieved
  let held = 0
  let voidRuns = 0
  for (let step = 0; step < steps; step++) {
    const rate = Math.round((held + most) / 2)
    const report = await openLoop(target, rate, seconds, sent)
    const isVoid = report.voidReason !== null
    if (isVoid) voidRuns++
    const isLossless = report.unsent === 0 && Object.values(report.errors).every((count) => count === 0)
    if (!isVoid && isLossless && report.latencyUs.p99 <= P99_HELD_US) held = rate
    else most = rate
    const outcome = held === rate ? 'held' : isVoid ? 'void' : 'not held'
    note?.(`  ${target.name}: ${rate}/s ${outcome}, p99 ${report.latencyUs.p99} us`)
  }
  return { rate: held, voidRuns }
}
