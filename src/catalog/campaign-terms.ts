/**
 * What a campaign says of money, time and users, as the ledger, pacing and the frequency table take it.
 */
import { microsOfDecimal } from '../base/money.ts'
import { ALLOTTED_MAX_NANOS } from '../budget/books.ts'
import type { PacingMode } from '../budget/pacer.ts'
import { compileCaps } from '../users/caps.ts'
import type { Campaign } from './schema.ts'

const DAY_MS = 86_400_000
const NANOS_A_MICRO = 1000
const DEFAULT_TIME_ZONE = 'UTC'

export function campaignTermsOf(campaign: Campaign) {
  const { id, name, status, budget = {}, timeZone = DEFAULT_TIME_ZONE, flights = [] } = campaign
  return {
    name,
    isActive: status === 'active',
    budget: {
      campaignId: id,
      timeZone,
      totalNanos: nanosOf(budget.total),
      dailyNanos: nanosOf(budget.daily),
      flights: flights
        .map(({ start, end, budget: nanos }) => ({
          startDay: dayOf(start),
          endDay: dayOf(end),
          nanos: nanosOf(nanos),
        }))
        .sort((a, b) => a.startDay - b.startDay),
    },
    pacing: pacingOf(campaign),
    caps: compileCaps(
      (campaign.frequencyCaps ?? []).map(({ impressions, minutes }) => ({
        impressions,
        windowS: minutes * 60,
      })),
    ),
    isForKnownUsers: campaign.unknownUsers === 'no_bid',
  }
}

/** Where all impressions are worth the same, price has nothing to choose by: requests are left out instead. */
function pacingOf({ pacing = 'even', goal }: Campaign): PacingMode {
  if (pacing === 'asap') return 'none'
  return goal.type === 'cpm' ? 'throttle' : 'dual'
}

function nanosOf(usd: number | undefined): number {
  return usd === undefined ? ALLOTTED_MAX_NANOS : microsOfDecimal(usd) * NANOS_A_MICRO
}

/** Days from 1970-01-01 to a date such as 2026-12-24; NaN where there is no such date. */
export function dayOf(date: string): number {
  const [year, month, day] = date.split('-').map(Number)
  const days = Date.UTC(year, month - 1, day) / DAY_MS
  return new Date(days * DAY_MS).getUTCDate() === day && month >= 1 && month <= 12 ? days : Number.NaN
}
