/**
 * Calibration on a simulated stream of impressions whose clicks come with a known delay, told in the order in which they
 * happen: the mature quotient must find how far the probabilities are off, where one over all bids would not.
 */
import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { CAMPAIGNS_KEPT, Calibration, ratioOf } from './calibration.ts'
import { ClickDelay } from './click-delay.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 0, 1)

type Click = { atMs: number; bidAtMs: number; probability: number; campaign: string }

/**
 * Hours of impressions, fifty a minute, with a click rate of 4 %; clicks come an hour behind the bid on average. The model
 * says `bias` times what is true.
 */
function simulate(hours: number, bias: (campaign: string) => number) {
  const prng = new Prng(12)
  const delay = new ClickDelay()
  const calibration = new Calibration({ delay, sinceMs: START })
  const onTheirWay: Click[] = []
  let bids = 0
  let expected = 0
  let clicks = 0
  for (let minute = 0; minute < hours * 60; minute++) {
    const nowMs = START + minute * MINUTE
    for (let i = 0; i < 50; i++) {
      const truth = 0.08 * prng.unit()
      const campaign = `campaign-${prng.below(4)}`
      const impression = { campaign, probability: truth * bias(campaign), bidAtMs: nowMs }
      calibration.addImpression(impression)
      bids++
      expected += impression.probability
      if (prng.unit() >= truth) continue
      onTheirWay.push({ ...impression, atMs: nowMs - HOUR * Math.log(1 - prng.unit()) })
    }
    for (let i = onTheirWay.length - 1; i >= 0; i--) {
      if (onTheirWay[i].atMs > nowMs + MINUTE) continue
      const [click] = onTheirWay.splice(i, 1)
      delay.add(click)
      calibration.addClick(click)
      clicks++
    }
  }
  const nowMs = START + hours * HOUR
  return { state: calibration.state(nowMs), bids, expected, clicks, stillToCome: onTheirWay.length }
}

t.test(
  'mature bids tell that a model is right, when bids of all ages say that it promises too much',
  async (t) => {
    const { state, expected, clicks } = simulate(8, () => 1)
    t.ok(expected / clicks > 1.1, `all bids: ${expected / clicks}`)
    t.ok(state.isDelayLearned)
    t.ok(state.matureMs > 2 * HOUR && state.matureMs < 4 * HOUR, `mature after ${state.matureMs / HOUR} h`)
    const { ratio, low, high, normalisedEntropy, logLoss, expectedLogLoss } = state.mature
    t.ok(low < 1 && high > 1, `mature: ${ratio} of [${low}, ${high}]`)
    t.ok(normalisedEntropy < 1)
    t.ok(Math.abs(logLoss / expectedLogLoss - 1) < 0.05)
  },
)

t.test('the live estimate reckons with the clicks that are still to come', async (t) => {
  const { state, expected, clicks, stillToCome } = simulate(8, () => 1)
  t.equal(state.live.clicks, clicks)
  t.ok(Math.abs(state.live.ratio - 1) < 0.07, `live: ${state.live.ratio}`)
  const inTheEnd = clicks + stillToCome
  t.ok(
    Math.abs(state.live.clicksInTheEnd / inTheEnd - 1) < 0.07,
    `${state.live.clicksInTheEnd} of ${inTheEnd}`,
  )
  t.ok(state.live.expected < expected)
})

t.test('a model that promises half as much again is found, and for which campaign', async (t) => {
  const { state } = simulate(8, (campaign) => (campaign === 'campaign-2' ? 2.5 : 1))
  t.ok(state.mature.low > 1.1, `${state.mature.ratio}`)
  t.equal(state.campaigns[0].campaign, 'campaign-2')
  t.ok(state.campaigns[0].low > 1.5)
  t.equal(state.campaigns.length, 4)
  for (const { campaign, ratio } of state.campaigns.slice(1))
    t.ok(ratio > 0.7 && ratio < 1.4, `${campaign}: ${ratio}`)
})

