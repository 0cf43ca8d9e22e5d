/**
 * The monitors of all versions that are in service or were lately, by `name/version`: a version that comes back finds what
 * was known of it. Eight are kept; the one that was told of least lately makes way. They share what is learnt of how long
 * clicks take, as that is for people to decide and not for a model.
 */
import type { Model } from '../load.ts'
import type { BilledImpression } from './calibration.ts'
import { ClickDelay } from './click-delay.ts'
import { ModelMonitor } from './model-monitor.ts'

export const MONITORS_MAX = 8

/** @property model `name/version` of what the bid went by. */
export type ModelImpression = BilledImpression & { readonly model: string }

export class ModelMonitors {
  /** Learnt from the clicks of all. */
  readonly delay = new ClickDelay()
  readonly #monitors = new Map<string, ModelMonitor>()

  /** The monitor of a version, which begins now where there was none. */
  open(model: Pick<Model, 'manifest' | 'inline' | 'spec'>, nowMs: number): ModelMonitor {
    const { key } = model.spec
    const known = this.#monitors.get(key)
    if (known !== undefined) {
      known.usedAtMs = nowMs
      return known
    }
    if (this.#monitors.size === MONITORS_MAX) this.#monitors.delete(this.#leastLately())
    const monitor = new ModelMonitor({ model, delay: this.delay, sinceMs: nowMs })
    this.#monitors.set(key, monitor)
    return monitor
  }

  find(key: string): ModelMonitor | undefined {
    return this.#monitors.get(key)
  }

  all(): { readonly key: string; readonly monitor: ModelMonitor }[] {
    return [...this.#monitors].map(([key, monitor]) => ({ key, monitor }))
  }

  addImpression(impression: ModelImpression): void {
    this.#monitors.get(impression.model)?.addImpression(impression)
  }

  /** @param click the impression that was clicked, at `atMs`. */
  addClick(click: ModelImpression & { readonly atMs: number }): void {
    this.delay.add(click)
    this.#monitors.get(click.model)?.addClick(click)
  }

  #leastLately(): string {
    const [[key]] = [...this.#monitors].sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs)
    return key
  }
}
