/**
 * The imps of the made traffic: banner, video or both, in slots as publishers cut them for each device (OpenRTB 2.6
 * sections 3.2.4 to 3.2.8). A banner asks for one to five sizes.
 */
import type { Prng } from '../../src/base/prng.ts'
import type { DeviceKind } from './devices.ts'
import { between, chance, draw, hex, logNormal, lotOf, round, uuid } from './draw.ts'
import { durationLot, playerLots, type Slot, slotLots } from './slots.ts'

export type ImpKind = 'banner' | 'video' | 'both'

/** What an imp knows of the request it stands in. */
export type ImpScene = {
  readonly device: DeviceKind
  readonly inventory: 'site' | 'app'
  /** Domain or bundle, for `gpid` and `tagid`. */
  readonly publisher: string
  readonly isIos: boolean
  /** Whether 2.6 fields may be used; otherwise the request is written as 2.5. */
  readonly is26: boolean
  /** How much the exchange tells, from 0 to 1. */
  readonly detail: number
}

/** How many of a slot's sizes are asked for. */
const sizeCountLot = lotOf([30, 26, 22, 13, 9].map((share, index) => [index + 1, share] as const))

export const FLOOR_USD = [0.05, 3] as const
const BANNER_FLOOR = { median: 0.45, sigma: 0.85, bounds: FLOOR_USD }
const VIDEO_FLOOR = { median: 1.3, sigma: 0.6, bounds: FLOOR_USD }
const DEAL_SHARE = 0.08
const PRIVATE_SHARE = 0.1

export function makeImp(prng: Prng, kind: ImpKind, number: number, scene: ImpScene): object {
  const slot = scene.device === 'tv' ? undefined : draw(prng, slotLots[scene.device])
  const name = slot?.name ?? 'stream'
  const isInterstitial = slot?.isInterstitial === true
  const bidfloor = round(logNormal(prng, kind === 'video' ? VIDEO_FLOOR : BANNER_FLOOR), 2)
  const isRewarded = scene.inventory === 'app' && kind !== 'banner' && isInterstitial && chance(prng, 0.5)
  return {
    id: `${number}`,
    ...(chance(prng, 0.5 * scene.detail)
      ? { metric: [{ type: 'viewability', value: round(0.2 + 0.79 * prng.unit(), 2), vendor: 'EXCHANGE' }] }
      : {}),
    ...(kind !== 'video' && slot ? { banner: makeBanner(prng, slot, scene) } : {}),
    ...(kind !== 'banner' ? { video: makeVideo(prng, scene, isInterstitial) } : {}),
    ...(chance(prng, DEAL_SHARE) ? { pmp: makeDeals(prng, bidfloor) } : {}),
    ...(scene.inventory === 'app' && scene.detail > 0.25 ? sdkOf(prng) : {}),
    instl: isInterstitial ? 1 : 0,
    tagid: `${scene.publisher}/${name}-${number}`,
    bidfloor,
    bidfloorcur: 'USD',
    secure: 1,
    ...(chance(prng, 0.3) ? { exp: scene.inventory === 'app' ? 300 : 60 } : {}),
    ...(isRewarded && scene.is26 ? { rwdd: 1 } : {}),
    ext: makeImpExt(prng, scene, { name, number, isRewarded }),
  }
}

function makeBanner(prng: Prng, slot: Slot, scene: ImpScene): object {
  const [first, ...others] = slot.sizes
  const sizes = [first, ...others.slice(0, draw(prng, sizeCountLot) - 1)]
  return {
    format: sizes,
    ...first,
    pos: slot.isInterstitial ? 7 : prng.pick([0, 1, 1, 3]),
    ...(chance(prng, scene.detail) ? { battr: [1, 2, 3, 8, 9, 14] } : {}),
    ...(chance(prng, 0.7 * scene.detail) ? { btype: [4] } : {}),
    ...(chance(prng, 0.6 * scene.detail)
      ? { mimes: ['image/jpeg', 'image/png', 'image/gif', 'text/html', 'text/javascript'] }
      : {}),
    ...(scene.inventory === 'app' ? { api: [3, 5, 6, 7] } : { topframe: prng.below(2) }),
  }
}

