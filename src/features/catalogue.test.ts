import t from 'tap'
import { F, FEATURES, type FeatureName, featureIndexOf } from './catalogue.ts'

t.test('names of features are unique and can stand in a manifest', async (t) => {
  const names = FEATURES.map(({ name }) => name)
  t.same([...new Set(names)], names)
  // A star joins two names to a cross.
  for (const name of names) t.match(name, /^[a-z][a-z_]*$/)
})

t.test('a feature is found by its name, and nothing else is', async (t) => {
  for (const [index, { name }] of FEATURES.entries()) {
    t.equal(featureIndexOf(name), index)
    t.equal(F[name as FeatureName], index)
  }
  for (const name of ['', 'Country', 'country ', 'toString', '__proto__', 'category*advertiser']) {
    t.equal(featureIndexOf(name), undefined, name)
  }
})

t.test('every feature says what it is', async (t) => {
  for (const { name, about } of FEATURES) t.ok(about.length > 4, name)
})
