/**
 * The files of an event log: `<kind>-<startUnixMs>-<n>.seg`, by the time of the first record; n counts those of one process.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SegmentFault } from './header.ts'
import type { SegmentKind } from './layout.ts'

export type Segment = {
  readonly file: string
  readonly kind: SegmentKind
  readonly startMs: number
  readonly number: number
  /** As they were when the folder was read. */
  readonly bytes: number
}

/** Of the data folder. */
export const EVENTS_FOLDER = 'events'

export function segmentName(kind: SegmentKind, startMs: number, number: number): string {
  return `${kind}-${startMs}-${number}.seg`
}

/** The segments of a folder, in the order of their beginnings; other files are passed over. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const segments: Segment[] = []
  for (const name of await readdir(directory)) {
    const [, kind, startMs, number] = /^(bids|notices)-(\d{1,15})-(\d{1,15})\.seg$/.exec(name) ?? []
    if (kind === undefined) continue
    const file = join(directory, name)
    const bytes = await bytesOf(file)
    if (bytes === undefined) continue
    segments.push({
      file,
      kind: kind as SegmentKind,
      startMs: Number(startMs),
      number: Number(number),
      bytes,
    })
  }
  return segments.sort((a, b) => a.startMs - b.startMs || a.number - b.number)
}

/** The same for one who reads them: rejects with `SegmentFault` where there is no folder. */
export async function segmentsToRead(directory: string): Promise<Segment[]> {
  try {
    return await listSegments(directory)
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    throw new SegmentFault(
      `${directory}: there is no event log; name the folder of a bidder that keeps one with --data`,
    )
  }
}

/** Undefined for a file that has gone meanwhile: the oldest make room for new ones. */
async function bytesOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw cause
  }
}

export function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT'
}
