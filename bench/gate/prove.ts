/**
 * Whether the gate may be believed: the short form again and again, in turns on an unchanged tree and on one with a
 * slow-down put in on purpose. A run that is void has neither caught nor failed anything.
 */
import type { GateReport } from './gate.ts'

export type Trial = { readonly handicapPercent: number; readonly report: GateReport }

export type Proof = {
  readonly handicapPercent: number
  readonly slower: Record<GateReport['verdict'], number>
  readonly unchanged: Record<GateReport['verdict'], number>
  /** The slow-down was caught in at least nine of ten runs, and no unchanged tree failed. */
  readonly holds: boolean
}

const CAUGHT_SHARE_MIN = 0.9

export async function prove(
  runs: number,
  handicapPercent: number,
  run: (handicapPercent: number) => Promise<GateReport>,
  onTrial: (trial: Trial) => void,
): Promise<Proof> {
  const count = () => ({ pass: 0, warn: 0, fail: 0, void: 0 })
  const slower = count()
  const unchanged = count()
  for (let i = 0; i < runs; i++) {
    for (const percent of i % 2 === 0 ? [0, handicapPercent] : [handicapPercent, 0]) {
      const report = await run(percent)
      onTrial({ handicapPercent: percent, report })
      ;(percent > 0 ? slower : unchanged)[report.verdict]++
    }
  }
  const holds = slower.fail >= CAUGHT_SHARE_MIN * runs && unchanged.fail === 0
  return { handicapPercent, slower, unchanged, holds }
}

export function trialLine({ handicapPercent, report }: Trial): string {
  const figures = report.results
    .filter(({ verdict, ratio }) => ratio !== undefined && verdict !== 'told')
    .map(({ measure, ratio, verdict }) => `${measure.key} ${ratio!.median.toFixed(3)} ${verdict}`)
  const what = handicapPercent > 0 ? `${handicapPercent} % slower` : 'unchanged'
  return `${what.padEnd(12)} ${report.verdict.padEnd(5)} ${report.seconds.toFixed(0).padStart(4)} s  ${figures.join(', ')}`
}

export function proofText({ handicapPercent, slower, unchanged, holds }: Proof): string {
  const total = (counts: Proof['slower']) => Object.values(counts).reduce((sum, count) => sum + count, 0)
  return [
    `${handicapPercent} % slower: caught in ${slower.fail} of ${total(slower)} (${slower.void} void)`,
    `unchanged: failed in ${unchanged.fail} of ${total(unchanged)} (${unchanged.warn} warned, ${unchanged.void} void)`,
    holds
      ? 'the gate holds'
      : 'the gate does NOT hold: caught in less than nine of ten, or an unchanged tree failed',
  ].join('\n')
}
