/**
 * The ladder of segments that an auction belongs to, each rung within the one before:
 *
 *   root > exchange > shape of the slot > place > quarter of the day
 *
 * A segment learns from all auctions below it and lends its estimate to those that know little. Keys are the same in every
 * process and after a restart. The floor is no rung: a price to win that is the floor is counted as one of at most the
 * floor, so F tells of the rivals alone, and a rung for floors brought nothing in two simulated markets for its rows.
 */
import { hashPair } from '../base/hash.ts'
import { ABSENT, ROOT, ROOT_KEY, type Segments } from './landscape-segments.ts'

/** What an auction's competition depends on. Only likeness counts: any numbers do that stay the same. */
export type AuctionPlace = {
  readonly exchange: number
  /** Of media type and size; and of the auction type, for what is told of second-price auctions. */
  readonly shapeHash: number
  /** Of the publisher's domain or the app, with the tag where there is one. */
  readonly placeHash: number
  /** Hour of the day in UTC, 0 to 23. */
  readonly hour: number
}

/** Rungs above the root. */
const RUNGS = 4
const HOURS_A_QUARTER = 6

const keys = new Uint32Array(RUNGS)

/** The segment of an auction; what is new is added, as far down as the table has room. */
export function segmentOf(segments: Segments, place: AuctionPlace): number {
  writeKeys(place)
  const known = segments.find(keys[RUNGS - 1])
  if (known !== ABSENT) return known
  let segment = ROOT
  for (let rung = 0; rung < RUNGS; rung++) {
    let next = segments.find(keys[rung])
    if (next === ABSENT) next = segments.add(keys[rung], segment)
    if (next === ABSENT) return segment
    segment = next
  }
  return segment
}

function writeKeys({ exchange, shapeHash, placeHash, hour }: AuctionPlace): void {
  keys[0] = hashPair(ROOT_KEY, exchange)
  keys[1] = hashPair(keys[0], shapeHash)
  keys[2] = hashPair(keys[1], placeHash)
  keys[3] = hashPair(keys[2], Math.floor(hour / HOURS_A_QUARTER))
}
