/**
 * Civil days of a campaign's time zone, as instants: a daily budget runs from one local midnight to the next.
 *
 * Days follow each other without gap or overlap. One on which clocks change has 23 or 25 hours; where the change takes
 * midnight itself away, the day begins at the first instant that there is. A date that a zone leaves out has no length.
 * Called by the control path every second for every campaign: about 0.1 us while the day lasts, 0.2 ms for each
 * zone when it ends, 1 ms when it is first met. Not for the past of zones that set their clocks back across midnight (none has since 2011).
 */

export type CivilDay = {
  /** Days from 1970-01-01 to the local date. */
  readonly day: number
  readonly startMs: number
  /** Where the next day begins; not part of this one. */
  readonly endMs: number
}

const DAY_MS = 86_400_000
/** No civil day is longer, and none begins further from an instant within it. */
const DAY_MS_MAX = 26 * 3_600_000

/** Whether text names a zone of the IANA database. Offsets such as `+02:00` are none: they know no summer. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export class Calendar {
  readonly #zones = new Map<string, Zone>()

  /** The civil day of an instant. @param timeZone a name for which `isTimeZone` holds. */
  dayOf(timeZone: string, wallMs: number): CivilDay {
    const known = this.#zones.get(timeZone)
    if (known !== undefined) return known.dayOf(wallMs)
    const zone = new Zone(timeZone)
    this.#zones.set(timeZone, zone)
    return zone.dayOf(wallMs)
  }
}

class Zone {
  readonly #format: Intl.DateTimeFormat
  #known: CivilDay = { day: 0, startMs: 0, endMs: 0 }

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    })
  }

  dayOf(wallMs: number): CivilDay {
    if (!(wallMs >= this.#known.startMs && wallMs < this.#known.endMs)) this.#known = this.#find(wallMs)
    return this.#known
  }

  #find(wallMs: number): CivilDay {
    const day = this.#dateAt(wallMs)
    return {
      day,
      startMs: this.#firstOf(day, wallMs - DAY_MS_MAX, wallMs),
      endMs: this.#firstOf(day + 1, wallMs, wallMs + DAY_MS_MAX),
    }
  }

  /** The first instant of a date or a later one, between one before it and one in it or behind. */
  #firstOf(day: number, beforeMs: number, behindMs: number): number {
    let [low, high] = [Math.floor(beforeMs), Math.floor(behindMs)]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#dateAt(middle) >= day) high = middle
      else low = middle
    }
    return high
  }

  /** The local date at an instant, in days since 1970-01-01. */
  #dateAt(wallMs: number): number {
    const parts = this.#format.formatToParts(wallMs)
    const partOf = (type: 'year' | 'month' | 'day') => Number(parts.find((part) => part.type === type)!.value)
    return Date.UTC(partOf('year'), partOf('month') - 1, partOf('day')) / DAY_MS
  }
}
