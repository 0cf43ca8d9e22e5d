/**
 * What a schema cannot say of a campaign: time zones and dates that exist, flights that do not overlap, caps that differ.
 */
import { isTimeZone } from '../budget/calendar.ts'
import { dayOf } from './campaign-terms.ts'
import type { SchemaFault } from './fault.ts'
import type { Campaign } from './schema.ts'

export function campaignFaults({
  timeZone,
  flights = [],
  frequencyCaps = [],
  budget,
}: Campaign): SchemaFault[] {
  const faults: SchemaFault[] = []
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    faults.push({
      path: '/timeZone',
      message: `there is no time zone ${JSON.stringify(timeZone)}; expected: an IANA name such as Europe/Berlin`,
    })
  }
  flights.forEach(({ start, end }, i) => {
    for (const [name, date] of Object.entries({ start, end })) {
      if (Number.isNaN(dayOf(date)))
        faults.push({ path: `/flights/${i}/${name}`, message: `there is no day ${date}` })
    }
    if (dayOf(end) < dayOf(start))
      faults.push({ path: `/flights/${i}/end`, message: `must not be before its start, ${start}` })
    const other = flights.findIndex(
      (flight, j) => j < i && dayOf(flight.start) <= dayOf(end) && dayOf(flight.end) >= dayOf(start),
    )
    if (other !== -1) faults.push({ path: `/flights/${i}`, message: `overlaps /flights/${other}` })
  })
  if (budget?.total !== undefined && budget.daily !== undefined && budget.daily > budget.total)
    faults.push({ path: '/budget/daily', message: `must not be above the total of ${budget.total}` })
  const windows = frequencyCaps.map(({ minutes }) => minutes)
  frequencyCaps.forEach(({ minutes }, i) => {
    const first = windows.indexOf(minutes)
    if (first < i)
      faults.push({ path: `/frequencyCaps/${i}`, message: `has the window of /frequencyCaps/${first}` })
  })
  return faults
}
