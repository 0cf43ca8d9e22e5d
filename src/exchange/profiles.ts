/**
 * What is particular to an exchange, as data. A profile's place in the list is its dense index.
 */
export type ExchangeProfile = {
  /** The last part of the bid URL; `/openrtb2/bid` alone is `default`. */
  readonly name: string
  /** What the network takes of `tmax`, there and back, in milliseconds. */
  readonly networkAllowanceMs: number
}

export const EXCHANGE_PROFILES: readonly ExchangeProfile[] = [
  { name: 'default', networkAllowanceMs: 20 },
  // Prebid Server has already taken its network buffer out of the tmax that it sends.
  { name: 'prebid', networkAllowanceMs: 5 },
]
