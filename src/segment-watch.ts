/**
 * The file of `--segments`: read at start, and again whenever it changes; whole or not at all. While it is read again, bids
 * go on with the table before.
 */
import { unwatchFile, watchFile } from 'node:fs'
import type { Logger } from 'pino'
import { oneAtATime } from './base/one-at-a-time.ts'
import { readSegmentFile } from './users/segment-file.ts'
import type { SegmentTable } from './users/segments.ts'
import type { UserKeys } from './users/user-key.ts'

const LOOK_MS = 5000

export type SegmentWatch = {
  readonly first: SegmentTable
  /** Calls with each table that follows. */
  onTable(use: (table: SegmentTable) => void): void
  close(): void
}

/** Rejects with the faults of the file, a line each. */
export async function watchSegments(file: string, keys: UserKeys, log: Logger): Promise<SegmentWatch> {
  const result = await readSegmentFile(file, keys)
  if ('faults' in result) throw new Error(result.faults.join('\n'))
  log.info({ file, users: result.table.userCount, bytes: result.table.byteLength }, 'segments read')
  let use: (table: SegmentTable) => void = () => {}
  const reread = oneAtATime(async () => {
    const next = await readSegmentFile(file, keys)
    if ('faults' in next) log.error({ faults: next.faults }, 'segments refused; bids go on with those before')
    else {
      log.info({ file, users: next.table.userCount }, 'segments read again')
      use(next.table)
    }
  })
  const look = (): void => void reread()
  watchFile(file, { interval: LOOK_MS }, look)
  return {
    first: result.table,
    onTable: (next) => {
      use = next
    },
    close: () => unwatchFile(file, look),
  }
}
