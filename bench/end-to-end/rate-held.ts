/**
 * The highest rate that a server holds, by bisection in the open loop: p99 within 10 ms of the planned send time, and
 * nothing lost. A void run counts as not held, and is counted.
 */
import { closedLoop, openLoop } from './load.ts'
import type { Target } from './target.ts'

const P99_HELD_US = 10_000

export type Search = {
  readonly seconds: number
  readonly steps: number
  readonly note: (text: string) => void
}

export async function highestRate(
  target: Target,
  { seconds, steps, note }: Search,
): Promise<{ held: number; voidRuns: number }> {
  let most = (await closedLoop(target, seconds)).rateAchieved
  let held = 0
  let voidRuns = 0
  for (let step = 0; step < steps; step++) {
    const rate = Math.round((held + most) / 2)
    const report = await openLoop(target, rate, seconds)
    const isVoid = report.voidReason !== null
    if (isVoid) voidRuns++
    const isLossless = report.unsent === 0 && Object.values(report.errors).every((count) => count === 0)
    if (!isVoid && isLossless && report.latencyUs.p99 <= P99_HELD_US) held = rate
    else most = rate
    note(
      `  ${target.name}: ${rate}/s ${held === rate ? 'held' : isVoid ? 'void' : 'not held'}, p99 ${report.latencyUs.p99} us`,
    )
  }
  return { held, voidRuns }
}
