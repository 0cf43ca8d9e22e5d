/**
 * Costs that were decided: what a commit does more is worth what it takes more. A comparison across such a commit allows for
 * them, once; one that begins behind it does not.
 */
import { execFileSync } from 'node:child_process'
import type { MeasureKey } from './measures.ts'

export type Decision = {
  /** All of it; the last commit of the change. */
  readonly commit: string
  /** How many times as much it takes, as measured. */
  readonly ratios: Partial<Record<MeasureKey, number>>
  readonly why: string
}

export const DECIDED: readonly Decision[] = [
  {
    commit: 'd2bc42e1a2dd68940868d2b7da34c37420ee8806',
    ratios: { cpu: 1.07, allocations: 1.09, heap: 1.08 },
    why: 'an event log, monitors of what models see and promise, twelve features',
  },
]

/** The decisions that lie between the base and HEAD. */
export function decidedSince(
  root: string,
  base: string,
  decided: readonly Decision[] = DECIDED,
): readonly Decision[] {
  return decided.filter(({ commit }) => isIn(root, commit, 'HEAD') && !isIn(root, commit, base))
}

/** By what the threshold of a measure is multiplied. */
export function allowanceOf(decided: readonly Decision[], key: MeasureKey): number {
  return decided.reduce((product, { ratios }) => product * (ratios[key] ?? 1), 1)
}

/** False also where the commit is not known here. */
function isIn(root: string, commit: string, history: string): boolean {
  try {
    execFileSync('git', ['-C', root, 'merge-base', '--is-ancestor', commit, history], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
