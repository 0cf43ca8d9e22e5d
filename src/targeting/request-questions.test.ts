import t from 'tap'
import type { PlainDeal, PlainRequest } from '../testing/naive-targeting.ts'
import { ASKER, ad, imp, lotsOf, request, type TargetingCase, testCases } from '../testing/targeting-trial.ts'
import type { TargetedAd, Wants } from './ad.ts'

const from = (country: string, region?: string): Partial<PlainRequest> => ({
  device: { geo: { country, region } },
})
const onSite = (domain: string): Partial<PlainRequest> => ({ site: { domain } })
const wants = (list: Wants): Partial<TargetedAd> => ({ wants: list })

testCases(t, 'wishes', [
  ['takes', 'any request when it has none', {}, {}],
  ['takes', 'a country on the list', wants({ countries: ['USA', 'CAN'] }), from('CAN')],
  ['leaves', 'a country that is not', wants({ countries: ['USA'] }), from('DEU')],
  ['leaves', 'an unknown country where one is wanted', wants({ countries: ['USA'] }), {}],
  ['takes', 'a region of the country', wants({ regions: ['USA-CA'] }), from('USA', 'CA')],
  ['takes', 'a region that names its country', wants({ regions: ['USA-CA'] }), from('USA', 'US-CA')],
  ['leaves', 'the same region of another country', wants({ regions: ['USA-CA'] }), from('FRA', 'CA')],
  ['leaves', 'a country without a region', wants({ regions: ['USA-CA'] }), from('USA')],
  ['leaves', 'a region too long to be one', wants({ regions: ['USA-CA'] }), from('USA', 'C'.repeat(99))],
  [
    'takes',
    'an operating system in other letters',
    wants({ operatingSystems: ['ios'] }),
    { device: { os: 'iOS' } },
  ],
  ['leaves', 'another operating system', wants({ operatingSystems: ['ios'] }), { device: { os: 'iPadOS' } }],
  ['takes', 'text beyond ASCII', wants({ operatingSystems: ['Öwn'] }), { device: { os: 'ÖWN' } }],
  ['takes', 'a phone by its type', wants({ devices: ['phone'] }), { device: { devicetype: 4 } }],
  ['takes', 'a generic mobile as a phone', wants({ devices: ['phone'] }), { device: { devicetype: 1 } }],
  ['leaves', 'a television for a phone', wants({ devices: ['phone'] }), { device: { devicetype: 3 } }],
  ['takes', 'a type that nobody knows', wants({ devices: ['other'] }), { device: { devicetype: 99 } }],
  ['leaves', 'a site where apps are wanted', wants({ inventory: ['app'] }), onSite('a.com')],
  ['takes', 'an app that shows a site', wants({ inventory: ['app'] }), { app: {}, site: {} }],
  ['takes', 'a screen in the street', wants({ inventory: ['dooh'] }), { dooh: {} }],
  ['takes', 'a domain behind www', wants({ publishers: ['a.com'] }), onSite('www.A.com')],
  ['leaves', 'a subdomain of a wanted domain', wants({ publishers: ['a.com'] }), onSite('m.a.com')],
  ['takes', 'a bundle', wants({ publishers: ['com.a.b'] }), { app: { bundle: 'com.a.b' } }],
  ['leaves', 'a refused publisher', wants({ notPublishers: ['a.com'] }), onSite('a.com')],
  ['takes', 'another than the refused publisher', wants({ notPublishers: ['a.com'] }), onSite('b.com')],
  ['takes', 'a language', wants({ languages: ['en'] }), { device: { language: 'EN' } }],
  ['leaves', 'another language', wants({ languages: ['en'] }), { device: { language: 'de' } }],
  ['takes', 'an exchange on the list', wants({ exchanges: ['default'] }), {}],
  ['leaves', 'an exchange that is not', wants({ exchanges: ['prebid'] }), {}],
])

testCases(t, 'blocked advertisers', [
  ['leaves', 'a blocked domain', {}, { badv: ['x.com', 'Shop.Acme.Example'] }],
  ['leaves', 'a part of a blocked domain', {}, { badv: ['acme.example'] }],
  ['leaves', 'a domain blocked by its last label', {}, { badv: ['example'] }],
  ['leaves', 'a domain that is blocked without a list', {}, { badv: 'acme.example' }],
  ['leaves', 'a domain blocked behind www', {}, { badv: ['WWW.acme.example'] }],
  ['leaves', 'a domain behind www', { advertiserDomain: 'www.acme.example' }, { badv: ['acme.example'] }],
  ['takes', 'a domain that only ends alike', {}, { badv: ['me.example', 'cme.example'] }],
  ['takes', 'the whole of which a part is blocked', {}, { badv: ['new.shop.acme.example'] }],
  ['leaves', 'a domain that the imp blocks', {}, { imp: [{ ...imp(), badv: ['acme.example'] }] }],
])