t.test('a day of mature bids is told, and what is older forgotten', async (t) => {
  const { state, bids } = simulate(40, () => 1)
  t.ok(state.mature.impressions < bids * (24 / 40) * 1.01)
  t.ok(state.mature.impressions > bids * (24 / 40) * 0.98)
})

t.test(
  'of ten thousand campaigns those that promise most are kept, and told from when they are',
  async (t) => {
    const prng = new Prng(2)
    const calibration = new Calibration({ delay: new ClickDelay(), sinceMs: START })
    const truth = new Map<string, number>()
    for (let i = 0; i < 60_000; i++) {
      // Every second impression is of one of twenty large campaigns.
      const campaign = prng.below(2) === 0 ? `large-${prng.below(20)}` : `small-${prng.below(10_000)}`
      const impression = { campaign, probability: 0.1, bidAtMs: START + (i / 10_000) * HOUR }
      calibration.addImpression(impression)
      truth.set(campaign, (truth.get(campaign) ?? 0) + 1)
      if (prng.unit() < 0.1) calibration.addClick(impression)
    }
    const { campaigns } = calibration.state(START + 8 * HOUR)
    t.ok(campaigns.length <= CAMPAIGNS_KEPT)
    t.ok(
      campaigns.every(({ campaign, impressions }) => impressions <= truth.get(campaign)!),
      'none has what another one left',
    )
    const large = campaigns.slice(0, 20)
    t.ok(large.every(({ campaign }) => campaign.startsWith('large')))
    for (const { campaign, impressions, ratio } of large) {
      t.ok(impressions > 1200, `${campaign} has ${impressions} of some 1500`)
      t.ok(ratio > 0.7 && ratio < 1.4, `${campaign}: ${ratio}`)
    }
  },
)

t.test('a hundred campaigns that have ended make way for another hundred within the week', async (t) => {
  const calibration = new Calibration({ delay: new ClickDelay(), sinceMs: START })
  const show = (day: number, name: string) => {
    for (let i = 0; i < 2000; i++) {
      const bidAtMs = START + day * 24 * HOUR + i * 30_000
      calibration.addImpression({ campaign: `${name}-${i % 100}`, probability: 0.1, bidAtMs })
    }
  }
  show(0, 'old')
  for (let day = 1; day < 7; day++) show(day, 'new')
  const { campaigns } = calibration.state(START + 7 * 24 * HOUR)
  t.equal(campaigns.filter(({ campaign }) => campaign.startsWith('new')).length, 100)
})

t.test('bids from before it began count for nobody', async (t) => {
  const calibration = new Calibration({ delay: new ClickDelay(), sinceMs: START })
  const before = { campaign: 'shoes', probability: 0.5, bidAtMs: START - MINUTE }
  calibration.addImpression(before)
  calibration.addClick(before)
  const { mature, campaigns } = calibration.state(START + 3 * HOUR)
  t.match(mature, { impressions: 0, clicks: 0 })
  t.same(campaigns, [])
})

/** Each row: expected, clicks, then the quotient and its interval by hand. */
const RATIOS: readonly (readonly [number, number, number, number, number])[] = [
  [120, 100, 1.2, 1.2 * 0.804, 1.2 * 1.196],
  [100, 400, 0.25, 0.25 * 0.902, 0.25 * 1.098],
  [3, 1, 3, 0, 3 * 2.96],
  [5, 0, Number.NaN, Number.NaN, Number.NaN],
]

for (const [expected, clicks, ...due] of RATIOS) {
  t.test(`${expected} expected clicks over ${clicks}`, async (t) => {
    const { ratio, low, high } = ratioOf(expected, clicks)
    const near = [ratio, low, high].map((value) => Number(value.toPrecision(9)))
    t.same(
      near,
      due.map((value) => Number(value.toPrecision(9))),
    )
  })
}
