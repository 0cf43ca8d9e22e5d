/**
 * What the ledger is told of campaigns and bids, and what it tells of them.
 */
import type { Tally } from './tallies.ts'

/** The budgets of a campaign; `ALLOTTED_MAX_NANOS` where there is none. */
export type CampaignBudget = {
  readonly campaignId: string
  /** IANA name; days begin at its midnights. */
  readonly timeZone: string
  readonly totalNanos: number
  readonly dailyNanos: number
  /** In order and apart from each other, in days of the campaign's calendar, both included; none for always. */
  readonly flights: readonly Flight[]
}

export type Flight = { readonly startDay: number; readonly endDay: number; readonly nanos: number }

/** What the disk knew of a campaign when the process started. */
export type CampaignPast = {
  readonly campaignId: string
  readonly isPaused: boolean
  readonly spentNanos: number
  readonly spentByDay: ReadonlyMap<number, number>
  readonly spentByFlight: ReadonlyMap<number, number>
  /** Held at the last checkpoint, or somewhat more. */
  readonly heldNanos: number
  readonly tally: Tally
}

/** What a settlement needs to know of its bid. */
export type Settlement = {
  /** Number of the bid if this process made it, else `NONE`. */
  readonly bidNumber: number
  readonly campaign: number
  readonly day: number
  /** First day of the flight, `NONE` outside flights. */
  readonly flightDay: number
  readonly bidNanos: number
  /** At most `bidNanos`. */
  readonly paidNanos: number
}

/** What pacing needs to know of a campaign. */
export type Pace = {
  readonly periodStartMs: number
  readonly periodEndMs: number
  /** Neither held nor spent, by the tightest of the budgets. */
  readonly availableNanos: number
  readonly heldNanos: number
  /** In all, and the prices of all bids of this process. */
  readonly spentNanos: number
  readonly bidNanos: number
}
