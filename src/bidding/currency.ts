/**
 * The currency of a request's bids (OpenRTB 2.6 section 3.2.1, `cur`): US dollars where they are taken, or else the
 * first one listed whose rate is known.
 */
import type { RequestView } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import { currencyAt, USD } from '../openrtb/values.ts'
import type { Rates } from '../pricing/currency.ts'
import type { BidCurrency } from './floors.ts'

/** Undefined when none of the currencies is one that we can bid in. */
export function bidCurrencyOf(view: RequestView, rates: Rates, wallMs: number): BidCurrency | undefined {
  const list = view.currencies
  // Without a list the default is all that is safe.
  if (list === NONE) return new RatedCurrency(USD, 1, rates, wallMs)
  const { tape } = view
  const end = tape.next(list)
  let code = 0
  for (let token = tape.firstItem(list); token < end && code !== USD; token = tape.next(token)) {
    const listed = currencyAt(tape, token, 0)
    if (listed === USD || (code === 0 && rates.unitsPerUsd(listed, wallMs) > 0)) code = listed
  }
  return code === 0 ? undefined : new RatedCurrency(code, rates.unitsPerUsd(code, wallMs), rates, wallMs)
}

class RatedCurrency implements BidCurrency {
  readonly code: number
  readonly unitsPerUsd: number
  readonly #rates: Rates
  readonly #wallMs: number

  constructor(code: number, unitsPerUsd: number, rates: Rates, wallMs: number) {
    this.code = code
    this.unitsPerUsd = unitsPerUsd
    this.#rates = rates
    this.#wallMs = wallMs
  }

  unitsPer(code: number): number {
    return this.unitsPerUsd * this.usdPer(code)
  }

  usdPer(code: number): number {
    return 1 / this.#rates.unitsPerUsd(code, this.#wallMs)
  }
}
