/**
 * What happened to a campaign's bids, counted since its first day: for the operator's view and for pacing.
 */
import { Growing } from '../base/growing.ts'

export type Tally = {
  readonly bids: number
  readonly wins: number
  readonly impressions: number
  readonly clicks: number
  readonly conversions: number
}

export const NO_TALLY: Tally = { bids: 0, wins: 0, impressions: 0, clicks: 0, conversions: 0 }
type Name = keyof Tally

export class Tallies {
  readonly #columns: Readonly<Record<Name, Growing<Float64Array>>> = {
    bids: new Growing(Float64Array),
    wins: new Growing(Float64Array),
    impressions: new Growing(Float64Array),
    clicks: new Growing(Float64Array),
    conversions: new Growing(Float64Array),
  }

  /** Makes room for the next campaign. */
  push(past: Tally): void {
    for (const name of Object.keys(this.#columns) as Name[]) this.#columns[name].push(past[name])
  }

  add(name: Name, campaign: number): void {
    this.#columns[name].values[campaign]++
  }

  of(campaign: number): Tally {
    const { bids, wins, impressions, clicks, conversions } = this.#columns
    return {
      bids: bids.at(campaign),
      wins: wins.at(campaign),
      impressions: impressions.at(campaign),
      clicks: clicks.at(campaign),
      conversions: conversions.at(campaign),
    }
  }
}
