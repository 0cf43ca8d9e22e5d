/**
 * What ads are worth this second: the goals of the catalog, corrected by what creatives and campaigns have shown, divided
 * by the multiplier of their budget, and nought while a campaign may not bid. Looked at every second and published with the
 * snapshot when they have changed, so that the bid path pays nothing for it; some 20 ns an ad.
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

/** @param before the goals of the second before, which are given back where nothing has changed. */
export function pacedGoals(
  { goals }: Pick<Ads, 'goals'>,
  accounts: AdAccounts,
  worth: Worth,
  before?: PacedGoals,
): PacedGoals {
  const { ledger, pacer, rates } = worth
  const { isPerClick } = goals
  let paced = before ?? noGoals(isPerClick)
  for (let ad = 0; ad < isPerClick.length; ad++) {
    const campaign = accounts.campaigns[ad]
    const mayBid = ledger.refusal(campaign, LEAST_NANOS) === REFUSAL.none
    const factor = mayBid ? pacer.valueFactor[campaign] : 0
    const conversionRate = conversionRateOf(ad, goals, accounts, rates)
    const multiplier = mayBid ? multiplierOf(ad, goals, accounts, rates) * (conversionRate || 1) : 0
    const valueMicros = goals.valueMicros[ad] * multiplier * factor
    const ceilingCpmMicros = goals.ceilingCpmMicros[ad] * factor
    const passShare = mayBid ? pacer.passShare[campaign] : 0
    const isSame =
      paced.valueMicros[ad] === valueMicros &&
      paced.ceilingCpmMicros[ad] === ceilingCpmMicros &&
      paced.conversionRate[ad] === conversionRate &&
      paced.passShare[ad] === passShare
    if (isSame) continue
    // What is published is never changed.
    if (paced === before) paced = copyOf(before)
    paced.valueMicros[ad] = valueMicros
    paced.ceilingCpmMicros[ad] = ceilingCpmMicros
    paced.conversionRate[ad] = conversionRate
    paced.passShare[ad] = passShare
  }
  return paced
}

function noGoals(isPerClick: Uint8Array): PacedGoals {
  const { length } = isPerClick
  return {
    isPerClick,
    valueMicros: new Float64Array(length),
    ceilingCpmMicros: new Float64Array(length),
    conversionRate: new Float64Array(length),
    passShare: new Float64Array(length),
  }
}

function copyOf({
  isPerClick,
  valueMicros,
  ceilingCpmMicros,
  conversionRate,
  passShare,
}: PacedGoals): PacedGoals {
  return {
    isPerClick,
    valueMicros: valueMicros.slice(),
    ceilingCpmMicros: ceilingCpmMicros.slice(),
    conversionRate: conversionRate.slice(),
    passShare: passShare.slice(),
  }
}

/** The most that an ad may bid in a slot: what is guaranteed is owed its price, however the budget is paced. */
export function ceilingOf({ ads, goals }: Pick<Snapshot, 'ads' | 'goals'>, slot: Slot, ad: number): number {
  const paced = goals.ceilingCpmMicros[ad]
  return slot.isGuaranteed && paced > 0 ? ads.goals.ceilingCpmMicros[ad] : paced
}

/** What a probability of the model is multiplied by, to be calibrated. */
function multiplierOf(
  ad: number,
  { isPerClick }: Ads['goals'],
  { creatives }: AdAccounts,
  rates: ResponseRates,
): number {
  return isPerClick[ad] === 0 ? 1 : rates.mean(creatives[ad])
}

/** Conversions a click of the ad's campaign; 0 where conversions are not the goal. */
function conversionRateOf(
  ad: number,
  { conversionRate }: Ads['goals'],
  { campaigns }: AdAccounts,
  rates: ResponseRates,
): number {
  const stated = conversionRate[ad]
  return stated === 0 ? 0 : rates.conversionRate(campaigns[ad], stated)
}
