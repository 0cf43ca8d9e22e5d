/**
 * The models as the admin port shows them, those that are served and those that only lie in the folder; and where what an
 * operator wants of one goes.
 */

import type { ModelRepository, Version } from '../repository.ts'
import type { Stage } from './policy.ts'
import type { ReleaseResult, Releases } from './releases.ts'
import type { CandidateView, Standing } from './standing.ts'

export type ModelView = {
  readonly name: string
  /** Empty for one that is not served. */
  readonly live: string
  /** Null before the first promotion. */
  readonly previous: string | null
  readonly candidate: CandidateView | null
  readonly versions: readonly VersionView[]
}
export type VersionView = Pick<Version, 'version' | 'reasons'> & {
  readonly state: Version['state'] | 'live' | 'previous' | 'shadow' | 'canary' | 'rolledBack'
  /** Null before its trial. */
  readonly batchMs: number | null
  /** What is watched of it in service; absent where nothing is. */
  readonly monitoring?: object
}
export type ReleaseDeskOptions = {
  /** By name. */
  readonly served: ReadonlyMap<string, Pick<Releases, 'standing' | 'promote' | 'rollBack' | 'rearm'>>
  readonly repository: Pick<ModelRepository, 'versions'>
  readonly monitoringOf: (key: string) => object | undefined
}

const NOT_SERVED: Standing = { live: '', previous: undefined, candidate: undefined, latched: new Map() }

export class ReleaseDesk {
  readonly #options: ReleaseDeskOptions

  constructor(options: ReleaseDeskOptions) {
    this.#options = options
  }

  list(): ModelView[] {
    const { served, repository } = this.#options
    const names = new Set([...served.keys(), ...repository.versions().map(({ name }) => name)])
    return [...names].sort().map((name) => this.#view(name))
  }

  /** With what is watched of its versions. */
  find(name: string): ModelView | undefined {
    const view = this.list().find((one) => one.name === name)
    return (
      view && {
        ...view,
        versions: view.versions.map((version) => ({
          ...version,
          monitoring: this.#options.monitoringOf(`${name}/${version.version}`),
        })),
      }
    )
  }

  promote(name: string, version: string, stage: Stage, share?: number): Promise<ReleaseResult> {
    return this.#ask(name, (releases) => releases.promote(version, stage, share))
  }

  rollBack(name: string): Promise<ReleaseResult> {
    return this.#ask(name, (releases) => releases.rollBack())
  }

  rearm(name: string, version: string): Promise<ReleaseResult> {
    return this.#ask(name, (releases) => releases.rearm(version))
  }

  async #ask(
    name: string,
    ask: (releases: Pick<Releases, 'promote' | 'rollBack' | 'rearm'>) => Promise<ReleaseResult>,
  ): Promise<ReleaseResult> {
    const { served } = this.#options
    const releases = served.get(name)
    if (releases !== undefined) return ask(releases)
    return { faults: [`${name} is not served; a setting names what is: ${[...served.keys()].join(', ')}`] }
  }

  #view(name: string): ModelView {
    const { served, repository } = this.#options
    const standing = served.get(name)?.standing() ?? NOT_SERVED
    const { live, previous = null, candidate = null, latched } = standing
    const versions = repository.versions(name).map((one) => ({
      version: one.version,
      state: stateOf(one, standing),
      reasons: latched.get(one.version) ?? one.reasons,
      batchMs: Number.isNaN(one.batchMs) ? null : Math.round(one.batchMs * 1000) / 1000,
    }))
    return { name, live, previous, candidate, versions }
  }
}

function stateOf(
  { version, state }: Version,
  { live, previous, candidate, latched }: Standing,
): VersionView['state'] {
  if (version === live) return 'live'
  if (version === candidate?.version) return candidate.share === 0 ? 'shadow' : 'canary'
  if (latched.has(version)) return 'rolledBack'
  return version === previous ? 'previous' : state
}
