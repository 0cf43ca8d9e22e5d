/**
 * Puts a new version into the models folder, whole or not at all: it is written and checked in a hidden folder, which
 * bidders pass over, and then renamed. What is there is never written over. Cold.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from './manifest.ts'

export type VersionFiles = {
  readonly manifest: Manifest
  readonly onnx: Uint8Array
  readonly inline: Uint8Array
}

/**
 * @param check of the folder as it will be; gives what is wrong with it, a sentence each.
 * @returns the folder, or the faults.
 */
export async function publishVersion(
  models: string,
  { manifest, onnx, inline }: VersionFiles,
  check: (folder: string) => Promise<readonly string[]>,
): Promise<{ readonly folder: string } | { readonly faults: readonly string[] }> {
  const { name, version } = manifest
  const hidden = join(models, `.${name}-${version}`)
  // Names and versions are read from the last two folders.
  const written = join(hidden, name, version)
  const folder = join(models, name, version)
  await rm(hidden, { recursive: true, force: true })
  try {
    await mkdir(written, { recursive: true })
    await writeFile(join(written, 'model.onnx'), onnx)
    await writeFile(join(written, 'inline.bin'), inline)
    await writeFile(join(written, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    const faults = await check(written)
    if (faults.length > 0) return { faults: faults.map((fault) => fault.replaceAll(written, folder)) }
    await mkdir(join(models, name), { recursive: true })
    if (existsSync(folder)) return { faults: [`${folder} is there already, and versions are never changed`] }
    await rename(written, folder)
    return { folder }
  } finally {
    await rm(hidden, { recursive: true, force: true })
  }
}

/** One more than the highest that is a number. */
export async function nextVersion(models: string, name: string): Promise<string> {
  const found = await readdir(join(models, name)).catch((): string[] => [])
  const numbers = found.filter((version) => /^\d+$/.test(version)).map(Number)
  return `${Math.max(0, ...numbers) + 1}`
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** `inline.bin`: little-endian floats, the bias first and the table behind it. */
export function inlineBytes(bias: number, table: Float32Array): Uint8Array {
  const weights = new Float32Array(1 + table.length)
  weights[0] = bias
  weights.set(table, 1)
  return new Uint8Array(weights.buffer)
}
