/**
 * `make conformance`: sends every request of all sources to the bidder under every exchange profile, holds each answer
 * against the response check, and reports by topic of the rule book how many requests asked for it, how many were bid
 * on, and what was violated. Exit 1 when anything was.
 *
 * The bidder is the real one but for its model, which is written down here, and its catalog: the scenarios' ads without
 * targeting, on sale in the open auction and on every deal that the requests offer.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hashText } from '../src/base/hash.ts'
import { compileAds } from '../src/catalog/compile.ts'
import type { Catalog } from '../src/catalog/schema.ts'
import type { OperatorFile } from '../src/config/operator.ts'
import { houseRulesOf } from '../src/exchange/house-rules.ts'
import { EXCHANGE_PROFILES } from '../src/exchange/profiles.ts'
import { checkResponseText, type Violation } from '../src/openrtb/response-check.ts'
import { Rates } from '../src/pricing/currency.ts'
import { TEST_OPERATOR, TestBidder } from '../src/testing/bidder.ts'
import { ManualClock } from '../src/testing/clock.ts'
import { scriptedModel } from '../src/testing/scripted-model.ts'
import { Report } from './report.ts'
import { type Source, sourcesOf } from './sources.ts'

const HELP = `make conformance ARGS="[--requests DIR] [--random N] [--seed N] [--out FILE] [--json]"

  --requests DIR   published requests, JSON files in folders [../shared/requests]
  --random N       made, shaken and random requests of each kind [2000]
  --seed N         of what is drawn [1]
  --out FILE       where the report is written as Markdown [dist/conformance.md]
  --json           print the report as JSON instead of the table`

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PUBLISHED = `${ROOT}../shared/requests`
const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: PUBLISHED },
    random: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: `${ROOT}dist/conformance.md` },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (flags.help) console.log(HELP)
else process.exitCode = await run()

function refuse(problem: string): number {
  console.error(`conformance: ${problem}`)
  return 2
}

async function run(): Promise<number> {
  // The usual folder may be missing; one that is named may not.
  if (flags.requests !== PUBLISHED && !existsSync(flags.requests)) {
    return refuse(`--requests ${flags.requests}: no such folder`)
  }
  const [random, seed] = [Number(flags.random), Number(flags.seed)]
  if (!Number.isInteger(random) || random < 1)
    return refuse(`--random ${flags.random}: a whole number above 0 is due`)
  if (!Number.isInteger(seed) || seed < 0)
    return refuse(`--seed ${flags.seed}: a whole number from 0 on is due`)
  const sources = sourcesOf({ published: flags.requests, random, seed })
  const scenarios = JSON.parse(readFileSync(`${ROOT}src/bidding/scenarios/catalog.json`, 'utf8')) as Catalog &
    Required<Pick<Catalog, 'rates'>>
  const catalog = catalogOf(scenarios, dealIdsIn(sources))
  const bidder = await bidderOf(catalog, TEST_OPERATOR)
  const withoutBasis = 'contextual' as const
  const contextual = await bidderOf(catalog, { tcf: { ...TEST_OPERATOR.tcf!, withoutBasis } })
  const rates = new Map(Object.entries(scenarios.rates.rates))
  const report = new Report(sources)
  for (const source of sources) {
    for (const body of source.bodies) {
      const request = parsed(body)
      const runs = EXCHANGE_PROFILES.map((profile) => ({ profile, asked: bidder }))
      // Once more for an operator who bids on the context where there is no consent.
      for (const { profile, asked } of [...runs, { profile: EXCHANGE_PROFILES[0], asked: contextual }]) {
        const { outcome, text } = await asked.ask(body, { exchange: profile.name })
        // So that no request is without a bid because of the ones before it.
        asked.letGo()
        const violations: Violation[] =
          text === '' ? [] : checkResponseText(request, text, { rates, house: houseRulesOf(profile) })
        report.add({ source, body, request, exchange: profile.name, outcome, text, violations })
      }
    }
    process.stderr.write(`${source.name}: ${source.bodies.length}\n`)
  }
  mkdirSync(dirname(flags.out), { recursive: true })
  writeFileSync(flags.out, report.markdown())
  console.log(flags.json ? JSON.stringify(report.summary(), null, 2) : report.table())
  return report.isClean ? 0 : 1
}

/** Undefined for what is no JSON; then there must be no bid. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(String(body))
  } catch {
    return undefined
  }
}

function dealIdsIn(sources: readonly Source[]): string[] {
  const ids = new Set<string>()
  for (const { bodies } of sources) {
    for (const body of bodies) {
      const imps = (parsed(body) as { imp?: { pmp?: { deals?: { id?: unknown }[] } }[] } | undefined)?.imp
      if (!Array.isArray(imps)) continue
      for (const deal of imps.flatMap((imp) => (Array.isArray(imp?.pmp?.deals) ? imp.pmp.deals : []))) {
        if (typeof deal?.id === 'string' && deal.id !== '') ids.add(deal.id)
      }
    }
  }
  return [...ids]
}

function catalogOf(scenarios: Catalog, deals: readonly string[]): Catalog {
  const open = scenarios.campaigns
    .filter((campaign) => campaign.deals === undefined)
    .map((campaign) => ({ ...campaign, targeting: {} }))
  const onDeals = scenarios.advertisers.map((advertiser) => ({
    id: `${advertiser.id}-on-deals`,
    advertiser: advertiser.id,
    name: 'on every deal',
    status: 'active' as const,
    goal: { type: 'cpm' as const, value: 40 },
    maxCpm: 40,
    creatives: scenarios.creatives
      .filter((creative) => creative.advertiser === advertiser.id)
      .map(({ id }) => id),
    deals: [...deals],
    targeting: {},
  }))
  return { ...scenarios, campaigns: [...open, ...onDeals] }
}

async function bidderOf(catalog: Catalog, operator: OperatorFile): Promise<TestBidder> {
  const ads = await compileAds(catalog, EXCHANGE_PROFILES)
  // As good as random, and the same in every run.
  const probability = (ad: number) =>
    (hashText(`${ads.features[ad].campaign} ${ads.features[ad].creative}`) % 97) / 4000
  const model = scriptedModel({ probability, outcome: 'scored' })
  return new TestBidder(
    { ads, rates: new Rates(catalog.rates, 7), model },
    new ManualClock(Date.UTC(2026, 2, 1, 12)),
    operator,
  )
}
