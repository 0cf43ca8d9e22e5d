import t from 'tap'
import { PromptLabels } from '../../testing/labels.ts'
import { type OwnImpression, Shadow } from './shadow.ts'

const responseOf = (bidNumber: number): OwnImpression => ({
  campaign: 'c',
  probability: 0.5,
  bidAtMs: 0,
  bidNumber,
})
const near = (found: number, wanted: number) => Math.abs(found - wanted) < 1e-9

t.test('impressions that both have scored are held against their clicks', async (t) => {
  const shadow = new Shadow(() => new PromptLabels())
  for (const bid of [1, 2, 3]) shadow.noteBid(bid, 0.2)
  for (const bid of [1, 2, 9]) shadow.addImpression(responseOf(bid))
  shadow.addImpression(responseOf(1))
  for (const bid of [2, 2, 3, 9]) shadow.addClick(responseOf(bid))
  const [own, live] = [shadow.candidateLabels, shadow.liveLabels] as PromptLabels[]
  t.same([own.impressions, live.impressions], [2, 2])
  const [ownSums, liveSums] = [own.mature(), live.mature()]
  t.match([ownSums, liveSums], [{ clicks: 1 }, { clicks: 1, expected: 1 }])
  t.ok(near(ownSums.expected, 0.4))
  t.ok(near(ownSums.logLoss, (-Math.log(0.8) - Math.log(0.2)) / 2))
  t.ok(near(liveSums.logLoss, Math.log(2)))
})

t.test('what waits is bounded: the oldest is given up', async (t) => {
  const shadow = new Shadow(() => new PromptLabels(), 2)
  for (const bid of [1, 2, 3]) shadow.noteBid(bid, 0.2)
  for (const bid of [1, 2, 3]) shadow.addImpression(responseOf(bid))
  t.equal((shadow.candidateLabels as PromptLabels).impressions, 2)
  shadow.noteBid(4, 0.2)
  shadow.addImpression(responseOf(4))
  for (const bid of [2, 3, 4]) shadow.addClick(responseOf(bid))
  t.equal(shadow.candidateLabels.mature(0).clicks, 2)
})
