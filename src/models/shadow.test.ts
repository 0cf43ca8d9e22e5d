import t from 'tap'
import { Labels, type Response } from './labels.ts'
import { Shadow } from './shadow.ts'

const responseOf = (bidNumber: number): Response => ({
  model: 'ctr/1',
  campaignId: 'c',
  probability: 0.5,
  bidAtMs: 0,
  bidNumber,
})
const near = (found: number, wanted: number) => Math.abs(found - wanted) < 1e-9

t.test('impressions that both have scored are held against their clicks', async (t) => {
  const shadow = new Shadow(() => new Labels())
  for (const bid of [1, 2, 3]) shadow.noteBid(bid, 0.2)
  for (const bid of [1, 2, 9]) shadow.addImpression(responseOf(bid))
  shadow.addImpression(responseOf(1))
  for (const bid of [2, 2, 3, 9]) shadow.addClick(responseOf(bid), 1)
  const [own, live] = [shadow.candidateLabels.mature(2), shadow.liveLabels.mature(2)]
  t.match(own, { impressions: 2, clicks: 1 })
  t.match(live, { impressions: 2, clicks: 1, expected: 1 })
  t.ok(near(own.expected, 0.4))
  t.ok(near(own.logLoss, -Math.log(0.8) - Math.log(0.2)))
  t.ok(near(live.logLoss, 2 * Math.log(2)))
})

t.test('what waits is bounded: the oldest is given up', async (t) => {
  const shadow = new Shadow(() => new Labels(), 2)
  for (const bid of [1, 2, 3]) shadow.noteBid(bid, 0.2)
  for (const bid of [1, 2, 3]) shadow.addImpression(responseOf(bid))
  t.equal(shadow.candidateLabels.mature(0).impressions, 2)
  shadow.noteBid(4, 0.2)
  shadow.addImpression(responseOf(4))
  for (const bid of [2, 3, 4]) shadow.addClick(responseOf(bid), 1)
  t.equal(shadow.candidateLabels.mature(0).clicks, 2)
})
