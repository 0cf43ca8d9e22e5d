import t from 'tap'
import { NO_TALLY, Tallies } from './tallies.ts'

t.test('each campaign is counted by itself, on top of its past', async (t) => {
  const tallies = new Tallies()
  const past = { bids: 10, wins: 5, impressions: 4, clicks: 3, conversions: 2 }
  tallies.push(NO_TALLY)
  tallies.push(past)
  t.same(tallies.of(0), NO_TALLY)
  for (const [times, name] of (['bids', 'wins', 'impressions', 'clicks', 'conversions'] as const).entries()) {
    for (let i = 0; i <= times; i++) tallies.add(name, 1)
  }
  t.same(tallies.of(1), { bids: 11, wins: 7, impressions: 7, clicks: 7, conversions: 7 })
  t.same(tallies.of(0), NO_TALLY)
})

t.test('counts stay when more campaigns come than there was room for', async (t) => {
  const tallies = new Tallies()
  for (let i = 0; i < 1000; i++) {
    tallies.push(NO_TALLY)
    tallies.add('bids', i)
  }
  t.ok(Array.from({ length: 1000 }, (_, i) => tallies.of(i).bids).every((bids) => bids === 1))
})
