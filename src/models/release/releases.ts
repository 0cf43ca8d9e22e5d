/**
 * The release of a model's versions: what is staged, what goes on, what goes back, and what a restart must know of it.
 * What the policy (`policy.ts`) says of a version that was measured is done here, four times a second.
 *
 * A version that the policy has rolled back is latched: nothing stages or promotes it until somebody re-arms it. Behind a
 * restart a candidate begins its stage anew.
 */
import type { Clock } from '../../base/clock.ts'
import type { Model } from '../load.ts'
import type { ModelRepository, Version } from '../repository.ts'
import { type Released, readReleased, writeReleased } from './file.ts'
import type { LabelBook } from './labels.ts'
import { judge, type Measured, type ReleasePolicy, type Stage } from './policy.ts'
import { copyOf, NO_SCORES, type ScoreCounts } from './scores.ts'
import type { Served } from './served.ts'
import type { Serving } from './serving.ts'
import { StageWatch } from './stage-watch.ts'
import type { Standing } from './standing.ts'

/** @property faults why nothing has changed, or that it has and could not be written down; none when all is done. */
export type ReleaseResult = { readonly faults: readonly string[] }

/** What the policy has done, for the log. */
export type ReleaseEvent = {
  readonly model: string
  readonly did: 'staged' | 'advanced' | 'rolledBack' | 'alarm'
  readonly stage: Stage
  readonly share: number
  readonly reasons: readonly string[]
}

export type ReleaseOptions = {
  readonly name: string
  readonly serving: Pick<
    Serving,
    'live' | 'previous' | 'candidate' | 'stage' | 'promote' | 'rollBack' | 'revert'
  >
  readonly repository: Pick<ModelRepository, 'versions' | 'find'>
  /** Where it is written down. */
  readonly file: string
  /** The version that `--model` names. */
  readonly flag: string
  readonly policy: ReleasePolicy
  /** Whether bids know of a candidate. */
  readonly hasTrials: boolean
  readonly clock: Clock
  /** What came of the bids of a version. */
  readonly labelsOf: (served: Served) => Pick<LabelBook, 'mature'>
  readonly onEvent: (event: ReleaseEvent) => void
}

export class Releases {
  readonly #options: ReleaseOptions
  readonly #latched: Map<string, readonly string[]>
  #watched: { readonly served: Served; readonly watch: StageWatch }[] = []
  /** What a live version is held against that goes live next. */
  #lastScores: ScoreCounts | undefined
  #resumes: Released['candidate']
  #isActing = false
  #isAlarmed = false

  constructor(options: ReleaseOptions) {
    this.#options = options
    const released = readReleased(options.file, options.name)
    this.#latched = new Map(Object.entries(released?.latched ?? {}))
    this.#resumes = released?.flag === options.flag ? released.candidate : undefined
    this.#rewatch()
  }

  /** Begins the release of a version, moves it on, or lets it go live at once. */
  async promote(version: string, stage: Stage, share?: number): Promise<ReleaseResult> {
    const { name, repository, policy } = this.#options
    const found = repository.find(name, version)
    if (found?.model === undefined)
      return { faults: [`${name}/${version} is ${found?.state ?? 'not there'}`, ...(found?.reasons ?? [])] }
    const refusal = this.#refusalOf(found.model, stage)
    if (refusal.length > 0) return { faults: refusal }
    const canaryShare = share ?? policy.canaryShares[0] ?? 0.01
    return this.#settle(await this.#go(found.model, stage, stage === 'canary' ? canaryShare : 0))
  }

