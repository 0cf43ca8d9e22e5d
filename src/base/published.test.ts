import t from 'tap'
import { Published } from './published.ts'

t.test('current is the object published last, itself and whole', async (t) => {
  const [first, second] = [{ ads: 1 }, { ads: 2 }]
  const published = new Published(first)
  t.equal(published.current, first)
  published.publish(second)
  t.equal(published.current, second)
})

t.test('a reader keeps what it took when something else is published', async (t) => {
  const published = new Published({ ads: 1 })
  const taken = published.current
  published.publish({ ads: 2 })
  t.strictSame(taken, { ads: 1 })
})
