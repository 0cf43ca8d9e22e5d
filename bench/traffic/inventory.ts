/**
 * The inventory of a made request: its site with a page and a referrer, or its app with a store entry and, on
 * television, what is being watched (OpenRTB 2.6 sections 3.2.13 to 3.2.16).
 */
import { between, chance, hex } from './draw.ts'
import type { App, Site } from './publishers.ts'
import type { Scene } from './scene.ts'

const SLUG_WORDS = (
  'what the new plan means for small towns how to choose a winter coat ten quiet places near river old bridge reopens after long repair ' +
  'first look inside this season final guide every match explained simple dinner ideas with lemon weekend markets report morning briefing'
).split(' ')
const CAMPAIGN_SOURCES = ['newsletter', 'social', 'search', 'partner'] as const

/** `{ site }` or `{ app }`. */
export function makeInventory(scene: Scene): object {
  return scene.site ? { site: makeSite(scene, scene.site) } : { app: makeApp(scene, scene.app!) }
}

function makeSite(scene: Scene, site: Site): object {
  const { prng, device, detail } = scene
  const section = prng.pick(site.sections)
  const slug = Array.from({ length: between(prng, [4, 9]) }, () => prng.pick(SLUG_WORDS)).join('-')
  const query = chance(prng, 0.4 * detail)
    ? `?utm_source=${prng.pick(CAMPAIGN_SOURCES)}&utm_medium=referral&utm_campaign=${hex(prng, 8)}`
    : ''
  return {
    id: `${between(prng, [1, 4]) * 100000 + Number(site.publisherId.slice(-5))}`,
    name: site.name,
    domain: chance(prng, 0.15) ? `www.${site.domain}` : site.domain,
    cat: site.categories,
    ...(chance(prng, 0.5 * detail)
      ? { sectioncat: site.categories.slice(-1), pagecat: site.categories.slice(-1) }
      : {}),
    page: `https://www.${site.domain}/${section}/2025/${`${between(prng, [1, 12])}`.padStart(2, '0')}/${slug}-${between(prng, [100000, 999999])}${query}`,
    ...(chance(prng, 0.3 + 0.5 * detail)
      ? { ref: chance(prng, 0.5) ? `https://www.${site.domain}/${section}` : 'https://search.example/' }
      : {}),
    mobile: device.kind === 'desktop' ? 0 : 1,
    privacypolicy: 1,
    publisher: {
      id: site.publisherId,
      ...(detail > 0.4 ? { name: `${site.name} Media`, domain: site.domain } : {}),
    },
    ...(chance(prng, 0.5 * detail) ? { keywords: [section, ...slug.split('-')].slice(0, 7).join(',') } : {}),
  }
}

function makeApp(scene: Scene, app: App): object {
  const { prng } = scene
  return {
    id: `${between(prng, [1, 4]) * 100000 + Number(app.publisherId.slice(-5))}`,
    name: app.name,
    bundle: app.bundle,
    ...(chance(prng, scene.detail)
      ? { domain: `${app.name.toLowerCase().replaceAll(' ', '')}.example` }
      : {}),
    storeurl: app.storeUrl,
    ver: `${between(prng, [1, 9])}.${between(prng, [0, 40])}.${between(prng, [0, 9])}`,
    cat: app.categories,
    ...(scene.detail > 0.2 ? { privacypolicy: 1, paid: 0 } : {}),
    publisher: { id: app.publisherId, ...(scene.detail > 0.4 ? { name: `${app.name} Studio` } : {}) },
    ...(app.platform === 'tv' ? { content: makeContent(scene) } : {}),
    ...(chance(prng, 0.2) ? { keywords: app.name.toLowerCase().replaceAll(' ', ',') } : {}),
  }
}

function makeContent(scene: Scene): object {
  const { prng } = scene
  return {
    id: hex(prng, 12),
    title: `Part ${between(prng, [1, 24])}: ${prng.pick(SLUG_WORDS)} ${prng.pick(SLUG_WORDS)}`,
    series: `The ${prng.pick(SLUG_WORDS)} years`,
    season: `${between(prng, [1, 9])}`,
    episode: between(prng, [1, 24]),
    genre: prng.pick(['drama', 'comedy', 'documentary', 'sports', 'news']),
    cat: ['IAB1-7'],
    contentrating: prng.pick(['TV-G', 'TV-PG', 'TV-14']),
    livestream: prng.below(2),
    len: prng.pick([1320, 1500, 2640, 5400]),
    language: scene.language,
  }
}
