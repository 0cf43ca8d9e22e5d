// Method: hours are counted as the bid path would count them, by a truth that is known, and shares are held against it.
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Forecast } from './forecast.ts'
import { HOUR_MS } from './forecast-curve.ts'
import '../testing/seed.ts'

const DAY_MS = 24 * HOUR_MS
const EVEN = new Array<number>(24).fill(1 / 24)
/** Twice as much in the second half of the day. */
const STEP = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 1 : 2) / 36)

type Hour = { readonly count: number; readonly watchedMs: number }

const full = (count: number): Hour => ({ count, watchedMs: HOUR_MS })

/** Lets days of 24 hours pass, in which each account is told what it counted and watched. */
function pass(
  forecast: Forecast,
  { accounts, fromDay = 0, days = 1 }: { accounts: number; fromDay?: number; days?: number },
  hourOf: (account: number, hour: number, day: number) => Hour,
): void {
  forecast.ensure(accounts)
  for (let hours = 0; hours < 24 * days; hours++) {
    const wallMs = (fromDay * 24 + hours) * HOUR_MS
    forecast.turn(wallMs)
    for (let account = 0; account < accounts; account++) {
      const { count, watchedMs } = hourOf(account, hours % 24, fromDay + Math.floor(hours / 24))
      forecast.opportunities[account] += count
      forecast.watch(account, watchedMs)
    }
  }
  forecast.turn((fromDay + days) * DAY_MS)
  // The accounts learn in the turns that follow.
  for (let second = 1; second <= 10; second++) forecast.turn((fromDay + days) * DAY_MS + second * 1000)
}

function sharesOf(forecast: Forecast, account: number): number[] {
  return EVEN.map((_, hour) => forecast.shareBetween(account, hour * HOUR_MS, (hour + 1) * HOUR_MS))
}

function like(t: Test, shares: readonly number[], truth: readonly number[], within: number): void {
  const off = Math.max(...shares.map((share, hour) => Math.abs(share / truth[hour] - 1)))
  t.ok(off <= within, `off by up to ${off}: ${shares.map((share) => share.toFixed(4))}`)
}

t.test('an account of which nothing is known has an even day', async (t) => {
  const forecast = new Forecast()
  forecast.ensure(1)
  like(t, sharesOf(forecast, 0), EVEN, 1e-9)
})

t.test('a day of many opportunities is a good forecast of the next', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 1 }, (_, hour) => full(STEP[hour] * 36_000))
  like(t, sharesOf(forecast, 0), STEP, 0.02)
})

t.test('a share is the integral of the rate, and that of a whole day is 1', async () => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 1 }, (_, hour) => full(STEP[hour] * 36_000))
  const rates = sharesOf(forecast, 0)
  const minutes = fc.integer({ min: -2 * 1440, max: 4 * 1440 })
  fc.assert(
    fc.property(minutes, minutes, (one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      let sum = 0
      for (let minute = from; minute < to; minute++) sum += rates[Math.floor(minute / 60 + 48) % 24] / 60
      const share = forecast.shareBetween(0, from * 60_000, to * 60_000)
      const dayLater = forecast.shareBetween(0, from * 60_000, to * 60_000 + DAY_MS)
      return Math.abs(share - sum) < 1e-9 && Math.abs(dayLater - share - 1) < 1e-9
    }),
  )
})

t.test('hours that were watched in part count for that part', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 1 }, (_, hour) => {
    const part = hour % 3 === 0 ? 0.25 : 1
    return { count: STEP[hour] * 36_000 * part, watchedMs: HOUR_MS * part }
  })
  like(t, sharesOf(forecast, 0), STEP, 0.02)
})

t.test('hours that were not watched keep what is known of them', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 2 }, (_, hour) => full(STEP[hour] * 36_000))
  // The second account is paused for the afternoons of three days.
  pass(forecast, { accounts: 2, fromDay: 1, days: 3 }, (account, hour) =>
    account === 1 && hour >= 12 ? { count: 5000, watchedMs: 0 } : full(STEP[hour] * 36_000),
  )
  like(t, sharesOf(forecast, 1), STEP, 0.02)
})

t.test('an outage of the whole house is no hour without opportunities', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 3 }, (_, hour) => full(STEP[hour] * 36_000))
  pass(forecast, { accounts: 3, fromDay: 1 }, (_, hour) =>
    full(hour >= 15 && hour < 20 ? 3 : STEP[hour] * 36_000),
  )
  for (const account of [0, 1, 2]) like(t, sharesOf(forecast, account), STEP, 0.02)
})

t.test('hours in which one account alone has nothing are learnt', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 3, days: 2 }, (account, hour) =>
    full(account === 2 && hour < 6 ? 0 : STEP[hour] * 36_000),
  )
  const shares = sharesOf(forecast, 2)
  t.ok(shares.slice(0, 6).every((share) => share < 0.001))
  like(
    t,
    shares.slice(6),
    STEP.slice(6).map((share) => (share * 36) / 30),
    0.03,
  )
})

t.test('a young account has the shape of the house', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 4 }, (account, hour) => full(account === 3 ? 1 : STEP[hour] * 36_000))
  like(t, sharesOf(forecast, 3), STEP, 0.06)
  forecast.ensure(5)
  like(t, sharesOf(forecast, 4), STEP, 0.02)
})

t.test('the last days count most', async (t) => {
  const forecast = new Forecast()
  const turned = STEP.toReversed()
  pass(forecast, { accounts: 1, days: 3 }, (_, hour) => full(turned[hour] * 36_000))
  pass(forecast, { accounts: 1, fromDay: 3, days: 7 }, (_, hour) => full(STEP[hour] * 36_000))
  like(t, sharesOf(forecast, 0), STEP, 0.08)
})

t.test('a campaign that leaves does not look like an outage', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 2 }, (account) => full(account === 0 ? 100_000 : 1000))
  pass(forecast, { accounts: 2, fromDay: 1, days: 5 }, (account, hour) =>
    account === 0 ? { count: 0, watchedMs: 0 } : full(STEP[hour] * 36_000),
  )
  like(t, sharesOf(forecast, 1), STEP, 0.15)
})

t.test('what was saved is known again', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 3, days: 2 }, (account, hour) => full(account === 1 ? 2 : STEP[hour] * 36_000))
  const restored = new Forecast()
  restored.restoreHouse(forecast.saveHouse())
  for (const account of [0, 1]) restored.restore(account, forecast.save(account))
  restored.ensure(3)
  for (const account of [0, 1]) like(t, sharesOf(restored, account), sharesOf(forecast, account), 1e-5)
  like(t, sharesOf(restored, 2), STEP, 0.02)
})

t.test('thousands of accounts learn, a part of them in each turn', async (t) => {
  const forecast = new Forecast()
  pass(forecast, { accounts: 1500 }, (_, hour) => full(STEP[hour] * 36_000))
  for (const account of [0, 199, 200, 1499]) like(t, sharesOf(forecast, account), STEP, 0.02)
})

t.test('an hour ends even when the accounts have not all learnt from the one before', async (t) => {
  const forecast = new Forecast()
  forecast.ensure(1000)
  for (let hour = 0; hour <= 24; hour++) {
    forecast.turn(hour * HOUR_MS)
    for (let account = 0; account < 1000; account++) {
      forecast.opportunities[account] += STEP[hour % 24] * 36_000
      forecast.watch(account, HOUR_MS)
    }
  }
  forecast.turn(25 * HOUR_MS)
  for (const account of [0, 999]) like(t, sharesOf(forecast, account), STEP, 0.02)
})
