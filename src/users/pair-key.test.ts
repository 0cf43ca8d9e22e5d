import fc from 'fast-check'
import t from 'tap'
import { pairKeyOf } from './pair-key.ts'
import '../testing/seed.ts'

const word = fc.nat(0xffffffff)

function keyOf(hi: number, lo: number, campaignHash: number): { hi: number; lo: number } {
  const pair = { hi: 0, lo: 0 }
  pairKeyOf(hi, lo, campaignHash, pair)
  return pair
}

t.test('a pair key is two unsigned words, another for each campaign and each half of a user', async () => {
  fc.assert(
    fc.property(word, word, word, fc.integer({ min: 1, max: 0xffffffff }), (hi, lo, campaign, difference) => {
      const pair = keyOf(hi, lo, campaign)
      const ofOtherCampaign = keyOf(hi, lo, (campaign ^ difference) >>> 0)
      const isWord = (half: number) => half === half >>> 0
      return (
        isWord(pair.hi) &&
        isWord(pair.lo) &&
        pair.hi !== ofOtherCampaign.hi &&
        pair.lo !== ofOtherCampaign.lo &&
        pair.hi !== keyOf((hi ^ difference) >>> 0, lo, campaign).hi &&
        pair.lo !== keyOf(hi, (lo ^ difference) >>> 0, campaign).lo
      )
    }),
  )
})

t.test('a pair key is the same in every process: notices carry it from one to another', async (t) => {
  t.same(keyOf(0x01234567, 0x89abcdef, 0xdeadbeef), { hi: 1351094225, lo: 1434366269 })
})
