/**
 * Random catalogs and requests, put to the compiled rows and to their naive twin.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { naiveLots, type PlainLot } from '../testing/naive-targeting.ts'
import { ads, askers, requests } from '../testing/random-targeting.ts'
import { ad, EXCHANGES, findLots } from '../testing/targeting-trial.ts'
import '../testing/seed.ts'
import { FORMATS, type TargetedAd } from './ad.ts'
import { compileTargets } from './compile.ts'
import { SEARCH_MATCHES_MAX } from './match.ts'

/** The ads, each behind so many that nothing fits: rows then have empty words, and summaries empty ones too. */
function spread(some: readonly TargetedAd[], stride: number): TargetedAd[] {
  const unfit = Array.from({ length: stride - 1 }, () => ad({ wants: { countries: ['ZZZ'] } }))
  return some.flatMap((one) => [...unfit, one])
}

t.test('compiled rows and plain filters agree', async (t) => {
  const catalogs = fc.array(ads, { minLength: 1, maxLength: 24 })
  const asked = fc.array(fc.tuple(requests, askers), { minLength: 1, maxLength: 12 })
  let lotCount = 0
  const property = fc.asyncProperty(
    catalogs,
    fc.constantFrom(1, 1, 2, 33, 50),
    asked,
    async (some, stride, all) => {
      const catalog = spread(some, stride)
      const index = await compileTargets(catalog, EXCHANGES)
      for (const [request, asker] of all) {
        const wanted = naiveLots(catalog, request, asker)
        lotCount += wanted.length
        assert.deepEqual(findLots(index, request, asker), wanted)
      }
    },
  )
  await t.resolves(fc.assert(property, { numRuns: 500 }))
  t.ok(lotCount > 1000, `${lotCount} lots`)
})

t.test('where more ads match than a search may find, it finds its most, and no wrong one', async (t) => {
  const catalogs = fc.array(ads, { minLength: 1, maxLength: 3 })
  const property = fc.asyncProperty(catalogs, requests, askers, async (some, request, asker) => {
    const catalog = some.flatMap((one) => Array.from({ length: SEARCH_MATCHES_MAX - 20 }, () => one))
    const index = await compileTargets(catalog, EXCHANGES)
    const found = findLots(index, request, asker)
    const wanted = naiveLots(catalog, request, asker)
    return isMost(catalog, found, wanted)
  })
  await t.resolves(fc.assert(property, { numRuns: 100 }))
})

function isMost(
  catalog: readonly TargetedAd[],
  found: readonly PlainLot[],
  wanted: readonly PlainLot[],
): boolean {
  const isSameLots =
    found.map(({ imp, deal }) => `${imp} ${deal}`).join() ===
    wanted.map(({ imp, deal }) => `${imp} ${deal}`).join()
  return (
    isSameLots &&
    found.every((lot, i) =>
      FORMATS.every((format) => {
        const [ours, theirs] = [lot, wanted[i]].map((one) =>
          one.ads.filter((index) => catalog[index].creative.format === format),
        )
        return (
          ours.length === Math.min(theirs.length, SEARCH_MATCHES_MAX) &&
          ours.every((one) => theirs.includes(one))
        )
      }),
    )
  )
}
