/** The catalog that `make run` starts with: it loads, its files are where one looks for them, and plain requests find ads. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { formatFault } from './fault.ts'
import { kinds } from './files.ts'
import { loadCatalog } from './load.ts'
import type { Campaign, Catalog, Creative, Targeting } from './schema.ts'

const directory = fileURLToPath(new URL('../../catalog/demo', import.meta.url))
const loaded = await loadCatalog(directory)
const catalog: Catalog =
  'catalog' in loaded ? loaded.catalog : { advertisers: [], creatives: [], campaigns: [] }

t.test('the demo catalog loads without a fault', async (t) => {
  t.strictSame('faults' in loaded ? loaded.faults.map(formatFault) : [], [])
})

t.test('each file of the demo catalog is named after the id in it', async (t) => {
  for (const kind of kinds) {
    const names = catalog[kind].map(({ id }) => `${id}.json`)
    t.strictSame(names, (await readdir(`${directory}/${kind}`)).sort(), kind)
  }
})

t.test('the demo catalog has something of everything', async (t) => {
  const { advertisers, creatives, campaigns } = catalog
  t.ok(advertisers.length >= 8 && creatives.length >= 44 && campaigns.length >= 24, 'in number')
  const formats = new Set(creatives.map((creative) => creative.format))
  t.strictSame(formats, new Set(['banner', 'video', 'audio', 'native']), 'formats')
  t.ok(creatives.filter((creative) => creative.format === 'video').length >= 14, 'videos')
  t.ok(
    campaigns.some((campaign) => campaign.deals !== undefined),
    'a deal',
  )
  t.equal(campaigns.filter((campaign) => campaign.status === 'paused').length, 1, 'paused')
  t.strictSame(
    new Set(campaigns.map((campaign) => campaign.goal.type)),
    new Set(['cpm', 'cpc', 'cpa']),
    'goals',
  )
  for (const { id, creatives: ids } of campaigns.filter(({ goal }) => goal.type === 'cpa')) {
    const landings = creatives.filter((creative) => ids.includes(creative.id)).map(({ landing }) => landing)
    t.ok(
      landings.every((landing) => landing.includes('{click_id}')),
      `conversions of ${id} can be told`,
    )
  }
  const used = new Set(campaigns.flatMap((campaign) => campaign.creatives))
  t.equal(used.size, creatives.length, 'and no creative without a campaign')
})

t.test('plain US requests find several campaigns of the demo catalog', async (t) => {
  const isMediumRectangle = (creative: Creative) =>
    creative.format === 'banner' && creative.width === 300 && creative.height === 250
  const isVideo = (creative: Creative) => creative.format === 'video'
  t.ok(matches('desktop', isMediumRectangle) >= 4, 'a banner of 300x250 on a desktop')
  t.ok(matches('phone', isMediumRectangle) >= 4, 'a banner of 300x250 on a phone')
  t.ok(matches('desktop', isVideo) >= 2, 'a video on a desktop')
  t.ok(matches('phone', isVideo) >= 3, 'a video on a phone')
})

/** How many active campaigns a site of no known category, publisher, region or language matches, for nobody in particular. */
function matches(device: 'desktop' | 'phone', fits: (creative: Creative) => boolean): number {
  const request: Record<keyof Omit<Targeting, 'segments'>, string> = {
    exchanges: 'default',
    inventory: 'site',
    devices: device,
    countries: 'USA',
    regions: '',
    operatingSystems: '',
    languages: '',
    categories: '',
    publishers: '',
    notPublishers: '',
  }
  const holds = ([key, wanted]: [string, readonly string[]]) =>
    wanted.includes(request[key as keyof typeof request]) !== (key === 'notPublishers')
  const isMatch = ({ status, deals, creatives, targeting: { segments, ...lists } }: Campaign) =>
    status === 'active' &&
    deals === undefined &&
    segments?.any === undefined &&
    Object.entries(lists).every(holds) &&
    catalog.creatives.some((creative) => creatives.includes(creative.id) && fits(creative))
  return catalog.campaigns.filter(isMatch).length
}
