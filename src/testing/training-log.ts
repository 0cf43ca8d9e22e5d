/** Writes an event log of drawn impressions, as a bidder would have written it. */
import { EventLog } from '../events/event-log.ts'
import { FEATURES } from '../features/catalogue.ts'
import { ManualClock } from './clock.ts'
import { type ImpressionOptions, makeImpressions } from './impressions.ts'

/** @param directory of the segments. */
export async function writeTrainingLog(directory: string, drawn: ImpressionOptions): Promise<void> {
  const log = new EventLog({
    directory,
    bytesMax: 2 ** 40,
    bidShare: 1,
    features: FEATURES,
    clock: new ManualClock(),
    onFault: (fault) => {
      throw fault
    },
  })
  let number = 0
  for await (const chunk of makeImpressions(drawn)) {
    for (let row = 0; row < chunk.count; row++) {
      const bidId = `drawn-${number++}`
      const [first, end] = [row * FEATURES.length, (row + 1) * FEATURES.length]
      const note = log.noteFeatures({
        hashes: chunk.hashes.subarray(first, end),
        numbers: chunk.numbers.subarray(first, end),
      })
      const atMs = chunk.atMs[row]
      const isKept = log.offerBid({
        note,
        atMs,
        bidId,
        priceCpmMicros: 1e6,
        usdCpmMicros: 1e6,
        clickProbability: 0.1,
        propensity: 1,
        model: 'ctr/1',
        isByModel: true,
        // Each bid has an ad of its own.
        ads: chunk,
        ad: row,
      })
      if (!isKept) throw new Error('the log has no room; draw smaller chunks')
      log.offerNotice({ kind: 'bill', atMs, bidId, usdCpmMicros: 1e6 })
      if (chunk.clicks[row] === 1) log.offerNotice({ kind: 'click', atMs, bidId, usdCpmMicros: undefined })
      if (chunk.conversions[row] === 1)
        log.offerNotice({ kind: 'conversion', atMs, bidId, usdCpmMicros: undefined })
    }
    await log.flush()
  }
  await log.close()
}
