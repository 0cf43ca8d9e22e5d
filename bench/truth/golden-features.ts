/**
 * Raw values for the golden rows of the demo model: usual ones, empty ones, capitals and letters beyond ASCII.
 */
import type { Catalog } from '../../src/catalog/schema.ts'

type Values = Record<string, string | number>

const SLOTS: readonly Values[] = [
  {
    exchange: 'default',
    inventory: '1',
    domain: 'news.example.com',
    category: 'IAB12',
    country: 'USA',
    os: 'Windows',
  },
  {
    exchange: 'default',
    inventory: '2',
    bundle: 'com.example.weather',
    category: 'IAB15-10',
    country: 'DEU',
    os: 'Android',
  },
  {
    exchange: 'prebid',
    inventory: '1',
    domain: 'sport.example.org',
    country: 'GBR',
    os: 'iOS',
    connection: '2',
  },
  {
    exchange: 'default',
    inventory: '2',
    bundle: '1453465721',
    country: 'JPN',
    os: 'iOS',
    position: '7',
    interstitial: '1',
  },
  { exchange: 'default', inventory: '1', domain: 'zeitung-für-köln.example', country: 'DEU', os: 'macOS' },
  {},
]

const SETTINGS: readonly Values[] = [
  { device: '0', hour: '9', position: '1', interstitial: '0', slot_size: '300x250', floor_bucket: '3' },
  { device: '1', hour: '21', position: '3', slot_size: '320x50', floor_bucket: '1' },
]

/** Every slot with both settings, on ads of the catalog in turn. */
export function goldenFeatures({ campaigns, creatives }: Catalog): Values[] {
  return SLOTS.flatMap((slot, i) =>
    SETTINGS.map((setting, j) => {
      const campaign = campaigns[(i * SETTINGS.length + j) % campaigns.length]
      const creative = creatives.find(({ id }) => id === campaign.creatives[0])!
      const isBanner = creative.format === 'banner'
      const durationS = 'durationS' in creative ? creative.durationS : 0
      return {
        ...setting,
        ...slot,
        campaign: campaign.id,
        creative: creative.id,
        advertiser: campaign.advertiser,
        ad_format: creative.format,
        ad_shape: isBanner ? `${creative.width}x${creative.height}` : `${durationS}s`,
        ad_category: creative.categories[0],
      }
    }),
  )
}
