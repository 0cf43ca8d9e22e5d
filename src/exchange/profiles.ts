/**
 * Every exchange that can call. A profile's place in the list is its dense index.
 *
 * What stands in a profile is what its source says; where the source is silent, what the default does. Exchanges change,
 * and agree on more with a bidder than they publish: check a profile with the exchange before traffic comes.
 */
import type { ExchangeProfile } from './profile.ts'
import { applovin } from './profiles/applovin.ts'
import { bidswitch } from './profiles/bidswitch.ts'
import { defaultProfile } from './profiles/default.ts'
import { google } from './profiles/google.ts'
import { index } from './profiles/index.ts'
import { magnite } from './profiles/magnite.ts'
import { openx } from './profiles/openx.ts'
import { prebid } from './profiles/prebid.ts'
import { pubmatic } from './profiles/pubmatic.ts'
import { unity } from './profiles/unity.ts'
import { xandr } from './profiles/xandr.ts'

export const EXCHANGE_PROFILES: readonly ExchangeProfile[] = [
  defaultProfile,
  prebid,
  google,
  xandr,
  index,
  pubmatic,
  magnite,
  openx,
  bidswitch,
  applovin,
  unity,
]
