/**
 * What ads are worth this second: the goals of the catalog, corrected by what creatives and campaigns have shown, divided
 * by the multiplier of their budget, and nought while a campaign may not bid. Made every second and published with the
 * snapshot, so that the bid path pays nothing for it; some 20 ns an ad.
 */
import { type Ledger, REFUSAL } from '../budget/ledger.ts'
import type { Pacer } from '../budget/pacer.ts'
import type { ResponseRates } from '../pricing/response-rates.ts'
import type { Slot } from './slot.ts'
import type { AdAccounts, Ads, PacedGoals, Snapshot } from './snapshot.ts'

export type Worth = {
  readonly ledger: Ledger
  readonly pacer: Pick<Pacer, 'valueFactor' | 'passShare'>
  readonly rates: ResponseRates
}

/** The least that is worth a bid: a micro, which no auction knows anything below of. */
const LEAST_NANOS = 1

export function pacedGoals({ goals }: Pick<Ads, 'goals'>, accounts: AdAccounts, worth: Worth): PacedGoals {
  const { ledger, pacer } = worth
  const { isPerClick } = goals
  const count = isPerClick.length
  const valueMicros = new Float64Array(count)
  const ceilingCpmMicros = new Float64Array(count)
  const passShare = new Float64Array(count)
  for (let ad = 0; ad < count; ad++) {
    const campaign = accounts.campaigns[ad]
    if (ledger.refusal(campaign, LEAST_NANOS) !== REFUSAL.none) continue
    const factor = pacer.valueFactor[campaign]
    valueMicros[ad] = goals.valueMicros[ad] * multiplierOf(ad, goals, accounts, worth.rates) * factor
    ceilingCpmMicros[ad] = goals.ceilingCpmMicros[ad] * factor
    passShare[ad] = pacer.passShare[campaign]
  }
  return { isPerClick, valueMicros, ceilingCpmMicros, passShare }
}

/** The most that an ad may bid in a slot: what is guaranteed is owed its price, however the budget is paced. */
export function ceilingOf({ ads, goals }: Pick<Snapshot, 'ads' | 'goals'>, slot: Slot, ad: number): number {
  const paced = goals.ceilingCpmMicros[ad]
  return slot.isGuaranteed && paced > 0 ? ads.goals.ceilingCpmMicros[ad] : paced
}

/** What a probability of the model is multiplied by: calibrated, and made one of conversions where those are the goal. */
function multiplierOf(
  ad: number,
  { isPerClick, conversionRate }: Ads['goals'],
  { campaigns, creatives }: AdAccounts,
  rates: ResponseRates,
): number {
  if (isPerClick[ad] === 0) return 1
  const calibration = rates.mean(creatives[ad])
  const stated = conversionRate[ad]
  return stated === 0 ? calibration : calibration * rates.conversionRate(campaigns[ad], stated)
}
