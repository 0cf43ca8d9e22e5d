/**
 * The publishers of the made traffic: 60 site domains, 50 mobile app bundles and 10 television app bundles, each with
 * one publisher account and fixed IAB 1.0 categories. Popularity is Zipf by rank; ranks go round the themes, so every
 * theme has large and small publishers. All names end in `.example`, `example.` or an unassigned store number: none is
 * anybody's.
 */
import { hashText } from '../../src/base/hash.ts'
import { zipfOf } from './draw.ts'

export type Site = {
  readonly domain: string
  readonly name: string
  readonly publisherId: string
  readonly categories: readonly string[]
  readonly sections: readonly string[]
}

export type App = {
  readonly bundle: string
  readonly name: string
  readonly platform: 'ios' | 'android' | 'tv'
  readonly storeUrl: string
  readonly publisherId: string
  readonly categories: readonly string[]
}

type Theme = {
  readonly categories: readonly string[]
  readonly sections: readonly string[]
  readonly names: readonly string[]
}

const siteThemes: readonly Theme[] = [
  theme(
    'IAB12 IAB12-2',
    'national world politics',
    'Daily Harbor|City Ledger|Morning Ferry|Valley Courier|North Gazette',
  ),
  theme(
    'IAB17 IAB17-44',
    'football scores transfers',
    'Goal Terrace|Pitchside Report|Halftime Board|Corner Flag|League Desk',
  ),
  theme(
    'IAB19 IAB19-6',
    'reviews phones laptops',
    'Circuit Bench|Gadget Orchard|Kernel Weekly|Pixel Depot|Signal Attic',
  ),
  theme(
    'IAB8 IAB8-8',
    'recipes dinner baking',
    'Copper Ladle|Pantry Notes|Slow Oven|Thyme Table|Crumb Journal',
  ),
  theme(
    'IAB1 IAB1-5',
    'film series celebrities',
    'Reel Parade|Velvet Screen|Encore Post|Backlot Daily|Matinee Talk',
  ),
  theme(
    'IAB3 IAB13',
    'markets economy funds',
    'Ledger Peak|Market Lantern|Yield Street|Coin Wharf|Margin Times',
  ),
  theme(
    'IAB15 IAB15-10',
    'forecast radar storms',
    'Cloud Almanac|Barometer Live|Rain Map Online|Sky Ledger|Wind Watch',
  ),
  theme(
    'IAB2 IAB2-3',
    'tests electric used-cars',
    'Gearbox Review|Torque Gazette|Axle Journal|Roadside Notes|Chrome Garage',
  ),
  theme(
    'IAB7 IAB7-1',
    'nutrition sleep fitness',
    'Steady Pulse|Well Kettle|Healthy Meadow|Vital Lantern|Body Almanac',
  ),
  theme(
    'IAB20 IAB20-18',
    'europe city-trips beaches',
    'Atlas Bench|Suitcase Letters|Far Pier|Window Seat Guide|Lantern Routes',
  ),
  theme(
    'IAB9 IAB9-30',
    'guides esports releases',
    'Pixel Quest Hub|Respawn Letters|Loot Ledger|Side Quest Daily|Boss Room',
  ),
  theme(
    'IAB10 IAB10-7',
    'garden decorating repairs',
    'Hearth Notes|Garden Spade|Plaster Guide|Attic Reno|Window Box',
  ),
]

const appThemes: readonly Theme[] = [
  theme(
    'IAB9 IAB9-30',
    '',
    'Block Harbor|Merge Meadow|Word Lantern|Tower Drift|Tile Voyage|Bubble Wharf|Card Terrace|Idle Quarry|Puzzle Pier',
  ),
  theme(
    'IAB12',
    '',
    'Harbor News|Headline Brief|Local Wire|Evening Digest|World Minute|City Alerts|Morning Scan|Wire Room',
  ),
  theme(
    'IAB15-10',
    '',
    'Rain Radar Plus|Sun Almanac|Storm Lens|Weekend Sky|Hourly Wind|Cloud Pocket|Tide Clock|Snow Report',
  ),
  theme(
    'IAB14',
    '',
    'Circle Chat|Thread Room|Snap Porch|Voice Lounge|Photo Attic|Note Swap|Friend Map|Story Bench',
  ),
  theme(
    'IAB17',
    '',
    'Score Pocket|Match Alerts|Fantasy Bench|Live League|Run Tracker|Golf Caddie|Race Card|Goal Widget',
  ),
  theme(
    'IAB7-1 IAB18',
    '',
    'Step Garden|Calm Minute|Style Rack|Yoga Porch|Recipe Box|Sleep Harbor|Dress Diary|Water Log|Mirror Daily',
  ),
]

const televisionTheme = theme(
  'IAB1 IAB1-7',
  '',
  'Harbor TV|Lantern Stream|Prairie Channel|Matinee Plus|Kite Kids TV|Summit Sports TV|Hearth Cooking TV|Reel Classic|Newsdesk Live|Drama Wharf',
)

export const sites: readonly Site[] = roundOf(siteThemes).map(({ name, from }) => {
  const domain = `${name.toLowerCase().replaceAll(' ', '')}.example`
  return {
    domain,
    name,
    publisherId: accountOf(domain),
    categories: from.categories,
    sections: from.sections,
  }
})

/** Half of every theme are iOS apps: a number in their store, where Android has a package name. */
export const mobileApps: readonly App[] = roundOf(appThemes).map(({ name, from }, rank) =>
  (rank + Math.floor(rank / appThemes.length)) % 2 === 0 ? androidApp(name, from) : iosApp(name, from, rank),
)

export const televisionApps: readonly App[] = televisionTheme.names.map((name) => ({
  ...androidApp(name, televisionTheme),
  platform: 'tv',
}))

export const siteLot = zipfOf(sites, 0.9)
export const mobileAppLot = zipfOf(mobileApps, 0.9)
export const televisionAppLot = zipfOf(televisionApps, 0.7)

function theme(categories: string, sections: string, names: string): Theme {
  return { categories: categories.split(' '), sections: sections.split(' '), names: names.split('|') }
}

/** First names of all themes, then second names, and so on. */
function roundOf(themes: readonly Theme[]): { name: string; from: Theme }[] {
  const longest = Math.max(...themes.map((each) => each.names.length))
  return Array.from({ length: longest }, (_, index) => index).flatMap((index) =>
    themes.filter((each) => index < each.names.length).map((from) => ({ name: from.names[index], from })),
  )
}

function androidApp(name: string, from: Theme): App {
  const bundle = `example.${name.toLowerCase().replaceAll(' ', '.')}`
  const storeUrl = `https://play.google.com/store/apps/details?id=${bundle}`
  return {
    bundle,
    name,
    platform: 'android',
    storeUrl,
    publisherId: accountOf(bundle),
    categories: from.categories,
  }
}

function iosApp(name: string, from: Theme, rank: number): App {
  // Numbers of this range are not handed out by the store.
  const bundle = `${9990000000 + rank * 7919}`
  const storeUrl = `https://apps.apple.com/us/app/${name.toLowerCase().replaceAll(' ', '-')}/id${bundle}`
  return {
    bundle,
    name,
    platform: 'ios',
    storeUrl,
    publisherId: accountOf(bundle),
    categories: from.categories,
  }
}

function accountOf(name: string): string {
  return `${540000000 + (hashText(name) % 9999999)}`
}
