/**
 * An event log of impressions of a catalog on generated traffic, as the bidder would have written it: bids, a bill for
 * each, and clicks as the truth has them, over 28 days. Beside the segments stands `truth.f64`: the truth's probability of
 * a click for each bid, in their order, as little-endian floats of 64 bits. Only benches may look at it.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { Prng } from '../../src/base/prng.ts'
import { BidIds } from '../../src/bidding/bid-ids.ts'
import type { Catalog } from '../../src/catalog/schema.ts'
import { EventLog } from '../../src/events/event-log.ts'
import type { FeatureValues } from '../../src/events/feature-notes.ts'
import { EVENTS_FOLDER, listSegments } from '../../src/events/segments.ts'
import { FEATURES } from '../../src/features/catalogue.ts'
import { clickDelayMs, noticeDelayMs } from '../exchange/delays.ts'
import { compiledAds, type Drawn, drawnImpressions, HOUR_MS } from './drawn-impressions.ts'

export const TRUTH_FILE = 'truth.f64'
export const DAYS = 28

export type LogOptions = {
  readonly catalog: Catalog
  readonly rows: number
  readonly seed: number
  /** Folder of data: the segments go to `events` in it. */
  readonly data: string
  /** Midnight before the first impression, Unix milliseconds. */
  readonly firstDayMs: number
  readonly onProgress?: (done: number) => void
}

export type Logged = { readonly impressions: number; readonly clicks: number }

/** Rows between two flushes: what the log's buffers have room for. */
const FLUSH_ROWS = 4096
/** What is bid above the floor, and what a model without any knowledge says. */
const MARGIN_MICROS = 500_000
const BASE_RATE = 0.01

/** Rejects where there is a log already, or the disk is full. */
export async function logImpressions(options: LogOptions): Promise<Logged> {
  const { catalog, rows, seed, data, firstDayMs, onProgress } = options
  const directory = join(data, EVENTS_FOLDER)
  await mkdir(directory, { recursive: true })
  if ((await listSegments(directory)).length > 0)
    throw new Error(`${directory} has an event log already; name another folder`)
  const ads = await compiledAds(catalog)
  const faults: Error[] = []
  const log = new EventLog({
    directory,
    bytesMax: Number.MAX_SAFE_INTEGER,
    bidShare: 1,
    features: FEATURES,
    clock: systemClock,
    onFault: (fault) => faults.push(fault),
  })
  const truth = new Float64Array(FLUSH_ROWS)
  const truthFile = openSync(join(directory, TRUTH_FILE), 'w')
  const offers = new Offers(log, seed, ads.vectors)
  const wallMsOf = (row: number) => firstDayMs + Math.floor((row / rows) * DAYS * 24 * HOUR_MS)
  let row = 0
  let clicks = 0
  for (const drawn of drawnImpressions({ ads, count: rows, seed, wallMsOf })) {
    offers.add(row, drawn)
    if (drawn.isClicked) clicks++
    truth[row++ % FLUSH_ROWS] = drawn.probability
    if (row % FLUSH_ROWS !== 0 && row < rows) continue
    writeSync(truthFile, new Uint8Array(truth.buffer, 0, 8 * (((row - 1) % FLUSH_ROWS) + 1)))
    await log.flush()
    onProgress?.(row)
    if (faults.length > 0) break
  }
  closeSync(truthFile)
  await log.close()
  if (faults.length > 0) throw faults[0]
  return { impressions: row, clicks }
}

/** Offers what the bidder and its clerk would. */
class Offers {
  readonly #log: EventLog
  readonly #ids: BidIds
  /** Apart from the one that draws impressions. */
  readonly #delays: Prng
  readonly #ads: FeatureValues

  constructor(log: EventLog, seed: number, ads: FeatureValues) {
    this.#log = log
    this.#ids = new BidIds(new Prng(seed))
    this.#delays = new Prng(seed + 1)
    this.#ads = ads
  }

  add(row: number, { vector, ad, wallMs, floorMicros, isClicked }: Drawn): void {
    const log = this.#log
    const bidId = this.#ids.ofBid(row)
    const usdCpmMicros = floorMicros + MARGIN_MICROS
    log.offerBid({
      note: log.noteFeatures(vector),
      atMs: wallMs,
      bidId,
      priceCpmMicros: usdCpmMicros,
      usdCpmMicros,
      clickProbability: BASE_RATE,
      propensity: 0,
      model: 'ctr/0',
      isByModel: false,
      ads: this.#ads,
      ad,
    })
    const billMs = wallMs + noticeDelayMs(this.#delays, false)
    log.offerNotice({ kind: 'bill', atMs: billMs, bidId, usdCpmMicros })
    const clickMs = billMs + clickDelayMs(this.#delays)
    if (isClicked) log.offerNotice({ kind: 'click', atMs: clickMs, bidId, usdCpmMicros: undefined })
  }
}
