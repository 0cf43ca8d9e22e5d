import t from 'tap'
import { naiveLots, type PlainImp } from '../testing/naive-targeting.ts'
import {
  ASKER,
  ad,
  EXCHANGES,
  findLots,
  imp,
  lotsOf,
  matcher,
  native,
  request,
  video,
} from '../testing/targeting-trial.ts'
import type { TargetedAd } from './ad.ts'
import { compileTargets } from './compile.ts'
import { IMP_DEALS_MAX, LOTS_MAX, SEARCH_MATCHES_MAX } from './match.ts'
import { BLOCKS_MAX } from './question.ts'

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i))

t.test('imps of one request are matched apart', async (t) => {
  const plain = request({
    imp: [
      { id: '1', video: { maxduration: 30 } },
      { id: '2', banner: { w: 300, h: 250 }, bcat: ['IAB9'] },
      { id: '3', banner: { w: 300, h: 250 }, bcat: ['IAB17'] },
      { id: '4', banner: { w: 300, h: 250 } },
    ],
  })
  t.same(await lotsOf(t, [ad(), ad({ creative: video }), ad()], plain), [
    { imp: '1', deal: '', ads: [1] },
    { imp: '2', deal: '', ads: [0, 2] },
    { imp: '4', deal: '', ads: [0, 2] },
  ])
})

t.test('an empty catalog matches nothing', async (t) => {
  t.same(await lotsOf(t, [], request()), [])
})

t.test('nothing of one request is left for the next', async (t) => {
  const ads = [ad(), ad({ deals: ['d1'] }), ad({ creative: video }), ad({ creative: native(), apis: [7] })]
  const index = await compileTargets(ads, EXCHANGES)
  const slot = { request: JSON.stringify({ assets: [{ id: 1, title: { len: 90 } }] }), api: [7] }
  const open = request({ imp: [{ ...imp(), video: {}, native: slot, pmp: { deals: [{ id: 'd1' }] } }] })
  const others = [
    request({ imp: [{ id: '1', native: {} }] }),
    request({ bcat: ['IAB17'], acat: ['IAB1'], badv: ['acme.example'], wlang: ['en'] }),
    request({
      imp: times(70, () => ({ id: '1', banner: { btype: [2] }, pmp: { private_auction: 1 } })).slice(0, 60),
    }),
    request({ badv: times(BLOCKS_MAX + 1, () => 'acme.example') }),
  ]
  const before = findLots(index, open)
  t.same(before, naiveLots(ads, open, ASKER))
  for (const other of others) {
    t.same(findLots(index, other), naiveLots(ads, other, ASKER))
    t.same(findLots(index, open), before)
  }
})

t.test('what the native slots ask for is told by imp', async (t) => {
  const slot = (length: number) => ({
    request: JSON.stringify({ assets: [{ id: 1, title: { len: length } }] }),
  })
  const index = await compileTargets([ad({ creative: native() })], EXCHANGES)
  const native1 = { id: '1', native: slot(90) }
  const native2 = { id: '2', native: slot(50) }
  findLots(index, request({ imp: [native1, native2, imp({ id: '3' })] }))
  t.match(matcher.natives.slice(0, 3), [
    { assets: [{ lengthMax: 90 }] },
    { assets: [{ lengthMax: 50 }] },
    undefined,
  ])
  findLots(index, request({ imp: [imp({ id: '1' })] }))
  t.equal(matcher.natives[0], undefined)
})

t.test('a search ends at its most, and that is counted', async (t) => {
  const exact = await compileTargets(
    times(SEARCH_MATCHES_MAX, () => ad()),
    EXCHANGES,
  )
  t.equal(findLots(exact, request())[0].ads.length, SEARCH_MATCHES_MAX)
  t.equal(matcher.truncatedCount, 0)
  const more = await compileTargets(
    times(SEARCH_MATCHES_MAX + 1, () => ad()),
    EXCHANGES,
  )
  t.equal(findLots(more, request())[0].ads.length, SEARCH_MATCHES_MAX)
  t.equal(matcher.truncatedCount, 1)
})

t.test('a search that leaves out only what does not suit has found all', async (t) => {
  const fitting = times(SEARCH_MATCHES_MAX, () => ad({ creative: video }))
  const slow = { ...video, media: [{ mime: 'video/mp4', bitrateKbps: 1 }] } as TargetedAd['creative']
  const index = await compileTargets([...fitting, ad({ creative: slow })], EXCHANGES)
  const [lot] = findLots(index, request({ imp: [imp({ video: { minbitrate: 2 } })] }))
  t.equal(lot.ads.length, SEARCH_MATCHES_MAX)
  t.equal(matcher.truncatedCount, 0)
})

t.test('each format of an imp has a search of its own', async (t) => {
  const mixed = times(2 * SEARCH_MATCHES_MAX, (i) => (i % 2 === 0 ? ad() : ad({ creative: video })))
  const index = await compileTargets(mixed, EXCHANGES)
  const [lot] = findLots(index, request({ imp: [{ ...imp(), video: {} }] }))
  t.equal(lot.ads.length, 2 * SEARCH_MATCHES_MAX)
  t.equal(matcher.truncatedCount, 0)
})

