/**
 * The impressions of a log, one by one in order of the bids' time: all notices are read first, into a byte a bid; then
 * the bids, a block in memory at a time.
 */
import { hashBytes, hashPair } from '../base/hash.ts'
import { BidMerge } from './bid-merge.ts'
import { BID, BID_ID_BYTES, EVENT, NOTICE, type SegmentKind } from './layout.ts'
import { OUTCOME, OutcomeTable } from './outcome-table.ts'
import { SegmentCursor } from './segment-cursor.ts'
import { type Segment, segmentsToRead } from './segments.ts'

export type WalkOptions = {
  /** Bids from this time on, and before that one; Unix milliseconds. */
  readonly fromMs?: number
  readonly toMs?: number
  /** Share of the impressions without a click that are wanted, above 0; 1 unless given. By bid id and seed. */
  readonly negativeShare?: number
  readonly seed?: number
  /** Told how many bytes of how many are behind. */
  readonly onProgress?: (bytesRead: number, bytesInAll: number) => void
}

export class ImpressionWalk {
  readonly #outcomes: OutcomeTable
  readonly #bids: BidMerge
  readonly #fromMs: number
  readonly #toMs: number
  readonly #seed: number
  readonly #wantedBelow: number

  /** Rejects with `SegmentFault`. */
  static async open(directory: string, options: WalkOptions): Promise<ImpressionWalk> {
    const segments = await segmentsToRead(directory)
    const inAll = segments.reduce((sum, { bytes }) => sum + bytes, 0)
    let read = 0
    const onRead = ({ bytes }: Segment) => {
      read += bytes
      options.onProgress?.(read, inAll)
    }
    const ofKind = (wanted: SegmentKind) => segments.filter(({ kind }) => kind === wanted)
    const outcomes = await outcomesIn(ofKind('notices'), onRead)
    return new ImpressionWalk(outcomes, new BidMerge(ofKind('bids'), onRead), options)
  }

  private constructor(outcomes: OutcomeTable, bids: BidMerge, options: WalkOptions) {
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, negativeShare = 1 } = options
    this.#outcomes = outcomes
    this.#bids = bids
    this.#fromMs = fromMs
    this.#toMs = toMs
    this.#seed = options.seed ?? 0
    this.#wantedBelow = negativeShare * 2 ** 32
  }

  /** Hands on impressions, and whether each is in the sample, until `take` wants no more. False at the end. */
  async run(take: (bid: SegmentCursor, outcome: number, isWanted: boolean) => boolean): Promise<boolean> {
    const bids = this.#bids
    while (bids.step() || (await bids.read())) {
      const bid = bids.current!
      if (bid.atMs < this.#fromMs || bid.atMs >= this.#toMs) continue
      const outcome = this.#outcomes.of(bid.block, bid.at + BID.bidId)
      if ((outcome & OUTCOME.billed) === 0) continue
      if (!take(bid, outcome, outcome !== OUTCOME.billed || this.#isDrawn(bid))) return true
    }
    return false
  }

  close(): Promise<void> {
    return this.#bids.close()
  }

  #isDrawn({ block, at }: SegmentCursor): boolean {
    const id = at + BID.bidId
    return hashPair(hashBytes(block, id, id + BID_ID_BYTES), this.#seed) < this.#wantedBelow
  }
}

const OUTCOME_OF_EVENT = new Map([
  [EVENT.bill, OUTCOME.billed],
  [EVENT.click, OUTCOME.clicked],
  [EVENT.conversion, OUTCOME.converted],
])

async function outcomesIn(
  notices: readonly Segment[],
  onRead: (segment: Segment) => void,
): Promise<OutcomeTable> {
  const outcomes = new OutcomeTable()
  for (const segment of notices) {
    const cursor = await SegmentCursor.open(segment.file)
    if (cursor !== undefined) await addOutcomes(cursor, outcomes)
    onRead(segment)
  }
  return outcomes
}

async function addOutcomes(cursor: SegmentCursor, outcomes: OutcomeTable): Promise<void> {
  const { block } = cursor
  do {
    do {
      const outcome = OUTCOME_OF_EVENT.get(block[cursor.at + NOTICE.kind])
      if (outcome !== undefined) outcomes.add(block, cursor.at + NOTICE.bidId, outcome)
    } while (cursor.step())
  } while (await cursor.fill())
  await cursor.close()
}