  /** Why nobody may promote a version now; nothing when he may. */
  #refusalOf({ manifest: { name, version, task } }: Model, stage: Stage): readonly string[] {
    const { serving, hasTrials } = this.#options
    const wanted = serving.live.model.manifest.task
    if (task !== wanted) return [`${name}/${version} is a model of the task ${task}, and ${wanted} is due`]
    if (stage !== 'live' && !hasTrials)
      return [
        `models of the task ${task} have no trial beside the live version; only --stage live is for them`,
      ]
    const latch = this.#latched.get(version)
    if (latch !== undefined)
      return [`${name}/${version} was rolled back, and nobody has re-armed it`, ...latch]
    const onTrial = serving.candidate && versionOf(serving.candidate.served)
    if (onTrial === undefined || onTrial === version) return []
    return [`${name}/${onTrial} is on trial; let it go live, or end its trial by rolling back, first`]
  }

  /** Ends a trial, or goes back to the version before. */
  async rollBack(): Promise<ReleaseResult> {
    const faults = this.#options.serving.rollBack()
    this.#rewatch()
    return this.#settle(faults)
  }

  /** Lets a version that was rolled back be released again. */
  async rearm(version: string): Promise<ReleaseResult> {
    const { name } = this.#options
    if (!this.#latched.delete(version)) return { faults: [`${name}/${version} was not rolled back`] }
    return this.#settle([])
  }

  /** Told of each version that has become ready. */
  async ready(version: Version): Promise<void> {
    const { name, policy, serving } = this.#options
    if (version.name !== name || version.model === undefined) return
    const resumes = this.#resumes?.version === version.version ? this.#resumes : undefined
    const isNewer = inOrder.compare(version.version, serving.live.model.manifest.version) > 0
    const isStaged = policy.automatic && isNewer && serving.candidate === undefined
    if ((resumes === undefined && !isStaged) || this.#latched.has(version.version)) return
    const { stage, share } = resumes ?? { stage: 'shadow', share: 0 }
    const { faults } = this.#settle(await this.#go(version.model, stage, share))
    this.#tell(`${name}/${version.version}`, 'staged', stage, share, faults)
  }

  /** Measures, and does what the policy says; four times a second. */
  async tick(): Promise<void> {
    const { policy, clock } = this.#options
    const nowMs = clock.wallMs()
    for (const { watch } of this.#watched) watch.tick(nowMs)
    if (this.#isActing) return
    this.#isActing = true
    try {
      for (const { served, watch } of this.#watched) {
        const measured = watch.measured(nowMs)
        const verdict = judge(measured, policy)
        if (verdict.kind === 'rollBack') return await this.#goBack(served, measured, verdict.reasons)
        if (verdict.kind !== 'advance') continue
        const { stage, share } = verdict
        const { faults } = this.#settle(await this.#go(served.model, stage, share))
        return this.#tell(served.key, 'advanced', stage, share, faults)
      }
    } finally {
      this.#isActing = false
    }
  }

  async #go(model: Model, stage: Stage, share: number): Promise<readonly string[]> {
    const { serving } = this.#options
    this.#resumes = undefined
    const candidate = serving.candidate
    const isCandidate = candidate?.served.key === model.spec.key
    this.#lastScores = isCandidate ? scoresOf(candidate) : undefined
    const faults = stage === 'live' ? await serving.promote(model) : await serving.stage(model, share)
    if (faults.length === 0) this.#rewatch()
    return faults
  }

  async #goBack(served: Served, { stage, share }: Measured, reasons: readonly string[]): Promise<void> {
    const { serving } = this.#options
    const { version } = served.model.manifest
    if (stage === 'live' && serving.previous === undefined) {
      // There is nothing to go back to: said once, until another version is live.
      if (!this.#isAlarmed) this.#tell(served.key, 'alarm', stage, share, reasons)
      this.#isAlarmed = true
      return
    }
    if (stage === 'live') serving.revert()
    else serving.rollBack()
    this.#latched.set(version, reasons)
    this.#rewatch()
    const { faults } = this.#settle([])
    this.#tell(served.key, 'rolledBack', stage, share, [...reasons, ...faults])
  }

  /** Begins to measure the versions in the stages that they are in now. */
  #rewatch(): void {
    const { serving, policy, labelsOf, clock } = this.#options
    const { live, candidate } = serving
    this.#isAlarmed = false
    const common = { referenceMin: policy.psiScores, nowMs: clock.wallMs() }
    const isSame = this.#watched.find(({ served, watch }) => served === live && watch.stage === 'live')
    this.#watched = [
      isSame ?? {
        served: live,
        watch: new StageWatch({
          ...common,
          stage: 'live',
          share: 1,
          counted: live,
          rival: undefined,
          reference: this.#lastScores,
          labels: labelsOf(live),
          rivalLabels: undefined,
          shadowScores: NO_SCORES,
        }),
      },
    ]
    if (candidate !== undefined) {
      const { served, shadow, share } = candidate
      const isShadow = share === 0
      this.#watched.unshift({
        served,
        watch: new StageWatch({
          ...common,
          stage: isShadow ? 'shadow' : 'canary',
          share,
          counted: isShadow ? { queue: served.queue, scores: shadow.candidate } : served,
          rival: isShadow ? { queue: live.queue, scores: shadow.live } : live,
          reference: isShadow ? undefined : copyOf(shadow.candidate),
          labels: isShadow ? shadow.candidateLabels : labelsOf(served),
          rivalLabels: isShadow ? shadow.liveLabels : undefined,
          shadowScores: shadow.candidate,
        }),
      })
    }
  }

  #settle(faults: readonly string[]): ReleaseResult {
    if (faults.length > 0) return { faults }
    const { file, name, flag, serving } = this.#options
    const { live, candidate } = serving
    const released: Released = {
      live: versionOf(live),
      flag,
      candidate: candidate && {
        version: versionOf(candidate.served),
        stage: candidate.share === 0 ? 'shadow' : 'canary',
        share: candidate.share,
      },
      latched: Object.fromEntries(this.#latched),
    }
    try {
      writeReleased(file, name, released)
    } catch (cause) {
      return { faults: [`it is done, but a restart will not know it: ${(cause as Error).message}`] }
    }
    return { faults }
  }

  #tell(
    model: string,
    did: ReleaseEvent['did'],
    stage: Stage,
    share: number,
    reasons: readonly string[],
  ): void {
    this.#options.onEvent({ model, did, stage, share, reasons })
  }

  /** What it is of the model that is not there in its folder. */
  standing(): Standing {
    const { serving, policy, clock } = this.#options
    const watched = this.#watched.find(({ watch }) => watch.stage !== 'live')
    const measured = watched?.watch.measured(clock.wallMs())
    const verdict = measured && judge(measured, policy)
    return {
      live: versionOf(serving.live),
      previous: serving.previous && versionOf(serving.previous),
      candidate: measured && {
        version: versionOf(watched!.served),
        stage: measured.stage,
        share: measured.share,
        stageS: Math.floor(measured.stageS),
        waits: verdict?.kind === 'stay' ? verdict.waits : [],
      },
      latched: this.#latched,
    }
  }
}

const inOrder = new Intl.Collator('en', { numeric: true })

/** What a candidate has scored, as it is held against when it is live. */
function scoresOf({ served, shadow, share }: NonNullable<Serving['candidate']>): ScoreCounts {
  return copyOf(share === 0 ? shadow.candidate : served.scores)
}

function versionOf({ model }: Served): string {
  return model.manifest.version
}
