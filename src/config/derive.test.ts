import t from 'tap'
import { deriveLimits } from './derive.ts'

t.test('a batch takes the candidates of a request with the most imps', async (t) => {
  t.same(deriveLimits({ lotsMax: 64, shortlistMax: 16, goldenRowsMax: 256 }), { batchRowsMax: 1024 })
})

t.test('limits are refused when a batch cannot take the golden rows', async (t) => {
  t.doesNotThrow(() => deriveLimits({ lotsMax: 16, shortlistMax: 16, goldenRowsMax: 256 }), 'just enough')
  t.throws(() => deriveLimits({ lotsMax: 5, shortlistMax: 51, goldenRowsMax: 256 }), {
    message: 'a batch takes the golden rows of any model',
  })
})
