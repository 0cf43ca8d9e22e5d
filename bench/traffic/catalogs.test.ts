import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { Advertiser, Campaign, type Catalog, Creative } from '../../src/catalog/schema.ts'
import { makeCatalog, writeCatalog } from './catalogs.ts'
import { eligiblePairs } from './eligible.ts'
import { makeBodies } from './requests.ts'
import type { WireRequest } from './wire-schema.ts'

const catalog = makeCatalog(1, { campaigns: 1000 })
const { campaigns, creatives, advertisers } = catalog

t.test('a made catalog is valid by the schemas', (t) => {
  const kinds = [
    [advertisers, Advertiser],
    [campaigns, Campaign],
    [creatives, Creative],
  ] as const
  for (const [list, schema] of kinds) {
    t.same([...Compile(Type.Array(schema)).Errors(list)].slice(0, 3), [])
    t.equal(new Set(list.map((one) => one.id)).size, list.length, 'ids differ')
  }
  t.end()
})

t.test('every reference leads to something of the same advertiser', (t) => {
  const owners = new Map(creatives.map((creative) => [creative.id, creative.advertiser]))
  const known = new Set(advertisers.map((advertiser) => advertiser.id))
  const lost = campaigns.filter((campaign) => !known.has(campaign.advertiser))
  const foreign = campaigns.filter((campaign) =>
    campaign.creatives.some((id) => owners.get(id) !== campaign.advertiser),
  )
  t.same([lost, foreign], [[], []])
  t.equal(
    new Set(advertisers.map((advertiser) => advertiser.domain)).size,
    advertisers.length,
    'domains differ',
  )
  t.end()
})

t.test('a catalog has the stated size: ten campaigns an advertiser, about two creatives a campaign', (t) => {
  t.equal(campaigns.length, 1000)
  t.equal(advertisers.length, 100)
  t.ok(creatives.length > 1900 && creatives.length < 2100, `${creatives.length} creatives`)
  t.equal(makeCatalog(1, { campaigns: 7 }).advertisers.length, 5, 'at least five advertisers')
  t.equal(makeCatalog(1, { campaigns: 101 }).advertisers.length, 11)
  t.same(makeCatalog(1, { campaigns: 0 }).campaigns, [])
  t.end()
})

/** Shares are held to within four points, three sigma of a thousand; a fixed seed, so this never flickers. */
t.test('campaigns target as often as stated, and prices stand around 3 USD', (t) => {
  const stated = {
    countries: 0.95,
    devices: 0.75,
    categories: 0.55,
    operatingSystems: 0.4,
    inventory: 0.3,
    notPublishers: 0.15,
    publishers: 0.2,
    languages: 0.1,
    regions: 0.35,
  } as const
  for (const [name, share] of Object.entries(stated)) {
    const found = campaigns.filter((campaign) => name in campaign.targeting).length / campaigns.length
    t.ok(Math.abs(found - share) < 0.04, `${name}: ${found} for ${share}`)
  }
  const inUsa = campaigns.filter(({ targeting }) => targeting.countries?.includes('USA'))
  t.ok(inUsa.length > 0.5 * campaigns.length, `${inUsa.length} ask for the United States`)
  const cpms = campaigns.flatMap(({ goal }) => (goal.type === 'cpm' ? goal.value : [])).sort((a, b) => a - b)
  const median = cpms[cpms.length >> 1]
  t.ok(median > 2.7 && median < 3.4, `median ${median}`)
  t.ok(cpms.filter((cpm) => cpm > 1).length > 0.9 * cpms.length, 'most clear a floor of 1 USD')
  t.ok(cpms.length < 0.9 * campaigns.length, 'some pay per click')
  t.same(
    campaigns.filter(({ goal, maxCpm }) => goal.type === 'cpm' && maxCpm < goal.value),
    [],
  )
  t.ok(campaigns.every((campaign) => campaign.status === 'active'))
  t.end()
})

t.test('one seed gives the same catalog, another seed another', (t) => {
  const made = (seed: number) => JSON.stringify(makeCatalog(seed, { campaigns: 50 }))
  t.equal(made(3), made(3))
  t.not(made(3), made(4))
  t.end()
})

t.test('with 1,000 campaigns seven requests in ten or more find eight pairs, and blocklists bite', (t) => {
  const requests = makeBodies(2, 500).map((body) => JSON.parse(body.toString()) as WireRequest)
  const counts = requests.map((request) => eligiblePairs(catalog, request)).sort((a, b) => a - b)
  const enough = counts.filter((count) => count >= 8).length
  t.comment(
    `pairs: p10 ${counts[50]}, median ${counts[250]}, p90 ${counts[450]}, most ${counts[499]}; ${enough / 5} % have 8`,
  )
  t.ok(enough >= 0.7 * 500, `${enough} of 500`)
  t.ok(counts[250] >= 15 && counts[499] <= 300, 'a median request has tens of pairs, none has all')

  const unblocked = requests.map((request) => eligiblePairs(catalog, { ...request, bcat: [], badv: [] }))
  const blocked = requests.filter((request, index) => eligiblePairs(catalog, request) < unblocked[index])
  t.ok(blocked.length > 250, `${blocked.length} of 500 requests block something`)
  t.end()
})

t.test('a catalog is written as three arrays and read back the same', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'catalog-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  writeCatalog(catalog, join(directory, 'deep'))
  const read = (kind: keyof Catalog) =>
    JSON.parse(readFileSync(join(directory, 'deep', kind, 'all.json'), 'utf8'))
  t.same(
    { advertisers: read('advertisers'), campaigns: read('campaigns'), creatives: read('creatives') },
    catalog,
  )
  t.end()
})

t.test('a catalog with budgets is the same catalog with money, and valid', async (t) => {
  const bare = makeCatalog(1, { campaigns: 24 }).campaigns
  const funded = makeCatalog(1, { campaigns: 24, hasBudgets: true }).campaigns
  t.match(funded, bare)
  const check = Compile(Campaign)
  t.ok(funded.every((campaign) => check.Check(campaign) && campaign.budget !== undefined))
  t.equal(funded.filter(({ frequencyCaps }) => frequencyCaps !== undefined).length, 6)
  t.equal(funded.filter(({ pacing }) => pacing === 'even').length, 8)
})
