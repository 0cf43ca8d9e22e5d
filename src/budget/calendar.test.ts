import fc from 'fast-check'
import t from 'tap'
import { Calendar, isTimeZone } from './calendar.ts'
import '../testing/seed.ts'

const HOUR_MS = 3_600_000

/** Each row: a zone, a local date, and where that day begins and ends in UTC. */
const DAYS: readonly (readonly [about: string, zone: string, date: string, start: string, end: string])[] = [
  ['UTC', 'UTC', '2026-03-01', '2026-03-01T00:00Z', '2026-03-02T00:00Z'],
  ['west', 'America/Los_Angeles', '2026-07-01', '2026-07-01T07:00Z', '2026-07-02T07:00Z'],
  ['a half hour', 'Asia/Kolkata', '2026-07-02', '2026-07-01T18:30Z', '2026-07-02T18:30Z'],
  ['three quarters', 'Asia/Kathmandu', '2026-07-01', '2026-06-30T18:15Z', '2026-07-01T18:15Z'],
  ['spring: 23 hours', 'Europe/Berlin', '2026-03-29', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
  ['autumn: 25 hours', 'Europe/Berlin', '2026-10-25', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
  ['half an hour more', 'Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00Z', '2026-04-05T13:30Z'],
  // Clocks go from 24:00 to 01:00: the day begins at one.
  ['no midnight', 'Africa/Cairo', '2025-04-25', '2025-04-24T22:00Z', '2025-04-25T21:00Z'],
  ['no midnight', 'America/Santiago', '2025-09-07', '2025-09-07T04:00Z', '2025-09-08T03:00Z'],
  // Clocks go from 24:00 back to 23:00: the hour before midnight comes twice.
  ['eleven at night twice', 'America/Santiago', '2025-04-05', '2025-04-05T03:00Z', '2025-04-06T04:00Z'],
  // 2011-12-30 was left out.
  ['before the gap', 'Pacific/Apia', '2011-12-29', '2011-12-29T10:00Z', '2011-12-30T10:00Z'],
  ['behind the gap', 'Pacific/Apia', '2011-12-31', '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
]

t.test('a civil day runs from local midnight to local midnight, whenever it is asked for', async (t) => {
  for (const [about, zone, date, start, end] of DAYS) {
    const [startMs, endMs] = [Date.parse(start), Date.parse(end)]
    const wanted = { day: Date.parse(date) / (24 * HOUR_MS), startMs, endMs }
    for (const wallMs of [startMs, startMs + 1, (startMs + endMs) / 2, endMs - HOUR_MS, endMs - 1]) {
      t.same(new Calendar().dayOf(zone, wallMs), wanted, `${zone}: ${about}`)
    }
    const calendar = new Calendar()
    t.equal(calendar.dayOf(zone, startMs - 1).endMs, startMs, `${zone}: ${about}, a millisecond early`)
    t.equal(calendar.dayOf(zone, endMs).startMs, endMs, `${zone}: ${about}, just over`)
  }
})

t.test('days of any zone follow each other without gap or overlap, and look like their clocks', async () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
  const instants = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2032, 0, 1) })
  fc.assert(
    fc.property(zones, instants, (zone, wallMs) => {
      const calendar = new Calendar()
      const day = calendar.dayOf(zone, wallMs)
      const next = calendar.dayOf(zone, day.endMs)
      const hours = (day.endMs - day.startMs) / HOUR_MS
      return (
        day.startMs <= wallMs &&
        wallMs < day.endMs &&
        next.startMs === day.endMs &&
        next.day === day.day + 1 &&
        hours >= 22.5 &&
        hours <= 25.5 &&
        localDate(zone, wallMs) === new Date(day.day * 24 * HOUR_MS).toISOString().slice(0, 10)
      )
    }),
    { numRuns: 300 },
  )
})

t.test('a clock that is set back finds the day before', async (t) => {
  const calendar = new Calendar()
  const noon = Date.UTC(2026, 0, 5, 12)
  const later = calendar.dayOf('Asia/Tokyo', noon + 24 * HOUR_MS)
  t.equal(calendar.dayOf('Asia/Tokyo', noon).endMs, later.startMs)
})

t.test('zones have names', async (t) => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Calcutta']) {
    t.ok(isTimeZone(zone), zone)
  }
  for (const text of ['', 'Mars/Olympus', 'Europe', '+02:00', '-03', 'Europe/Berlin ', '../etc']) {
    t.notOk(isTimeZone(text), JSON.stringify(text))
  }
})

/** As a person there would write it; Swedes write dates as ISO does. */
function localDate(timeZone: string, wallMs: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(wallMs)
}
