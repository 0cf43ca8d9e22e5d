import t from 'tap'
import { NO_BODY } from '../bidding/write.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { OUTBOX_BYTES, Outbox } from './outbox.ts'

t.test(
  'answers leave behind the last decision of a batch, in order, and a bug keeps none of the others back',
  async (t) => {
    const bugs: unknown[] = []
    const outbox = new Outbox((bug) => bugs.push(bug))
    const told: string[] = []
    const page = Buffer.alloc('answer a'.length)
    const scores = Promise.withResolvers<void>()
    const bugOfB = new Error('b')
    const bids = ['a', 'b', 'c'].map(async (name) => {
      await scores.promise
      told.push(`${name} decided`)
      const letter = {
        send: (body: Uint8Array) => {
          if (name === 'b') throw bugOfB
          told.push(`${name} sent: ${Buffer.from(body)}`)
        },
      }
      // Each is written over the one before.
      page.write(`answer ${name}`)
      outbox.add(letter, name === 'c' ? NO_BODY : page)
    })
    scores.resolve()
    await Promise.all(bids)
    await Promise.resolve()
    t.same(told, ['a decided', 'b decided', 'c decided', 'a sent: answer a', 'c sent: '])
    t.same(bugs, [bugOfB])
  },
)

t.test(
  'where there is no room for one more, those that wait leave at once, and it holds the longest answer',
  async (t) => {
    const outbox = new Outbox((bug) => t.fail(`${bug}`))
    const sent: string[] = []
    const add = (name: string, bytes: number) => {
      const letter = {
        send: (body: Uint8Array) => sent.push(`${name}${body.length} ${body[0]} ${body.at(-1)}`),
      }
      outbox.add(letter, Buffer.alloc(bytes, name.charCodeAt(0) - 96))
    }
    const longest = Math.max(...EXCHANGE_PROFILES.map(({ answerBytesMax }) => answerBytesMax))
    t.ok(longest < OUTBOX_BYTES)
    add('a', OUTBOX_BYTES - longest)
    add('b', longest)
    t.same(sent, [])
    add('c', 1)
    const first = [`a${OUTBOX_BYTES - longest} 1 1`, `b${longest} 2 2`]
    t.same(sent, first)
    await Promise.resolve()
    t.same(sent, [...first, 'c1 3 3'])
    add('d', 2)
    await Promise.resolve()
    t.same(sent.slice(3), ['d2 4 4'], 'and later ones as ever')
  },
)
