/**
 * `peregrine events`: what stands in the event log, a line of JSON each; beside the bidder that writes it, or after it.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SETTINGS, SettingsError } from './config/settings.ts'
import { SegmentFault } from './events/header.ts'
import { type ImpressionChunk, readImpressions } from './events/impressions.ts'
import { plainRecords } from './events/plain-records.ts'
import { EVENTS_FOLDER } from './events/segments.ts'
import { FEATURES } from './features/catalogue.ts'

export const EVENTS_HELP = `peregrine events [flags]: what stands in the event log, a line of JSON each, the oldest first
  --data DIR           folder of the bidder [shipped with peregrine]
  --kind KIND          bids, notices, or impressions: bids that were billed, and what became of them [bids]
  --limit N            lines at most

Features stand by name: text as its hash (0 is not known), numbers as they are (null is not known).`

const KINDS = ['bids', 'notices', 'impressions'] as const

type Flags = { readonly directory: string; readonly kind: (typeof KINDS)[number]; readonly limit: number }

export async function eventsCommand(args: readonly string[]): Promise<number> {
  const { directory, kind, limit } = flagsOf(args)
  const rows = kind === 'impressions' ? impressionRows(directory) : plainRecords(directory, kind)
  let count = 0
  try {
    for await (const row of rows) {
      if (++count > limit) break
      console.log(JSON.stringify(row))
    }
  } catch (cause) {
    if (cause instanceof SegmentFault) throw new SettingsError(`events: ${cause.message}`)
    throw cause
  }
  return 0
}

function flagsOf(args: readonly string[]): Flags {
  const { data = `${SETTINGS.data.fallback}`, kind: given = 'bids', limit } = parsed(args)
  const kind = KINDS.find((kind) => kind === given)
  if (kind === undefined)
    throw new SettingsError(`events: --kind: one of ${KINDS.join(', ')} is due, not "${given}"`)
  if (limit !== undefined && !/^\d{1,15}$/.test(limit))
    throw new SettingsError(`events: --limit: a whole number is due, not "${limit}"`)
  return {
    directory: join(data, EVENTS_FOLDER),
    kind,
    limit: limit === undefined ? Number.POSITIVE_INFINITY : Number(limit),
  }
}

function parsed(args: readonly string[]): { data?: string; kind?: string; limit?: string } {
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args: [...args], options: { data: text, kind: text, limit: text } }).values
  } catch (cause) {
    const [reason] = (cause as Error).message.split(/\.\s/)
    throw new SettingsError(`events: ${reason}; peregrine events --help lists the flags`)
  }
}

async function* impressionRows(directory: string): AsyncGenerator<object, void, undefined> {
  for await (const chunk of readImpressions(directory, { features: FEATURES }))
    for (let row = 0; row < chunk.count; row++) yield impressionRow(chunk, row)
}

function impressionRow({ hashes, numbers, clicks, conversions, atMs }: ImpressionChunk, row: number): object {
  const first = row * FEATURES.length
  const shownValue = (kind: 'text' | 'number', cell: number) => {
    if (kind === 'text') return hashes[cell]
    return Number.isNaN(numbers[cell]) ? null : numbers[cell]
  }
  return {
    atMs: atMs[row],
    click: clicks[row],
    conversion: conversions[row],
    features: Object.fromEntries(FEATURES.map(({ name, kind }, i) => [name, shownValue(kind, first + i)])),
  }
}
