import t from 'tap'
import { tableSize } from './table-size.ts'

t.test('a table is exact where it fits, and for a whole file at scale where not', async (t) => {
  const episode = (auctions: number, budget: number) => tableSize({ per: 'episode', auctions, budget }, 300)
  t.same(episode(1000, 5000), { auctions: 1000, budget: 5000 })
  t.same(episode(10, 5000), { auctions: 10, budget: 3000 }, 'more cannot be spent')
  t.same(episode(1024, 131_071), { auctions: 1024, budget: 131_071 }, 'a gigabyte')
  t.throws(() => episode(1024, 131_072), {
    message:
      /^ss-mdp, rlb: a table of 1024 auctions by a budget of 131072 takes 1\.0 GB, and 1 is the most; /,
  })
  const file = (auctions: number, budget: number) => tableSize({ per: 'file', auctions, budget }, 300)
  t.same(file(1000, 5000), { auctions: 1000, budget: 5000 })
  t.same(file(4_000_000, 8_000_000), { auctions: 2048, budget: 8192 }, 'twice the budget an auction')
  for (const budget of [1, 1e6, 1e9, 1e15]) {
    const size = file(10_000_000, budget)
    t.ok(
      size.auctions * size.budget < 2 ** 24 + 2 ** 20 && size.auctions > 100 && size.budget > 100,
      `${budget}`,
    )
  }
})
