/**
 * The skew test inside the house: raw values of random requests, encoded cell by cell as models/README.md says, are what
 * the vector and the plans make of the same requests.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { hashText } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import { READ, RequestView } from '../openrtb/request.ts'
import { encodeNaively, NUMBER_COLUMNS, TEXT_COLUMNS } from '../testing/every-feature.ts'
import { spell } from '../testing/json-spelling.ts'
import { randomRequest } from '../testing/random-request.ts'
import { FEATURES } from './catalogue.ts'
import { NumberPlan } from './numbers.ts'
import { Plan } from './plan.ts'
import { rawValuesOf } from './raw-values.ts'
import { type AdFeatures, adVectorsOf, FeatureVector } from './vector.ts'
import '../testing/seed.ts'

const ADS: readonly AdFeatures[] = [
  {
    ...{ campaign: 'C1', creative: 'Film', advertiser: 'Köln', category: 'IAB18' },
    ...{ format: 'video', shape: '15s', durationS: 15 },
  },
  {
    ...{ campaign: 'c2', creative: 'b', advertiser: 'shop', category: '' },
    ...{ format: 'banner', shape: '300x250', durationS: 0 },
  },
]
const ads = adVectorsOf(ADS)
const ids = new Plan(TEXT_COLUMNS, ads)
const numbers = new NumberPlan(NUMBER_COLUMNS, ads)
const cells = { ids: new Int32Array(ids.width), numbers: new Float32Array(numbers.width) }
const view = new RequestView(262_144)
/** One for all: nothing of a request may be left for the next. */
const vector = new FeatureVector()

const context = fc.record({
  exchange: fc.constantFrom('default', 'xandr'),
  deviceClass: fc.nat(4),
  wallMs: fc.nat(4_000_000_000_000),
  mayIdentify: fc.boolean(),
  userSegments: fc.constantFrom(Number.NaN, 0, 1, 40),
})
const slot = fc.record({
  /** Steps of the bucket, and a value beside each. */
  floorCpmMicros: fc.constantFrom(Number.NaN, 0, 1, 100_000, 100_001, 250_000, 499_999, 8_000_000, 1e12 / 3),
  dealId: fc.constantFrom('', 'Deal-1', 'deal/é'),
  ad: fc.nat(ADS.length - 1),
})

t.test('raw values are encoded to what the bidder encodes, whatever the request', async (t) => {
  const seen = new Map<string, Set<string>>(FEATURES.map(({ name }) => [name, new Set()]))
  fc.assert(
    fc.property(
      randomRequest,
      fc.nat(),
      context,
      slot,
      (request, seed, at, { ad, dealId, floorCpmMicros }) => {
        if (view.read(view.tape.bytes.write(spell(request, new Prng(seed)))) !== READ.ok) return
        vector.readRequest(view, { ...at, exchangeHash: hashText(at.exchange) })
        for (const imp of view.imps.slice(0, view.impCount)) {
          vector.readImp(view, imp, floorCpmMicros)
          vector.readLot(hashText(dealId))
          ids.begin(vector)
          numbers.begin(vector)
          ids.write(cells.ids, 0, ad)
          numbers.write(cells.numbers, 0, ad)
          const raw = rawValuesOf(view, { imp, floorCpmMicros, dealId }, ADS[ad], at)
          // As it comes out of the file that it is written to.
          const read = JSON.parse(JSON.stringify(raw)) as typeof raw
          for (const { name } of FEATURES) seen.get(name)!.add(`${read[name]}`)
          assert.deepEqual({ ids: [...cells.ids], numbers: [...cells.numbers] }, encodeNaively(read))
        }
      },
    ),
    { numRuns: 1000 },
  )
  for (const [name, values] of seen) t.ok(values.size > 1, `${name} was more than one thing`)
})
