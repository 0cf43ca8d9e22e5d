import t from 'tap'
import type { PlainRequest } from '../testing/naive-targeting.ts'
import { ad, imp, lotsOf, request, testCases } from '../testing/targeting-trial.ts'

const about = (...cat: (string | number)[]): Partial<PlainRequest> => ({ site: { cat } })

testCases(t, 'wanted categories', [
  ['takes', 'one of the page', { wants: { categories: ['IAB1-2'] } }, about('IAB5', 'IAB1-2')],
  ['takes', 'one within a wanted one', { wants: { categories: ['IAB1'] } }, about('IAB1-2')],
  ['leaves', 'one around a wanted one', { wants: { categories: ['IAB1-2'] } }, about('IAB1')],
  ['leaves', 'one that only starts alike', { wants: { categories: ['IAB1'] } }, about('IAB10-2')],
  ['takes', 'one of an app', { wants: { categories: ['IAB1'] } }, { app: { cat: ['iab1'] } }],
  ['leaves', 'a page without any', { wants: { categories: ['IAB1'] } }, about()],
])

const shoes = { categories: ['IAB18-1'], categoriesIn: { 2: ['483', '52'] } }

testCases(t, 'blocked categories', [
  ['leaves', 'a blocked one', shoes, { bcat: ['IAB18-1'] }],
  ['leaves', 'one within a blocked one', shoes, { bcat: ['iab18'] }],
  ['takes', 'others than the blocked ones', shoes, { bcat: ['IAB18-2', 'IAB1', 'IAB18-10'] }],
  ['leaves', 'one that the imp blocks', shoes, { imp: [{ ...imp(), bcat: ['IAB18'] }] }],
  ['leaves', 'a blocked one of another taxonomy', shoes, { cattax: 2, bcat: ['483'] }],
  ['leaves', 'one that is written as a number', shoes, { cattax: 2, bcat: [483] }],
  ['takes', 'others of another taxonomy', shoes, { cattax: 2, bcat: ['1', 'IAB18-1'] }],
  ['leaves', 'an ad without categories in the taxonomy', shoes, { cattax: 7, bcat: ['1'] }],
  ['takes', 'an ad without categories where nothing is blocked', shoes, { cattax: 7, bcat: [] }],
])

const two = { categories: ['IAB18-1', 'IAB3'], categoriesIn: { 2: ['52'] } }

testCases(t, 'allowed categories', [
  ['takes', 'an ad all of whose categories are allowed', two, { acat: ['IAB3', 'IAB18-1', 'IAB9'] }],
  ['takes', 'a category within an allowed one', two, { acat: ['IAB18', 'IAB3'] }],
  ['leaves', 'an ad one of whose categories is not', two, { acat: ['IAB18'] }],
  ['leaves', 'a category around an allowed one', two, { acat: ['IAB18', 'IAB3-1'] }],
  ['takes', 'an allowed one of another taxonomy, as a number', two, { cattax: 2, acat: [52] }],
  ['leaves', 'an ad without categories in the taxonomy', two, { cattax: 7, acat: ['52'] }],
])

t.test('what one request allows is not allowed in the next', async (t) => {
  const ads = [ad({ categories: ['IAB1'] }), ad({ categories: ['IAB2'] })]
  t.same(await lotsOf(t, ads, request({ acat: ['IAB1'] })), [{ imp: '1', deal: '', ads: [0] }])
  t.same(await lotsOf(t, ads, request({ acat: ['IAB2'] })), [{ imp: '1', deal: '', ads: [1] }])
})

t.test('more categories than there is room for are allowed one by one', async (t) => {
  const ads = Array.from({ length: 150 }, (_, i) => ad({ categories: [`IAB${i}`] }))
  t.same(await lotsOf(t, ads, request({ acat: ['IAB0', 'IAB149'] })), [{ imp: '1', deal: '', ads: [0, 149] }])
})
