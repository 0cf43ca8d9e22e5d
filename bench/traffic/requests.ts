/**
 * Made OpenRTB 2.5 and 2.6 bid requests, for benches and load: own writing throughout, no document of anybody's traffic
 * was copied, and every name, address and identifier is reserved for examples or made up. One seed gives one sequence.
 *
 * The mix (constants here, in `scene.ts` and `imps.ts`; `requests.test.ts` holds the counts to them):
 *
 *   imps       62 % banner, 20 % video, 18 % both; four requests in five have one imp, the others two to four
 *   inventory  55 % sites, 45 % apps; 60 domains and 60 bundles, Zipf
 *   devices    desktop on sites only, television in apps with video only (5 % of requests), phones about half of all
 *   places     12 countries, half of the requests from the United States
 *   shape      60 % written as 2.6, 40 % as 2.5 with `ext` (schain, gdpr, consent, us_privacy, eids)
 *   size       median 2.3 KB, one in ten under 1.6 KB, one in ten over 3.6 KB
 */
import { Prng } from '../../src/base/prng.ts'
import { makeDevice, makeRegs, makeUser } from './audience.ts'
import { BRANDS_BLOCKABLE, blockedCategoryLot, brandDomain } from './brands.ts'
import { between, chance, draw, hex, lotOf, sampleLot, uuid, zipfOf } from './draw.ts'
import { type ImpKind, type ImpScene, makeImp } from './imps.ts'
import { makeInventory } from './inventory.ts'
import { mobileAppLot } from './publishers.ts'
import { drawScene, impKindLot, type Scene } from './scene.ts'

/** Television requests have one imp, so the others have one a little less often than four times in five. */
const SINGLE_SHARE = 0.79
const BCAT_LENGTH = [5, 25] as const
const BADV_LENGTH = [5, 30] as const
const tmaxLot = lotOf([
  [80, 8],
  [100, 24],
  [120, 20],
  [150, 18],
  [200, 16],
  [250, 8],
  [300, 6],
])
const hopLot = lotOf([
  [1, 58],
  [2, 34],
  [3, 8],
])
const brandLot = zipfOf(
  Array.from({ length: BRANDS_BLOCKABLE }, (_, number) => brandDomain(number)),
  0.5,
)

/** `count` bodies of compact JSON; their ids differ. */
export function makeBodies(seed: number, count: number): Buffer[] {
  const prng = new Prng(seed)
  return Array.from({ length: count }, () => Buffer.from(JSON.stringify(makeRequest(prng, uuid(prng)))))
}

/** One request; a field that is `undefined` does not stand in its JSON. */
export function makeRequest(prng: Prng, id: string): object {
  const firstKind = draw(prng, impKindLot)
  const scene = drawScene(prng, firstKind)
  return {
    id,
    imp: makeImps(scene, firstKind),
    ...makeInventory(scene),
    device: makeDevice(scene),
    user: makeUser(scene),
    at: chance(prng, 0.93) ? 1 : 2,
    tmax: draw(prng, tmaxLot),
    cur: ['USD'],
    bcat: sampleLot(prng, blockedCategoryLot, listLength(scene, BCAT_LENGTH)),
    badv: sampleLot(prng, brandLot, listLength(scene, BADV_LENGTH)),
    ...(scene.is26 ? { cattax: 1 } : {}),
    ...(scene.app && chance(prng, 0.2)
      ? { bapp: sampleLot(prng, mobileAppLot, between(prng, [1, 4])).map((app) => app.bundle) }
      : {}),
    source: makeSource(scene),
    regs: makeRegs(scene),
  }
}

function listLength(scene: Scene, range: readonly [number, number]): number {
  const share = scene.detail ** 2 * (0.4 + 0.8 * scene.prng.unit())
  return Math.min(range[1], range[0] + Math.floor(share * (range[1] - range[0] + 1)))
}

function makeImps(scene: Scene, firstKind: ImpKind): object[] {
  const { prng, device } = scene
  const count = device.kind === 'tv' || chance(prng, SINGLE_SHARE) ? 1 : between(prng, [2, 4])
  const impScene: ImpScene = {
    device: device.kind,
    inventory: scene.site ? 'site' : 'app',
    publisher: scene.site?.domain ?? scene.app!.bundle,
    isIos: device.os === 'iOS',
    is26: scene.is26,
    detail: scene.detail,
  }
  return Array.from({ length: count }, (_, index) =>
    makeImp(prng, index === 0 ? firstKind : draw(prng, impKindLot), index + 1, impScene),
  )
}

function makeSource(scene: Scene): object {
  const { prng, is26 } = scene
  const hops = draw(prng, hopLot)
  const nodes = Array.from({ length: hops }, (_, index) => ({
    asi: index === hops - 1 ? 'exchange.example' : `reseller-${index + 1}.example`,
    sid:
      index === 0 ? (scene.site?.publisherId ?? scene.app!.publisherId) : `${between(prng, [1000, 99999])}`,
    ...(chance(prng, 0.7 * scene.detail) ? { rid: hex(prng, 16) } : {}),
    hp: 1,
  }))
  const schain = { complete: 1, ver: '1.0', nodes }
  return { fd: prng.below(2), tid: uuid(prng), ...(is26 ? { schain } : { ext: { schain } }) }
}
