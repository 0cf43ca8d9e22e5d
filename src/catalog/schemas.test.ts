import t from 'tap'
import { Compile } from 'typebox/compile'
import { schemas } from './schemas.ts'

const advertiser = { id: 'a', name: 'A', domain: 'a.example' }

t.test('the published schemas are plain JSON Schema for each folder, and for the rates', async (t) => {
  t.strictSame(Object.keys(schemas()), ['advertisers', 'campaigns', 'creatives', 'rates.json'])
  for (const schema of Object.values(schemas())) {
    t.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
    t.strictSame(JSON.parse(JSON.stringify(schema)), schema, 'nothing is lost in JSON')
  }
})

t.test('a published schema takes one object or an array of them, and no unknown field', async (t) => {
  const check = Compile(schemas().advertisers)
  t.equal(check.Check(advertiser), true, 'one object')
  t.equal(check.Check([advertiser, advertiser]), true, 'an array')
  t.equal(check.Check({ ...advertiser, budget: 1 }), false, 'an unknown field')
  t.equal(check.Check([{ ...advertiser, domain: undefined }]), false, 'a missing field in an array')
})

t.test('the schema of the rates takes one table', async (t) => {
  const check = Compile(schemas()['rates.json'])
  const table = { base: 'USD', date: '2026-01-05', rates: { EUR: 0.9 } }
  t.equal(check.Check(table), true)
  t.equal(check.Check([table]), false, 'no array')
  t.equal(check.Check({ ...table, rates: { euro: 0.9 } }), false, 'no other name than that of a currency')
})

t.test('a published schema describes fields to whoever writes them', async (t) => {
  t.match(JSON.stringify(schemas().campaigns), 'ISO 3166-1 alpha-3, such as USA.')
})