function makeVideo(prng: Prng, scene: ImpScene, isInterstitial: boolean): object {
  const [minduration, maxduration] = draw(prng, durationLot)
  const player = draw(prng, playerLots[scene.device])
  const isInstream = scene.device === 'tv' || (!isInterstitial && chance(prng, 0.5))
  const isScripted = chance(prng, 0.4)
  const skip = scene.device === 'tv' ? 0 : prng.below(2)
  return {
    mimes: ['video/mp4', 'video/webm', ...(isScripted ? ['application/javascript'] : [])],
    minduration,
    maxduration,
    protocols: chance(prng, 0.85) ? [2, 3, 5, 6, 7, 8] : [2, 3, 5, 6],
    ...player,
    startdelay: isInstream ? prng.pick([0, 0, 0, -1, 300]) : 0,
    // The older field knows interstitials as 5 and in-article players as 3.
    ...(scene.is26 && chance(prng, 0.5) ? {} : { placement: isInstream ? 1 : isInterstitial ? 5 : 3 }),
    plcmt: isInstream ? 1 : isInterstitial ? 3 : 4,
    linearity: 1,
    skip,
    ...(skip === 1 ? { skipmin: 15, skipafter: 5 } : {}),
    ...(chance(prng, 0.6 * scene.detail) ? { minbitrate: 300, maxbitrate: 8000 } : {}),
    ...(chance(prng, scene.detail) ? { battr: [1, 2, 8, 14] } : {}),
    playbackmethod: [isInstream ? 1 : 6],
    pos: isInterstitial || scene.device === 'tv' ? 7 : 1,
    api: isScripted ? [2, 7] : [7],
    ...(chance(prng, scene.detail) ? { delivery: [2], boxingallowed: 1 } : {}),
  }
}

function makeDeals(prng: Prng, floor: number): object {
  const deals = Array.from({ length: between(prng, [1, 3]) }, () => ({
    id: `PG-${hex(prng, 4)}-${between(prng, [100000, 999999])}`,
    bidfloor: round(floor * (1.2 + prng.unit()), 2),
    bidfloorcur: 'USD',
    at: prng.pick([1, 1, 3]),
  }))
  return { private_auction: chance(prng, PRIVATE_SHARE) ? 1 : 0, deals }
}

const sdkVersions = ['4.8.1', '5.0.2', '5.2.0', '6.1.3'] as const

function sdkOf(prng: Prng): object {
  return { displaymanager: 'harborline-sdk', displaymanagerver: prng.pick(sdkVersions) }
}

function makeImpExt(
  prng: Prng,
  scene: ImpScene,
  slot: { name: string; number: number; isRewarded: boolean },
): object {
  const gpid = `/21770000/${scene.publisher}/${slot.name}#${slot.number}`
  const isSkadn = scene.isIos && scene.inventory === 'app' && chance(prng, 0.35)
  return {
    gpid,
    ...(scene.is26 ? { tid: uuid(prng) } : {}),
    ...(chance(prng, 0.8 * scene.detail) ? { data: { pbadslot: gpid } } : {}),
    ...(slot.isRewarded && !scene.is26 ? { reward: 1 } : {}),
    ...(isSkadn ? { skadn: makeSkadn(prng) } : {}),
  }
}

function makeSkadn(prng: Prng): object {
  const network = () =>
    `${(prng.uint32() + 0x100000000).toString(36)}${(prng.uint32() + 0x100000000).toString(36)}`.slice(0, 10)
  return {
    versions: ['2.2', '3.0', '4.0'],
    sourceapp: `${between(prng, [999000001, 999999999])}`,
    skadnetids: Array.from({ length: between(prng, [4, 12]) }, () => `${network()}.skadnetwork`),
  }
}
