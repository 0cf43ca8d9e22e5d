/**
 * What a bid costs the loop to be logged: its imp noted, its record written into a buffer. Against a line of JSON, which
 * has to be made in the loop, and is four times as long; and how much of it is the note, which also imps without a bid pay.
 * The disk is left out of all of them: a full buffer is thrown away.
 */
import { type BidEvent, BidRecords } from '../../../src/events/bid-records.ts'
import { FEATURES } from '../../../src/features/catalogue.ts'
import type { MicroBench } from '../measure.ts'
import { ads, matchedRequest } from '../setting.ts'

const { vector, ads: candidates } = matchedRequest(0)
const SIZE = { buffers: 8, bufferBytes: 2 ** 18 }
const records = new BidRecords(FEATURES, SIZE)

function bidOf(number: number, note: number): BidEvent {
  return {
    note,
    atMs: 1_767_225_600_000 + number,
    bidId: `1yp0yz31gdh5wd-${number.toString(36)}`,
    priceCpmMicros: 2_500_000 + number,
    usdCpmMicros: 2_500_000 + number,
    clickProbability: 0.0123,
    propensity: 0.5,
    model: 'ctr/1',
    isByModel: true,
    ads: ads.vectors,
    ad: candidates[number % candidates.length],
  }
}

function record(count: number): number {
  let check = 0
  for (let number = 0; number < count; number++) {
    check += records.add(bidOf(number, records.note(vector))) ? 1 : 0
    if (!records.ring.isBatchFull) continue
    records.ring.take()
    records.ring.free()
  }
  return check
}

function noteOnly(count: number): number {
  let check = 0
  for (let number = 0; number < count; number++) check += records.note(vector) & 1
  return check
}

/** Features as they come, those of the ad among them. */
function lineOf({ note: _, ads: values, ad, ...bid }: BidEvent, noted: readonly number[]): string {
  const features: Record<string, number> = {}
  FEATURES.forEach(({ name, side, kind }, i) => {
    const { hashes, numbers } = values
    const cell = ad * FEATURES.length + i
    features[name] = side !== 'ad' ? noted[i] : kind === 'text' ? hashes[cell] : numbers[cell]
  })
  return `${JSON.stringify({ ...bid, features })}\n`
}

const text = Buffer.alloc(SIZE.bufferBytes)

function line(count: number): number {
  let check = 0
  let length = 0
  for (let number = 0; number < count; number++) {
    const noted = FEATURES.map(({ kind }, i) => (kind === 'text' ? vector.hashes[i] : vector.numbers[i]))
    const written = lineOf(bidOf(number, 0), noted)
    if (length + written.length > text.length) length = 0
    length += text.write(written, length)
    check++
  }
  return check
}

export const benches: MicroBench[] = [
  {
    name: `events: log a bid with ${FEATURES.length} features`,
    unit: 'bid',
    count: 20_000,
    cases: [
      { name: 'a record of fixed width', run: record },
      { name: 'the note of the imp alone', run: noteOnly },
      { name: 'a line of JSON', run: line },
    ],
  },
]
