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

t.test('version counts what was published, the first object and repetitions included', async (t) => {
  const object = {}
  const published = new Published(object)
  t.equal(published.version, 1)
  published.publish(object)
  published.publish({})
  t.equal(published.version, 3)
})
