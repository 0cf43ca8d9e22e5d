/**
 * Campaigns as an operator sees them: budgets, spend and what became of their bids, in US dollars; and the switch that
 * pauses one. Reads what the ledger keeps, off the bid path.
 */

import type { Published } from '../base/published.ts'
import type { CampaignTerms, Snapshot } from '../bidding/snapshot.ts'
import type { Treasury } from '../bidding/treasury.ts'
import { ALLOTTED_MAX_NANOS } from '../budget/books.ts'
import { type Ledger, REFUSAL } from '../budget/ledger.ts'
import type { Pacer } from '../budget/pacer.ts'

export type CampaignsOptions = {
  readonly ledger: Ledger
  readonly pacer: Pacer
  readonly treasury: Treasury
  readonly snapshots: Published<Snapshot>
}

export type CampaignStatus = 'active' | 'paused' | 'not_in_flight' | 'spent'

/** A campaign in a list. Money in US dollars, null where there is no budget. */
export type CampaignView = {
  readonly id: string
  readonly name: string
  readonly status: CampaignStatus
  readonly budget: { readonly total: number | null; readonly daily: number | null }
  readonly spend: { readonly total: number; readonly today: number }
  readonly reserved: number
  readonly bids: number
  readonly wins: number
  readonly impressions: number
  readonly clicks: number
  readonly conversions: number
}

/** One campaign by itself. */
export type CampaignDetail = CampaignView & {
  /** Who paused it. */
  readonly pausedBy: ('catalog' | 'operator')[]
  readonly timeZone: string
  /** Ends at the midnight that `spend.today` begins anew at. */
  readonly dayEnds: string
  readonly flights: readonly {
    readonly start: string
    readonly end: string
    readonly budget: number | null
  }[]
  readonly pacing: {
    readonly mode: CampaignTerms['pacing']
    /** What values are multiplied by before they are bid. */
    readonly valueFactor: number
    /** Of the requests that it could bid on, the share that it takes part in. */
    readonly passShare: number
  }
}

const NANOS_A_DOLLAR = 1e9
const DAY_MS = 86_400_000

export class Campaigns {
  readonly #options: CampaignsOptions

  constructor(options: CampaignsOptions) {
    this.#options = options
  }

  /** Those of the catalog, in its order. */
  list(): CampaignView[] {
    const { campaigns } = this.#options.snapshots.current.ads
    return Array.from(campaigns, ([id, terms]) => this.#view(id, terms))
  }

  find(id: string): CampaignDetail | undefined {
    const terms = this.#options.snapshots.current.ads.campaigns.get(id)
    return terms === undefined ? undefined : this.#detail(id, terms)
  }

  /** Acts on the next request; resolves to whether a restart would know of it. */
  setPaused(id: string, isPaused: boolean): Promise<boolean> {
    const { ledger, treasury, snapshots } = this.#options
    return new Promise((resolve) => treasury.setPaused(snapshots, ledger.find(id)!, isPaused, resolve))
  }

  #view(id: string, terms: CampaignTerms): CampaignView {
    const { ledger } = this.#options
    const campaign = ledger.find(id)!
    const { spentNanos, spentTodayNanos, heldNanos } = ledger.standingOf(campaign)
    const { totalNanos, dailyNanos } = terms.budget
    return {
      id,
      name: terms.name,
      status: this.#statusOf(campaign, terms),
      budget: { total: budgetOf(totalNanos), daily: budgetOf(dailyNanos) },
      spend: { total: dollars(spentNanos), today: dollars(spentTodayNanos) },
      reserved: dollars(heldNanos),
      ...ledger.tallies.of(campaign),
    }
  }

  #detail(id: string, terms: CampaignTerms): CampaignDetail {
    const { ledger, pacer } = this.#options
    const campaign = ledger.find(id)!
    const { timeZone, flights } = terms.budget
    return {
      ...this.#view(id, terms),
      pausedBy: [
        ...(terms.isActive ? [] : (['catalog'] as const)),
        ...(ledger.isPaused(campaign) ? (['operator'] as const) : []),
      ],
      timeZone,
      dayEnds: new Date(ledger.dayEndMs(campaign)).toISOString(),
      flights: flights.map(({ startDay, endDay, nanos }) => ({
        start: dateOf(startDay),
        end: dateOf(endDay),
        budget: budgetOf(nanos),
      })),
      pacing: {
        mode: terms.pacing,
        valueFactor: pacer.valueFactor[campaign],
        passShare: pacer.passShare[campaign],
      },
    }
  }

  #statusOf(campaign: number, { isActive }: CampaignTerms): CampaignStatus {
    const refusal = this.#options.ledger.refusal(campaign, 1)
    if (!isActive || refusal === REFUSAL.paused) return 'paused'
    if (refusal === REFUSAL.notInFlight) return 'not_in_flight'
    return refusal === REFUSAL.spent ? 'spent' : 'active'
  }
}

function budgetOf(nanos: number): number | null {
  return nanos === ALLOTTED_MAX_NANOS ? null : dollars(nanos)
}

/** Nine decimals are exact, and doubles print no more than are needed. */
function dollars(nanos: number): number {
  return Number((nanos / NANOS_A_DOLLAR).toFixed(9))
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
