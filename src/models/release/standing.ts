/**
 * Where the versions of a model that is served stand.
 */
import type { Stage } from './policy.ts'

export type CandidateView = {
  readonly version: string
  readonly stage: Stage
  readonly share: number
  readonly stageS: number
  /** What it still waits for, a sentence each. */
  readonly waits: readonly string[]
}

export type Standing = {
  readonly live: string
  readonly previous: string | undefined
  readonly candidate: CandidateView | undefined
  /** Versions that were rolled back, and why. */
  readonly latched: ReadonlyMap<string, readonly string[]>
}
