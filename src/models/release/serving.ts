/**
 * The versions of a model that are loaded, and what each is there for: the live one, the one before it, to which it takes
 * no time to go back, and a candidate that scores beside the live one or bids on a share of the requests.
 *
 *   stage:    candidate is loaded, with its share, or has its share changed
 *   promote:  candidate, or what is loaded now, is live; live is previous
 *   revert:   previous is live, and what was live is let go
 *   rollBack: without a candidate live and previous change places; with one it is let go
 *
 * Bids learn of a change by one assignment, so that no request is dropped and none sees half of it.
 */
import { hashText } from '../../base/hash.ts'
import { BUCKETS } from '../../experiments/assignment.ts'
import type { Model } from '../load.ts'
import type { ModelQueueOptions } from '../model-queue.ts'
import type { LabelBook } from './labels.ts'
import { Served } from './served.ts'
import { Shadow } from './shadow.ts'

/** @property share of the requests that it bids on; 0 while it only scores beside the live one. */
export type CandidateRole = {
  readonly served: Served
  readonly share: number
  readonly buckets: number
  /** Of the assignment: another version has other requests. */
  readonly salt: number
  readonly shadow: Shadow
}

/** Those that bids use. */
export type Roles = { readonly live: Served; readonly candidate: CandidateRole | undefined }

export type ServingOptions = ModelQueueOptions & {
  readonly first: Model
  readonly newLabels: () => LabelBook
  /** Told of what bids are to use from now on. */
  readonly onRoles: (roles: Roles) => void
}

const BUSY = 'another version is on its way; try again when it is there'

export class Serving {
  readonly #options: ServingOptions
  #live: Served
  #previous: Served | undefined
  #candidate: CandidateRole | undefined
  #isLoading = false
  readonly #closing = new Set<Promise<void>>()
  /** How often another version went live. */
  swaps = 0

  /** The first version is live at once; its `goldenFaults` are for the caller to ask. */
  constructor(options: ServingOptions) {
    this.#options = options
    this.#live = new Served(options.first, options)
  }

  get live(): Served {
    return this.#live
  }

  get previous(): Served | undefined {
    return this.#previous
  }

  get candidate(): CandidateRole | undefined {
    return this.#candidate
  }

  get roles(): Roles {
    return { live: this.#live, candidate: this.#candidate }
  }

  /** All that are loaded, the live one first. */
  get all(): readonly Served[] {
    return [this.#live, this.#previous, this.#candidate?.served].filter((one) => one !== undefined)
  }

  /** Lets a version score, or bid on a share of the requests; says why not. */
  async stage(model: Model, share: number): Promise<readonly string[]> {
    const { key } = model.spec
    if (key === this.#live.key) return [`${key} is live`]
    if (this.#candidate?.served.key === key) {
      this.#setCandidate({ ...this.#candidate, share, buckets: Math.round(share * BUCKETS) })
      return []
    }
    const served = await this.#load(model)
    if (!(served instanceof Served)) return served
    this.#letCandidateGo()
    const [salt, shadow] = [hashText(`release ${key}`), new Shadow(this.#options.newLabels)]
    this.#setCandidate({ served, share, buckets: Math.round(share * BUCKETS), salt, shadow })
    return []
  }

  /** Why the version did not go live; nothing when it did. */
  async promote(model: Model): Promise<readonly string[]> {
    const { key } = model.spec
    if (key === this.#live.key) return []
    const served = await this.#load(model)
    if (!(served instanceof Served)) return served
    if (this.#candidate?.served === served) this.#candidate = undefined
    else this.#letCandidateGo()
    if (this.#previous !== served) this.#letGo(this.#previous)
    this.#goLive(served)
    return []
  }

  /** Ends a trial, or goes back to the version before; says why not where there is neither. */
  rollBack(): readonly string[] {
    if (this.#candidate !== undefined) {
      this.#letCandidateGo()
      this.#options.onRoles(this.roles)
      return []
    }
    if (this.#previous === undefined) return ['there is no version before the live one']
    this.#goLive(this.#previous)
    return []
  }

  /** Goes back to the version before, which is there, and lets the live one go. */
  revert(): void {
    const reverted = this.#live
    this.#goLive(this.#previous!)
    this.#previous = undefined
    this.#letGo(reverted)
  }

  async close(): Promise<void> {
    await Promise.all([...this.all.map((served) => served.close()), ...this.#closing])
  }

  /** The version as it is loaded already, or in workers of its own; or why it cannot be. */
  async #load(model: Model): Promise<Served | readonly string[]> {
    if (this.#isLoading) return [BUSY]
    const loaded = this.all.find(({ key }) => key === model.spec.key)
    if (loaded !== undefined) return loaded
    this.#isLoading = true
    const served = new Served(model, this.#options)
    try {
      const faults = await served.goldenFaults()
      if (faults.length === 0) return served
      this.#letGo(served)
      return faults
    } finally {
      this.#isLoading = false
    }
  }

  #setCandidate(candidate: CandidateRole): void {
    this.#candidate = candidate
    this.#options.onRoles(this.roles)
  }

  #goLive(next: Served): void {
    this.#previous = this.#live
    this.#live = next
    this.swaps++
    this.#options.onRoles(this.roles)
  }

  #letCandidateGo(): void {
    const served = this.#candidate?.served
    this.#candidate = undefined
    if (served !== this.#previous) this.#letGo(served)
  }

  /** One that hangs is left alone: whoever waits for it waits for ever. */
  #letGo(served: Served | undefined): void {
    if (served === undefined) return
    const closing = served.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}
