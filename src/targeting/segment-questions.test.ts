import t from 'tap'
import { ad, lotsOf, request, testCases } from '../testing/targeting-trial.ts'
import type { TargetedAd } from './ad.ts'

const any = (...segments: string[]): Partial<TargetedAd> => ({ wants: { segments: { any: segments } } })
const none = (...segments: string[]): Partial<TargetedAd> => ({ wants: { segments: { none: segments } } })
const both = { wants: { segments: { any: ['sport'], none: ['buyers'] } } }

testCases(t, 'segments', [
  ['takes', 'a user in one of the wanted segments', any('sport', 'news'), {}, ['cars', 'news']],
  ['takes', 'a segment in other letters', any('sport'), {}, ['Sport']],
  ['leaves', 'a user in others', any('sport'), {}, ['cars', 'sport-2']],
  ['leaves', 'a user of whom nothing is known, where a segment is wanted', any('sport'), {}],
  ['leaves', 'a user in no segment, where one is wanted', any('sport'), {}, []],
  ['takes', 'any user where no segment is wanted', {}, {}, ['sport']],
  ['leaves', 'a user in a refused segment', none('buyers', 'news'), {}, ['sport', 'news']],
  ['takes', 'a user in others than the refused', none('buyers'), {}, ['sport']],
  ['takes', 'a user of whom nothing is known, where segments are refused', none('buyers'), {}],
  ['takes', 'a user in a wanted segment and no refused one', both, {}, ['sport']],
  ['leaves', 'a user in a wanted segment and a refused one', both, {}, ['sport', 'buyers']],
  ['leaves', 'a user in neither a wanted segment nor a refused one', both, {}, ['cars']],
])

t.test(
  'ads that do not care stand beside those that do, and nothing is left for the next user',
  async (t) => {
    const ads = [ad(any('sport')), ad(), ad(none('sport')), ad(any('news'))]
    for (const [segments, found] of [
      [['sport'], [0, 1]],
      [undefined, [1, 2]],
      [['news'], [1, 2, 3]],
      [
        ['sport', 'news'],
        [0, 1, 3],
      ],
    ] as const) {
      const [lot] = await lotsOf(t, ads, request(), { exchange: 'default', seat: undefined, segments })
      t.same(lot.ads, found, `${segments}`)
    }
  },
)
