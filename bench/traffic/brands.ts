/**
 * The advertisers of the made traffic: what requests block (`badv`, `bcat`) and what catalogs hold come from here, so
 * that some of a catalog is blocked in part of the requests. Names are made up, domains end in `.example`.
 */
import { lotOf } from './draw.ts'

const FIRST = (
  'amber bright cedar clover copper coral crisp dapple ember fern frost gentle golden granite hazel indigo ivory juniper lively ' +
  'lunar maple mellow misty noble olive opal pearl plain quiet rapid river rustic saffron scarlet silver solar sunny tidal velvet willow'
).split(' ')
const SECOND = (
  'anchor basket beacon bicycle bloom bridge cabin canvas castle cottage crane drum falcon feather field flask forge garden ' +
  'harvest heron kettle ladder lantern market meadow mill mosaic orchard paddle parcel pepper pillow quarry saddle sparrow table thimble trail vessel wagon'
).split(' ')

/** Blocklists draw from the first this many brands; the earlier a brand stands, the more often it is blocked. */
export const BRANDS_BLOCKABLE = 400

/** The registrable domain of the brand with this number; different for every number. */
export function brandDomain(number: number): string {
  const index = number % (FIRST.length * SECOND.length)
  const round = (number - index) / (FIRST.length * SECOND.length)
  const first = index % FIRST.length
  const second = (7 * first + Math.floor(index / FIRST.length)) % SECOND.length
  return `${FIRST[first]}-${SECOND[second]}${round === 0 ? '' : round + 1}.example`
}

/** What advertisers sell, by IAB 1.0 category, with the share of advertisers. */
export const brandCategoryLot = lotOf<readonly string[]>([
  [['IAB22', 'IAB22-2'], 13],
  [['IAB22-1'], 6],
  [['IAB18', 'IAB18-3'], 10],
  [['IAB2', 'IAB2-3'], 9],
  [['IAB13', 'IAB13-3'], 8],
  [['IAB20', 'IAB20-18'], 9],
  [['IAB19', 'IAB19-6'], 9],
  [['IAB8', 'IAB8-9'], 8],
  [['IAB9-30'], 8],
  [['IAB10'], 6],
  [['IAB3', 'IAB3-4'], 5],
  [['IAB1', 'IAB1-7'], 5],
  [['IAB17'], 3],
  [['IAB5'], 3],
  [['IAB7-44'], 3],
  [['IAB8-18'], 3],
  [['IAB14-1'], 2],
  [['IAB11-4'], 1],
])

/** What publishers block: sensitive categories mostly, and now and then a trade of their own. */
export const blockedCategoryLot = lotOf([
  ...weighted(10, 'IAB26 IAB25 IAB25-3 IAB25-2 IAB26-1 IAB26-2 IAB26-3 IAB26-4'),
  ...weighted(6, 'IAB7-39 IAB9-9 IAB14-1 IAB25-5 IAB25-4 IAB24 IAB11-4 IAB8-5 IAB8-18'),
  ...weighted(
    3,
    'IAB25-1 IAB25-6 IAB25-7 IAB23 IAB23-2 IAB7-41 IAB7-42 IAB7-44 IAB14-3 IAB11-5 IAB9-7 IAB13-3 IAB15-5',
  ),
  ...weighted(
    0.6,
    'IAB2 IAB3-4 IAB9-30 IAB13 IAB17 IAB18-3 IAB19-6 IAB20 IAB22-1 IAB21 IAB5 IAB6 IAB10 IAB16 IAB4 IAB1-7',
  ),
])

function weighted(weight: number, names: string): [string, number][] {
  return names.split(' ').map((name) => [name, weight])
}
