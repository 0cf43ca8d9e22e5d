/** Notices as records. */
import { headerBytes } from './header.ts'
import { EVENT, type EventKind, NOTICE, noticeLayout } from './layout.ts'
import { RecordRing, type RingSize, writeBidId } from './record-ring.ts'

export type NoticeEvent = {
  readonly kind: EventKind
  readonly atMs: number
  readonly bidId: string
  /** What was paid, or is said to have been; undefined where nothing is said. */
  readonly usdCpmMicros: number | undefined
}

export class NoticeRecords {
  readonly ring: RecordRing
  readonly header = headerBytes(noticeLayout, [], [])

  constructor(size: RingSize) {
    this.ring = new RecordRing(noticeLayout.recordBytes, size)
  }

  /** False where there is no room. */
  add({ kind, atMs, bidId, usdCpmMicros = Number.NaN }: NoticeEvent): boolean {
    const buffer = this.ring.room()
    if (buffer === undefined) return false
    const at = buffer.count++ * this.ring.recordBytes
    buffer.float64[(at + NOTICE.atMs) >> 3] = atMs
    buffer.float64[(at + NOTICE.usdCpmMicros) >> 3] = usdCpmMicros
    writeBidId(buffer, at + NOTICE.bidId, bidId)
    buffer.bytes[at + NOTICE.kind] = EVENT[kind]
    return true
  }
}
