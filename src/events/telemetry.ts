/** What became of the records of the event log, by kind. */
import { Counter, type Instrument } from '../telemetry/instruments.ts'
import { SEGMENT_KINDS, type SegmentKind } from './layout.ts'

/** The slot of a kind. */
export const EVENT_SLOT = Object.fromEntries(SEGMENT_KINDS.map((kind, slot) => [kind, slot])) as Record<
  SegmentKind,
  number
>

const slots = SEGMENT_KINDS.map((kind) => ({ kind }))

export class EventTelemetry {
  readonly written = new Counter({
    name: 'peregrine_events_written_total',
    about: 'Records of the event log that were written',
    slots,
  })
  readonly dropped = new Counter({
    name: 'peregrine_events_dropped_total',
    about: 'Records of the event log for which there was no room, or that could not be written',
    slots,
  })
  readonly faults = new Counter({
    name: 'peregrine_events_faults_total',
    about: 'Writes of the event log that failed',
  })
  readonly instruments: readonly Instrument[] = [this.written, this.dropped, this.faults]
}
