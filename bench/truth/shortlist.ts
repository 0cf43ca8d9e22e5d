/**
 * Prints what it costs to let the model score fewer ads: for each rule, in how many lots the ad that the model would have
 * chosen is not among those that are scored, how much of its value is lost, and the rows a lot that are left.
 *
 * The model's own scores of the best sixteen by the inline scorer are the measure. A model whose inline scorer stands
 * for it less well than the demo model's is imitated by noise on the logarithm of the model's scores.
 */
import { parseArgs } from 'node:util'
import * as ort from 'onnxruntime-node'
import { hashText } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'
import { SHORTLIST_MAX } from '../../src/bidding/shortlist.ts'
import { compileAds } from '../../src/catalog/compile.ts'
import { Plan } from '../../src/features/plan.ts'
import { FeatureVector } from '../../src/features/vector.ts'
import { InlineScorer } from '../../src/inference/inline.ts'
import { loadModel } from '../../src/models/load.ts'
import { READ, RequestView } from '../../src/openrtb/request.ts'
import { valueCpmMicros } from '../../src/pricing/price.ts'
import { deviceClassOf } from '../../src/targeting/ad.ts'
import { Matcher } from '../../src/targeting/match.ts'
import { makeCatalog } from '../traffic/catalogs.ts'
import { makeBodies } from '../traffic/requests.ts'

const USAGE = `Prints what is lost where the model scores fewer of the ads that match.

  node bench/truth/shortlist.ts [options]

  --campaigns N   of the made catalog (1000)
  --requests N    (3000)
  --help          print this
`

/** The best `least` of a lot, and others that are worth `share` of the best. */
const RULES = [
  { least: SHORTLIST_MAX, share: 0 },
  { least: 8, share: 1 },
  { least: 6, share: 1 },
  { least: 4, share: 0.4 },
  { least: 4, share: 0.5 },
  { least: 4, share: 0.6 },
  { least: 4, share: 0.7 },
] as const
/** Standard deviations on the logarithm of a score. */
const NOISES = [0, 0.2, 0.4]
const MODEL = new URL('../../models/ctr/1', import.meta.url).pathname
const BODY_BYTES_MAX = 65_536
const EXCHANGE = 'default'
const NOON_MS = Date.UTC(2026, 0, 5, 12)
const BIDDING = { exchangeIndex: 0, seat: undefined }

/** Values of the best ads of a lot in CPM micros, best first by the inline scorer. */
type Lot = { readonly inline: readonly number[]; readonly model: readonly number[] }

const { values: flags } = parseArgs({
  options: {
    campaigns: { type: 'string', default: '1000' },
    requests: { type: 'string', default: '3000' },
    help: { type: 'boolean', default: false },
  },
})
const [campaigns, requests] = [flags.campaigns, flags.requests].map(Number)
if (flags.help) process.stdout.write(USAGE)
else if (Number.isInteger(campaigns) && campaigns > 0 && Number.isInteger(requests) && requests > 0)
  console.log(table(await lotsOf(campaigns, requests)))
else {
  process.stderr.write(USAGE)
  process.exitCode = 1
}

async function lotsOf(campaignCount: number, requestCount: number): Promise<Lot[]> {
  const ads = await compileAds(makeCatalog(1, { campaigns: campaignCount }), [
    { name: EXCHANGE, isMarkupSent: true },
  ])
  const loaded = await loadModel(MODEL)
  if ('faults' in loaded) throw new Error(loaded.faults.join('\n'))
  const { manifest, inline: weights, spec } = loaded.model
  const [{ name, columns }] = manifest.inputs
  const plan = new Plan(columns, ads.vectors)
  const inline = new InlineScorer(weights, new Plan(weights.columns, ads.vectors), ads.vectors.count)
  const session = await ort.InferenceSession.create(spec.file, { intraOpNumThreads: 1 })
  const cells = new Int32Array(SHORTLIST_MAX * plan.width)
  const view = new RequestView(BODY_BYTES_MAX)
  const matcher = new Matcher()
  const vector = new FeatureVector()
  const lots: Lot[] = []
  for (const body of makeBodies(7, requestCount)) {
    body.copy(view.tape.bytes)
    if (view.read(body.length) !== READ.ok || matcher.match(ads.targets, view, BIDDING) === 0) continue
    vector.readRequest(view, {
      exchangeHash: hashText(EXCHANGE),
      deviceClass: deviceClassOf(view.deviceType),
      wallMs: NOON_MS,
      mayIdentify: true,
      userSegments: Number.NaN,
    })
    let first = 0
    for (let lot = 0; lot < matcher.lotCount; first = matcher.lotEnd[lot++]) {
      const imp = view.imps[matcher.lotImp[lot]]
      vector.readImp(view, imp, imp.floorMicros)
      inline.begin(vector)
      plan.begin(vector)
      const best = Array.from(matcher.ads.subarray(first, matcher.lotEnd[lot]), (ad) => ({
        ad,
        value: valueCpmMicros(ads.goals, ad, inline.score(ad)),
      }))
        .sort((a, b) => b.value - a.value)
        .slice(0, SHORTLIST_MAX)
      best.forEach(({ ad }, row) => {
        plan.write(cells, row, ad)
      })
      const rows = new ort.Tensor('int32', cells.subarray(0, best.length * plan.width), [
        best.length,
        plan.width,
      ])
      const { [spec.output]: scores } = await session.run({ [name]: rows })
      lots.push({
        inline: best.map(({ value }) => value),
        model: best.map(({ ad }, row) => valueCpmMicros(ads.goals, ad, (scores.data as Float32Array)[row])),
      })
    }
  }
  return lots
}

function table(lots: readonly Lot[]): string {
  const lines = [
    `${lots.length} lots of ${campaigns} campaigns`,
    'noise  best  and share  not scored  value lost  rows a lot',
  ]
  for (const noise of NOISES) {
    for (const rule of RULES) {
      const { missed, lost, rows } = costOf(lots, rule, noise)
      lines.push(
        `${noise.toFixed(1)}    ${`${rule.least}`.padStart(4)}  ${rule.share.toFixed(1).padStart(9)}` +
          `${`${(100 * missed).toFixed(2)} %`.padStart(12)}${`${(100 * lost).toFixed(3)} %`.padStart(12)}${rows.toFixed(1).padStart(12)}`,
      )
    }
  }
  return lines.join('\n')
}

/** Shares of the lots, and of the value of their best ads; rows a lot. */
function costOf(lots: readonly Lot[], { least, share }: (typeof RULES)[number], noise: number) {
  const prng = new Prng(1)
  let missed = 0
  let lost = 0
  let rows = 0
  for (const { inline, model } of lots) {
    const scored = model.map((value) => value * Math.exp(noise * prng.normal()))
    const kept = scored.filter((_, i) => i < least || inline[i] >= share * inline[0])
    rows += kept.length
    const best = Math.max(...scored)
    const bestKept = Math.max(...kept)
    if (bestKept < best) missed++
    lost += 1 - bestKept / best
  }
  return { missed: missed / lots.length, lost: lost / lots.length, rows: rows / lots.length }
}
