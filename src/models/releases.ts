/**
 * What is released of a model: its versions as the repository knows them, the one that is live, and going from one to
 * another. What was promoted by hand outlives a restart: it is written down in the data folder, beside the version that
 * `--model` named then. Who gives another `--model` since means that one.
 */
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import type { ModelRepository, Version } from './repository.ts'
import type { Served, Serving } from './serving.ts'

/** As the admin port shows a model. */
export type ModelView = {
  readonly name: string
  readonly live: string
  /** Null before the first promotion. */
  readonly previous: string | null
  readonly versions: readonly VersionView[]
}
export type VersionView = Pick<Version, 'version' | 'reasons'> & {
  readonly state: Version['state'] | 'live' | 'previous'
  /** Null before its trial. */
  readonly batchMs: number | null
}

/** @property faults why nothing has changed, or that it has and could not be written down; none when all is done. */
export type ReleaseResult = { readonly faults: readonly string[] }

/** `<name>` to what was promoted last. */
type Released = Record<string, { readonly live: string; readonly flag: string }>

export type ReleaseOptions = {
  readonly name: string
  readonly serving: Pick<Serving, 'live' | 'previous' | 'promote' | 'rollBack'>
  readonly repository: Pick<ModelRepository, 'versions' | 'find'>
  /** Where it is written down. */
  readonly file: string
  /** The version that `--model` names. */
  readonly flag: string
}

export class Releases {
  readonly #options: ReleaseOptions

  constructor(options: ReleaseOptions) {
    this.#options = options
  }

  list(): ModelView[] {
    const names = new Set([
      this.#options.name,
      ...this.#options.repository.versions().map(({ name }) => name),
    ])
    return [...names].sort().map((name) => this.#view(name))
  }

  find(name: string): ModelView | undefined {
    return this.list().find((view) => view.name === name)
  }

  async promote(name: string, version: string): Promise<ReleaseResult> {
    const { repository, serving } = this.#options
    const found = repository.find(name, version)
    if (found?.model === undefined)
      return { faults: [`${name}/${version} is ${found?.state ?? 'not there'}`, ...(found?.reasons ?? [])] }
    const refusal = this.#refusal(name)
    if (refusal !== undefined) return { faults: [refusal] }
    return this.#settle(await serving.promote(found.model))
  }

  async rollBack(name: string): Promise<ReleaseResult> {
    const refusal = this.#refusal(name)
    return refusal === undefined ? this.#settle(this.#options.serving.rollBack()) : { faults: [refusal] }
  }

  #refusal(name: string): string | undefined {
    const { name: served } = this.#options
    return name === served ? undefined : `${name} is not served; --model names ${served}`
  }

  async #settle(faults: readonly string[]): Promise<ReleaseResult> {
    if (faults.length > 0) return { faults }
    const { file, name, flag, serving } = this.#options
    const released: Released = { ...readAll(file), [name]: { live: versionOf(serving.live), flag } }
    try {
      // A reader sees the old text or the new one.
      await writeFile(`${file}.part`, JSON.stringify(released))
      await rename(`${file}.part`, file)
    } catch (cause) {
      const { message } = cause as Error
      return { faults: [`${serving.live.key} is live, but a restart will not know it: ${message}`] }
    }
    return { faults }
  }

  #view(name: string): ModelView {
    const { repository, serving } = this.#options
    const [live, previous] = [serving.live, serving.previous].map((served) =>
      served?.model.manifest.name === name ? versionOf(served) : null,
    )
    const versions = repository.versions(name).map(({ version, state, reasons, batchMs }) => ({
      version,
      state: version === live ? ('live' as const) : version === previous ? ('previous' as const) : state,
      reasons,
      batchMs: Number.isNaN(batchMs) ? null : Math.round(batchMs * 1000) / 1000,
    }))
    return { name, live: live ?? '', previous, versions }
  }
}

/** The version to start with: that which was promoted last, unless `--model` has been changed since. */
export function releasedVersion(file: string, name: string, flag: string): string {
  const released = readAll(file)[name]
  return released?.flag === flag ? released.live : flag
}

function readAll(file: string): Released {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Released | null) ?? {}
  } catch {
    // None yet, or none that says anything: what `--model` names is live.
    return {}
  }
}

function versionOf({ model }: Served): string {
  return model.manifest.version
}
