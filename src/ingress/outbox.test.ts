import t from 'tap'
import { Outbox } from './outbox.ts'

t.test(
  'answers leave behind the last decision of a batch, in order, and a bug keeps none of the others back',
  async (t) => {
    const bugs: unknown[] = []
    const outbox = new Outbox((bug) => bugs.push(bug))
    const told: string[] = []
    const scores = Promise.withResolvers<void>()
    const bugOfB = new Error('b')
    const bids = ['a', 'b', 'c'].map(async (name) => {
      await scores.promise
      told.push(`${name} decided`)
      outbox.add({
        send: () => {
          if (name === 'b') throw bugOfB
          told.push(`${name} sent`)
        },
      })
    })
    scores.resolve()
    await Promise.all(bids)
    await Promise.resolve()
    t.same(told, ['a decided', 'b decided', 'c decided', 'a sent', 'c sent'])
    t.same(bugs, [bugOfB])
  },
)
