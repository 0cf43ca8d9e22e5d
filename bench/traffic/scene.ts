/**
 * The scene of a made request: who asks, on what and from where; everything its parts have to agree on.
 */
import type { Prng } from '../../src/base/prng.ts'
import { tcfString } from './consent.ts'
import { type Device, drawAppDevice, drawSiteDevice, drawTelevision } from './devices.ts'
import { chance, draw, lotOf } from './draw.ts'
import type { ImpKind } from './imps.ts'
import { type Country, countryLot, type Region } from './places.ts'
import { type App, mobileAppLot, type Site, siteLot, televisionAppLot } from './publishers.ts'

export const impKindLot = lotOf<ImpKind>([
  ['banner', 62],
  ['video', 20],
  ['both', 18],
])
const VIDEO_SHARE = 0.2
const SITE_SHARE = 0.55
const TELEVISION_SHARE = 0.05
const VERSION_26_SHARE = 0.6
/** Above 1 makes terse exchanges more frequent than talkative ones. */
const DETAIL_SKEW = 1.45
const siteDeviceLot = lotOf([
  ['desktop', 45],
  ['phone', 46],
  ['tablet', 9],
] as const)
const appDeviceLot = lotOf([
  ['phone', 86],
  ['tablet', 14],
] as const)

export type Scene = {
  readonly prng: Prng
  readonly site?: Site
  readonly app?: App
  readonly device: Device
  readonly country: Country
  readonly region: Region
  readonly language: string
  readonly is26: boolean
  /** How much the exchange tells, from 0 to 1: lists grow and optional fields appear with it. */
  readonly detail: number
  /** Drawn once, since `regs.gpp` and the consent must not disagree. */
  readonly consent?: string
}

/** @param firstKind of the request's first imp: television shows video alone. */
export function drawScene(prng: Prng, firstKind: ImpKind): Scene {
  const country = draw(prng, countryLot)
  const common = {
    prng,
    country,
    region: prng.pick(country.regions),
    language: draw(prng, country.languages),
    is26: chance(prng, VERSION_26_SHARE),
    detail: prng.unit() ** DETAIL_SKEW,
    consent: country.isGdpr && chance(prng, 0.94) ? tcfString(prng, country.code) : undefined,
  }
  const isTelevision = firstKind === 'video' && chance(prng, TELEVISION_SHARE / VIDEO_SHARE)
  if (isTelevision) return { ...common, app: draw(prng, televisionAppLot), device: drawTelevision(prng) }
  if (chance(prng, SITE_SHARE / (1 - TELEVISION_SHARE))) {
    return { ...common, site: draw(prng, siteLot), device: drawSiteDevice(prng, draw(prng, siteDeviceLot)) }
  }
  const app = draw(prng, mobileAppLot)
  return { ...common, app, device: drawAppDevice(prng, draw(prng, appDeviceLot), app) }
}
