import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { Seal } from '../base/seal.ts'
import { Holds, NONE } from '../budget/holds.ts'
import { readToken, writeToken } from '../exchange/token.ts'
import { BidIds } from './bid-ids.ts'
import '../testing/seed.ts'

const ids = new BidIds(new Prng(1))
const numbers = fc.oneof(fc.nat(100), fc.maxSafeNat())
const seeds = fc.nat(2 ** 32 - 1)

t.test('the id of a bid tells its number again', async () => {
  fc.assert(fc.property(numbers, (number) => ids.numberOf(ids.ofBid(number)) === number))
})

t.test('the id of a response, or of a bid that holds nothing, tells no number', async (t) => {
  const own = new BidIds(new Prng(1))
  for (let i = 0; i < 100; i++) t.equal(own.numberOf(own.next()), NONE)
})

t.test('ids of another process tell no number here', async () => {
  fc.assert(
    fc.property(seeds, seeds, numbers, (seed, otherSeed, number) => {
      fc.pre(seed !== otherSeed)
      const [one, other] = [new BidIds(new Prng(seed)), new BidIds(new Prng(otherSeed))]
      return one.numberOf(other.ofBid(number)) === NONE
    }),
  )
})

t.test('a prefix that is the beginning of another one is not taken for it', async (t) => {
  const id = ids.ofBid(7)
  const prefix = id.slice(0, -2)
  for (const other of [`${prefix}x-7`, `${prefix.slice(0, -1)}-7`, `x${prefix}-7`, prefix, '', '-7', '7'])
    t.equal(ids.numberOf(other), NONE, other)
})

t.test('what has the form of an id and no number finds no hold', async (t) => {
  const holds = new Holds(4096)
  const account = NONE
  const terms = { campaign: 0, nanos: 1, atS: 0, dayAccount: account, flightAccount: account, segmentKey: 0 }
  t.equal(holds.find(holds.open(terms)), 0)
  const prefix = ids.ofBid(0).slice(0, -1)
  for (const rest of ['', '_', '-1', '.'])
    t.equal(holds.find(ids.numberOf(prefix + rest)), NONE, `${prefix}${rest}`)
  t.equal(holds.find(ids.numberOf(`${prefix}0`)), 0)
})

t.test('no id is given twice, of responses and of bids together', async (t) => {
  const own = new BidIds(new Prng(2))
  const given = new Set<string>()
  for (let number = 0; number < 2000; number++) given.add(own.next()).add(own.ofBid(number))
  t.equal(given.size, 4000)
})

t.test('every id can stand in a token', async () => {
  const seal = new Seal([{ id: 'k1', secret: Buffer.from('a secret') }])
  fc.assert(
    fc.property(seeds, numbers, (seed, number) => {
      const own = new BidIds(new Prng(seed))
      return [own.ofBid(number), own.next()].every((bidId) => {
        const { forExchange } = writeToken(seal, {
          bidAtS: 0,
          exchangeName: 'default',
          campaignId: 'c',
          creativeId: 'x',
          priceCpmMicros: 1,
          currency: 'USD',
          usdCpmMicros: 1,
          bidId,
          isTest: false,
          clickProbability: 0,
          propensity: 0,
          pairKey: '',
          model: '',
        })
        const read = readToken(seal, forExchange)
        return typeof read === 'object' && read.bidId === bidId
      })
    }),
  )
})
