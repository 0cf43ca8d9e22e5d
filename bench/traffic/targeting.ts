/**
 * What a made campaign asks for, with how often campaigns ask: 95 % countries, 75 % devices, 55 % categories, 40 %
 * operating systems, 35 % regions, 30 % inventory, 20 % publishers to buy, 15 % publishers to avoid, 10 % languages.
 * Attributes agree with each other: no television with a phone's system, no region outside the countries.
 */
import type { Prng } from '../../src/base/prng.ts'
import type { Targeting } from '../../src/catalog/schema.ts'
import { between, chance, draw, type Lot, lotOf, sample, sampleLot } from './draw.ts'
import { countries, countryLot } from './places.ts'
import { mobileApps, sites, televisionApps } from './publishers.ts'

type Devices = NonNullable<Targeting['devices']>
type Inventory = NonNullable<Targeting['inventory']>

const inventoryLot = lotOf<Inventory>([
  [['site'], 45],
  [['app'], 40],
  [['site', 'app'], 15],
])
const bannerDeviceLot = lotOf<Devices>([
  [['phone'], 30],
  [['phone', 'tablet'], 35],
  [['desktop'], 20],
  [['desktop', 'tablet'], 15],
])
const filmDeviceLot = lotOf<Devices>([
  [['tv'], 25],
  [['phone', 'tablet'], 35],
  [['desktop', 'tv'], 15],
  [['desktop', 'phone'], 25],
])
const mobileSystemLot = lotOf([
  [['ios'], 48],
  [['android'], 36],
  [['ios', 'android'], 16],
])
const desktopSystemLot = lotOf([
  [['windows'], 55],
  [['macos'], 15],
  [['windows', 'macos'], 30],
])
const countryCountLot = lotOf([
  [1, 75],
  [2, 15],
  [3, 10],
])
const languageLot = lotOf([
  [['en'], 62],
  [['en', 'es'], 18],
  [['es'], 8],
  [['de'], 5],
  [['fr'], 4],
  [['pt'], 3],
])

const publishers = [
  ...sites.map((site) => site.domain),
  ...[...mobileApps, ...televisionApps].map((app) => app.bundle),
]
const contentCategories = [...new Set([...sites, ...mobileApps].flatMap((publisher) => publisher.categories))]
const LIST_LENGTH = [5, 40] as const

export function makeTargeting(prng: Prng, isFilm: boolean): Targeting {
  const devices = maybe(prng, 0.75, () => draw(prng, isFilm ? filmDeviceLot : bannerDeviceLot))
  const wanted = maybe(prng, 0.95, () => sampleLot(prng, countryLot, draw(prng, countryCountLot)))
  const targeting: Targeting = {
    inventory: maybe(prng, 0.3, () => inventoryFor(devices, draw(prng, inventoryLot))),
    devices,
    countries: wanted?.map((country) => country.code),
    regions: maybe(prng, 0.35, () => makeRegions(prng, wanted ?? [countries[0]])),
    operatingSystems: maybe(prng, 0.4, () => draw(prng, systemLotFor(devices))),
    languages: maybe(prng, 0.1, () => draw(prng, languageLot)),
    categories: maybe(prng, 0.55, () => sample(prng, contentCategories, between(prng, [1, 5]))),
    publishers: maybe(prng, 0.2, () => sample(prng, publishers, between(prng, LIST_LENGTH))),
    notPublishers: maybe(prng, 0.15, () => sample(prng, publishers, between(prng, LIST_LENGTH))),
  }
  return withoutUndefined(targeting)
}

function makeRegions(prng: Prng, wanted: readonly (typeof countries)[number][]): string[] {
  const all = wanted.flatMap((country) => country.regions.map((region) => `${country.code}-${region.code}`))
  return sample(prng, all, between(prng, [1, 5]))
}

/** Television is apps, a desktop is sites: asking for the other would ask for nothing. */
function inventoryFor(devices: Devices | undefined, drawn: Inventory): Inventory {
  if (devices?.includes('tv')) return ['site', 'app']
  return devices?.includes('desktop') ? ['site'] : drawn
}

function systemLotFor(devices: Devices | undefined): Lot<string[]> {
  if (devices?.includes('tv')) return lotOf([[['tizen', 'roku os', 'android', 'windows'], 1]])
  return devices?.includes('desktop') ? desktopSystemLot : mobileSystemLot
}

function maybe<T>(prng: Prng, share: number, make: () => T): T | undefined {
  return chance(prng, share) ? make() : undefined
}

/** The schemas know no `undefined`; neither does a file. */
function withoutUndefined(targeting: Targeting): Targeting {
  return Object.fromEntries(Object.entries(targeting).filter(([, value]) => value !== undefined))
}