t.test('a request ends at its most, with whole lots before it', async (t) => {
  const index = await compileTargets(
    times(SEARCH_MATCHES_MAX, () => ad()),
    EXCHANGES,
  )
  const lots = findLots(
    index,
    request({ imp: times(40, (i) => imp({ id: `${i}`, banner: { w: 300, h: 250 } })) }),
  )
  t.equal(matcher.ads.length / SEARCH_MATCHES_MAX, 32)
  t.same(
    lots.map(({ imp, ads }) => [imp, ads.length]),
    times(32, (i) => [`${i}`, SEARCH_MATCHES_MAX]),
  )
  t.equal(matcher.truncatedCount, 8)
})

t.test('of the deals of an imp that we buy so many are bid on, the first ones', async (t) => {
  const ids = times(IMP_DEALS_MAX + 2, (i) => `d${i}`)
  // Nothing fits the first deal, so that it does not count.
  const ads = [ad({ deals: ids.slice(1) }), ad({ deals: ids, wants: { countries: ['ZZZ'] } }), ad()]
  const deals = ids.map((id) => ({ id }))
  const lots = await lotsOf(t, ads, request({ imp: [{ ...imp(), pmp: { deals } }] }))
  t.same(
    lots.map(({ deal }) => deal),
    [...ids.slice(1, IMP_DEALS_MAX + 1), ''],
  )
})

t.test('a request has no more lots than their most, and that is counted', async (t) => {
  const ids = times(IMP_DEALS_MAX, (i) => `d${i}`)
  const index = await compileTargets([ad({ deals: ids }), ad()], EXCHANGES)
  const slot = (id: number): PlainImp => ({
    ...imp(),
    id: `${id}`,
    pmp: { deals: ids.map((id) => ({ id })) },
  })
  const lots = findLots(index, request({ imp: times(8, slot) }))
  t.equal(lots.length, LOTS_MAX)
  t.same(
    lots,
    naiveLots([ad({ deals: ids }), ad()], request({ imp: times(8, slot) }), ASKER).slice(0, LOTS_MAX),
  )
  t.ok(matcher.truncatedCount > 0)
  const closed = times(9, (id) => ({ ...slot(id), pmp: { ...slot(id).pmp, private_auction: 1 } }))
  t.equal(findLots(index, request({ imp: closed.slice(1) })).length, LOTS_MAX)
  t.equal(matcher.truncatedCount, 0)
  t.equal(findLots(index, request({ imp: closed })).length, LOTS_MAX)
  t.equal(matcher.truncatedCount, 1)
})

/** Ads of as many advertisers, and the domains of the first ones. */
const advertisers = times(BLOCKS_MAX + 2, (i) => ad({ advertiserDomain: `a${i}.example` }))
const domains = (count: number) => times(count, (i) => `a${i}.example`)

t.test('blocks that do not fit leave no ad at all', async (t) => {
  const index = await compileTargets(advertisers, EXCHANGES)
  const lots = findLots(index, request({ badv: domains(BLOCKS_MAX) }))
  t.same(lots, [{ imp: '1', deal: '', ads: [BLOCKS_MAX, BLOCKS_MAX + 1] }])
  t.same(findLots(index, request({ badv: domains(BLOCKS_MAX + 1) })), [])
})

t.test('blocks that do not fit for one imp or format leave others alone', async (t) => {
  const ads = [...advertisers, ad({ advertiserDomain: 'b.example', creative: video, attributes: [1] })]
  const index = await compileTargets(ads, EXCHANGES)
  const badv = domains(BLOCKS_MAX)
  const both = (id: string): PlainImp => ({ id, banner: { w: 300, h: 250, battr: [1] }, video: {} })
  const imps = [{ ...both('1'), badv: ['a0.example'] }, both('2'), { ...imp(), id: '3' }]
  t.same(findLots(index, request({ badv, imp: imps })), [
    { imp: '2', deal: '', ads: [BLOCKS_MAX + 2] },
    { imp: '3', deal: '', ads: [BLOCKS_MAX, BLOCKS_MAX + 1] },
  ])
  const plain = request({
    imp: [
      { ...imp(), badv: domains(BLOCKS_MAX + 1) },
      { ...imp(), id: '2' },
    ],
  })
  t.same(
    findLots(index, plain).map((lot) => lot.imp),
    ['2'],
  )
})

t.test('unions that do not fit lose ads and find no wrong one', async (t) => {
  const ads = [ad({ wants: { categories: ['IAB1'] } }), ad({ wants: { categories: ['IAB2'] } }), ad()]
  const index = await compileTargets(ads, EXCHANGES)
  t.same(findLots(index, request({ site: { cat: times(2000, () => 'IAB1') } })), [])
  t.same(findLots(index, request({ site: { cat: times(900, () => 'IAB1') } })), [
    { imp: '1', deal: '', ads: [0, 2] },
  ])
})

t.test('where more ads match than are looked at, every ad has its turn', async (t) => {
  const count = 8 * 1024
  const index = await compileTargets(
    times(count, () => ad()),
    EXCHANGES,
  )
  const seen = new Set<number>()
  for (let i = 0; i < 2000; i++)
    for (const found of findLots(index, request({ id: `r${i}` }))[0].ads) seen.add(found)
  t.equal(seen.size, count)
})
