/**
 * Event logs for tests: a small catalogue, what is offered, and a reader that knows nothing of a segment but its first
 * line.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { BidEvent } from '../events/bid-records.ts'
import { EventLog, type EventLogOptions } from '../events/event-log.ts'
import type { LoggedFeature } from '../events/layout.ts'
import { ManualClock } from './clock.ts'

export const LOGGED: readonly LoggedFeature[] = [
  { name: 'country', side: 'request', kind: 'text' },
  { name: 'floor', side: 'imp', kind: 'number' },
  { name: 'campaign', side: 'ad', kind: 'text' },
  { name: 'tag', side: 'imp', kind: 'text' },
  { name: 'length', side: 'ad', kind: 'number' },
]

export const NO_DROP_MB = 64

/** A log that writes when it is asked to. */
export function openLog(t: Test, options: Partial<EventLogOptions> = {}) {
  const clock = new ManualClock()
  const faults: Error[] = []
  const directory = options.directory ?? join(t.testdir(), 'events')
  const log = new EventLog({
    bytesMax: NO_DROP_MB * 2 ** 20,
    bidShare: 1,
    features: LOGGED,
    clock,
    onFault: (fault) => faults.push(fault),
    ...options,
    directory,
  })
  t.teardown(() => log.close())
  return { log, clock, faults, directory }
}

/** A bid whose features are told by its number. */
export function bidOf(log: EventLog, number: number, more: Partial<BidEvent> = {}): BidEvent {
  const hashes = Uint32Array.of(number, 0, 0, number + 1, 0)
  const numbers = Float32Array.of(0, number / 4, 0, 0, 0)
  return {
    note: log.noteFeatures({ hashes, numbers }),
    atMs: 1_767_225_600_000 + number,
    bidId: `abc123-${number.toString(36)}`,
    priceCpmMicros: 3e6 + number,
    usdCpmMicros: 2e6 + number,
    clickProbability: 0.25,
    propensity: 0.5,
    model: 'ctr/1',
    isByModel: true,
    ads: ADS,
    ad: number % 2,
    ...more,
  }
}

/** Two ads: a row each. */
export const ADS = {
  hashes: Uint32Array.of(0, 0, 0xffffffff, 0, 0, 0, 0, 77, 0, 0),
  numbers: Float32Array.of(0, 0, 0, 0, 15, 0, 0, 0, 0, Number.NaN),
}

export function segmentFiles(directory: string, kind: 'bids' | 'notices'): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(kind))
    .sort()
    .map((name) => join(directory, name))
}

type Naive = Readonly<Record<string, number | string>>

/** The records of a file, by its header alone. */
export function naiveRecords(file: string): Naive[] {
  const bytes = readFileSync(file)
  const header = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n')))
  const records: Naive[] = []
  for (let at = 8192; at + header.recordBytes <= bytes.length; at += header.recordBytes) {
    const record: Record<string, number | string> = {}
    for (const { name, type, offset } of header.fields) {
      const value = naiveValue(bytes, type, at + offset)
      record[name] = header.names[name]?.[value] ?? value
    }
    records.push(record)
  }
  return records
}

function naiveValue(bytes: Buffer, type: string, at: number): number | string {
  if (type === '<f8') return bytes.readDoubleLE(at)
  if (type === '<f4') return bytes.readFloatLE(at)
  if (type.startsWith('|S')) return bytes.toString('ascii', at, at + Number(type.slice(2))).split('\0')[0]
  return bytes.readUIntLE(at, Number(type.slice(2)))
}
