/**
 * Matching a request's imps: 20,000 campaigns against 1,000, and compiled rows against a filter over all ads.
 */
import { RequestView } from '../../../src/openrtb/request.ts'
import type { TargetIndex } from '../../../src/targeting/compile.ts'
import { type Bidding, Matcher } from '../../../src/targeting/match.ts'
import { makeCatalog } from '../../traffic/catalogs.ts'
import { eligiblePairs } from '../../traffic/eligible.ts'
import type { WireRequest } from '../../traffic/wire-schema.ts'
import type { MicroBench } from '../measure.ts'
import { ads, adsOf, BODY_BYTES_MAX, bodies } from '../setting.ts'

const REQUESTS = 128
/** Requests that are read once; each view keeps its tape. */
const views = bodies.slice(0, REQUESTS).map((body) => {
  const view = new RequestView(BODY_BYTES_MAX)
  body.copy(view.tape.bytes)
  view.read(body.length)
  return view
})
const parsed = bodies.slice(0, REQUESTS).map((body) => JSON.parse(String(body)) as WireRequest)
const catalog = makeCatalog(1, { campaigns: 1000 })
const many = await adsOf(20_000)
const matcher = new Matcher()
const BIDDING: Bidding = { exchangeIndex: 0, seat: undefined }

function match(count: number, index: TargetIndex): number {
  let found = 0
  for (let i = 0; i < count; i++) found += matcher.match(index, views[i % REQUESTS], BIDDING)
  return found
}

function filter(count: number): number {
  let found = 0
  for (let i = 0; i < count; i++) found += eligiblePairs(catalog, parsed[i % REQUESTS])
  return found
}

export const benches: MicroBench[] = [
  {
    name: 'targeting: match the imps of a request, by campaigns',
    unit: 'request',
    count: 2048,
    cases: [
      { name: '1,000 campaigns', run: (count) => match(count, ads.targets) },
      { name: '20,000 campaigns', run: (count) => match(count, many.targets) },
    ],
  },
  {
    name: 'targeting: match the imps of a request among 1,000 campaigns',
    unit: 'request',
    count: REQUESTS,
    cases: [
      { name: 'compiled rows', run: (count) => match(count, ads.targets) },
      { name: 'a filter over all ads', run: filter },
    ],
  },
]
