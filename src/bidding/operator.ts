/**
 * Who we are to an exchange, and to the law: what the operator configures beside the catalog.
 */
import { byteText } from '../base/byte-writer.ts'
import { hashText } from '../base/hash.ts'
import type { Seal } from '../base/seal.ts'
import { NoticeUrls } from '../exchange/notice-urls.ts'
import type { ExchangeProfile } from '../exchange/profile.ts'
import type { CompiledStanding } from '../privacy/standing.ts'
import type { SupplyPolicy } from '../supply/policy.ts'

export type Operator = {
  readonly consent: CompiledStanding
  readonly supply: SupplyPolicy
  /** Seals the tokens of notices. */
  readonly seal: Seal
  /** How long the notices of a bid are taken, in seconds. */
  readonly noticeLifetimeS: number
  /** Where notices reach us: an origin and perhaps a path. */
  readonly noticeUrl: string
  /** Our seats, by exchange. */
  readonly seats: Readonly<Record<string, string>>
}

/** An exchange, and what we are there. */
export type Exchange = {
  readonly profile: ExchangeProfile
  readonly nameHash: number
  /** Undefined where we have none. */
  readonly seat: Buffer | undefined
  /** As JSON in a byte text, '' where we have none. */
  readonly seatJson: string
  readonly urls: NoticeUrls
}

export function exchangesOf(
  profiles: readonly ExchangeProfile[],
  { seats, noticeUrl }: Operator,
): readonly Exchange[] {
  return profiles.map((profile) => {
    const seat = seats[profile.name]
    return {
      profile,
      nameHash: hashText(profile.name),
      seat: seat === undefined ? undefined : Buffer.from(seat),
      seatJson: seat === undefined ? '' : byteText(JSON.stringify(seat)),
      urls: new NoticeUrls(noticeUrl, profile),
    }
  })
}