const app = { bundle: '4711' }

testCases(t, 'blocked apps', [
  ['leaves', 'an advertised app that is blocked', app, { bapp: ['x', '4711'] }],
  ['leaves', 'an app that is blocked by number', app, { bapp: [4711] }],
  ['takes', 'another app', app, { bapp: ['4712'] }],
  ['leaves', 'an app that is named like a site', { bundle: 'www.app' }, { bapp: ['www.app'] }],
  ['takes', 'an ad for no app', {}, { bapp: ['4711'] }],
])

testCases(t, 'languages', [
  ['takes', 'one that is asked for', { language: 'en' }, { wlang: ['de', 'EN'] }],
  ['takes', 'one that is asked for by BCP 47', { language: 'en' }, { wlangb: ['en'] }],
  ['leaves', 'one that is not', { language: 'en' }, { wlang: ['de'] }],
  ['leaves', 'a language that may not be that of the country', { language: 'en' }, { wlangb: ['en-US'] }],
  ['takes', 'an ad without words', { language: 'xx' }, { wlang: ['de'] }],
  ['leaves', 'an ad whose language nobody knows', {}, { wlang: ['de'] }],
  ['takes', 'an ad whose language nobody knows where none is asked for', {}, { wlang: [] }],
])

/** A request with one deal, in a private auction. */
const sold = (deal: PlainDeal): Partial<PlainRequest> => ({
  imp: [{ ...imp(), pmp: { private_auction: 1, deals: [deal] } }],
})
const buyer = { deals: ['d1', '77'] }

const DEALS: readonly TargetingCase[] = [
  ['takes', 'a deal that it buys', buyer, sold({ id: 'd1' })],
  ['takes', 'a deal whose id is a number', buyer, sold({ id: 77 })],
  ['leaves', 'a deal that it does not', buyer, sold({ id: 'd2' })],
  ['leaves', 'a deal without an id', buyer, sold({})],
  ['leaves', 'a deal when it buys none', {}, sold({ id: 'd1' })],
  ['takes', 'a deal for our seat', buyer, sold({ id: 'd1', wseat: ['seat-2', 'seat-1'] })],
  ['leaves', 'a deal for other seats', buyer, sold({ id: 'd1', wseat: ['seat-2'] })],
  ['leaves', 'a deal for a seat in other letters', buyer, sold({ id: 'd1', wseat: ['Seat-1'] })],
  ['takes', 'a deal for its domain', buyer, sold({ id: 'd1', wadomain: ['WWW.Shop.acme.example'] })],
  ['leaves', 'a deal for the domain around its own', buyer, sold({ id: 'd1', wadomain: ['acme.example'] })],
  [
    'leaves',
    'a deal for a domain that has its own before a dash',
    { ...buyer, advertiserDomain: 'acme.co' },
    sold({ id: 'd1', wadomain: ['acme.co-op.example'] }),
  ],
  ['leaves', 'the open auction when it buys deals', buyer, {}],
  ['leaves', 'a private auction when it buys no deals', {}, sold({ id: 'd1' })],
]
testCases(t, 'deals', DEALS)

t.test('each deal is a lot, in the order of the imp, and the open auction is the last', async (t) => {
  const ads = [ad(), ad({ deals: ['a'] }), ad({ deals: ['a', 'b'] })]
  const deals = [{ id: 'b' }, { id: 'unknown' }, { id: 'a' }]
  t.same(await lotsOf(t, ads, request({ imp: [{ ...imp(), pmp: { deals } }] })), [
    { imp: '1', deal: 'b', ads: [2] },
    { imp: '1', deal: 'a', ads: [1, 2] },
    { imp: '1', deal: '', ads: [0] },
  ])
})

t.test('without a seat of our own only deals for everybody are bought', async (t) => {
  const deals = [
    { id: 'd1', wseat: ['seat-1'] },
    { id: '77', wseat: [] },
  ]
  const plain = request({ imp: [{ ...imp(), pmp: { deals } }] })
  const lots = await lotsOf(t, [ad(buyer)], plain, { ...ASKER, seat: undefined })
  t.same(lots, [{ imp: '1', deal: '77', ads: [0] }])
})
