/**
 * What a restart must know of the release of a model: `models.json` in the data folder, by the model's name.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

export type Released = {
  readonly live: string
  /** The version that `--model` named when it went live. */
  readonly flag: string
  readonly candidate?: {
    readonly version: string
    readonly stage: 'shadow' | 'canary'
    readonly share: number
  }
  /** Versions that were rolled back, and why. */
  readonly latched?: Readonly<Record<string, readonly string[]>>
}

export function readReleased(file: string, name: string): Released | undefined {
  return readAll(file)[name]
}

/** The version to start with: that which was promoted last, unless `--model` has been changed since. */
export function releasedVersion(file: string, name: string, flag: string): string {
  const released = readReleased(file, name)
  return released?.flag === flag ? released.live : flag
}

/** In one go, since another model stands in the same file. Throws when it cannot be written. */
export function writeReleased(file: string, name: string, released: Released): void {
  // A reader sees the old text or the new one.
  writeFileSync(`${file}.part`, JSON.stringify({ ...readAll(file), [name]: released }))
  renameSync(`${file}.part`, file)
}

function readAll(file: string): Record<string, Released> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Released> | null) ?? {}
  } catch {
    // None yet, or none that says anything: what `--model` names is live.
    return {}
  }
}
