/**
 * Where a training has come to, in one file: a line of JSON, then the memory of all that has been learnt. Written beside
 * the file and renamed, so that whoever is killed leaves the one before. Arrays are read back in place.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { State } from '../ftrl.ts'
import { TrainFault } from './fault.ts'

export type CheckpointHead<Facts> = {
  /** Of everything that the result depends on. */
  readonly fingerprint: string
  readonly facts: Facts
}

export function writeCheckpoint<Facts>(file: string, head: CheckpointHead<Facts>, state: State): void {
  const part = `${file}.part`
  const fd = openSync(part, 'w')
  try {
    writeAll(fd, [Buffer.from(`${JSON.stringify(head)}\n`), ...state.map(bytesOf)])
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(part, file)
}

/** Undefined where there is none. The bytes behind the head go to `fill`. */
export function readCheckpoint<Facts>(
  file: string,
  fingerprint: string,
): { readonly facts: Facts; fill(state: State): void } | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new TrainFault(`${file}: ${(cause as Error).message}`)
  }
  const remedy = 'delete it to begin anew, or name another with --checkpoint'
  const head = headOf<Facts>(bytes)
  if (head === undefined) throw new TrainFault(`${file} is no checkpoint of a training; ${remedy}`)
  if (head.fingerprint !== fingerprint)
    throw new TrainFault(`${file} is of a training with other flags, columns or features; ${remedy}`)
  let at = bytes.indexOf('\n') + 1
  return {
    facts: head.facts,
    fill: (state) => {
      const size = state.reduce((sum, { byteLength }) => sum + byteLength, 0)
      if (bytes.length - at !== size) throw new TrainFault(`${file} is not whole; ${remedy}`)
      for (const array of state) {
        bytesOf(array).set(bytes.subarray(at, at + array.byteLength))
        at += array.byteLength
      }
    },
  }
}

export function deleteCheckpoint(file: string): void {
  rmSync(file, { force: true })
}

function headOf<Facts>(bytes: Buffer): CheckpointHead<Facts> | undefined {
  try {
    return JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n')))
  } catch {
    return undefined
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: State[number]): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** A write may take less than it is given. */
function writeAll(fd: number, chunks: readonly Uint8Array[]): void {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at)
  }
}
