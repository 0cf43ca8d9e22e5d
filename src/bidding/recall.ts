/**
 * What a process that starts takes over from the one before: budgets' standings, rates, the market, traffic and who has
 * seen what, from the journal into the rooms that keep them.
 */
import type { Clock } from '../base/clock.ts'
import { Calendar } from '../budget/calendar.ts'
import { Forecast } from '../budget/forecast.ts'
import type { Loaded } from '../budget/journal-rows.ts'
import { Ledger } from '../budget/ledger.ts'
import type { CampaignPast } from '../budget/ledger-terms.ts'
import { Pacer } from '../budget/pacer.ts'
import type { PaceState } from '../budget/pacer-account.ts'
import { NO_TALLY } from '../budget/tallies.ts'
import { Landscape } from '../pricing/landscape.ts'
import { ResponseRates } from '../pricing/response-rates.ts'
import { FrequencyTable } from '../users/frequency.ts'
import { readPairKey } from '../users/pair-key-text.ts'
import type { Ads } from './snapshot.ts'
import { MEMORY } from './treasury.ts'

export type MoneyRooms = {
  readonly ledger: Ledger
  readonly forecast: Forecast
  readonly pacer: Pacer
  readonly rates: ResponseRates
  readonly landscape: Landscape
  readonly frequency: FrequencyTable
}

export type RecallOptions = {
  readonly loaded: Loaded
  readonly clock: Clock
  readonly holdLifetimeS: number
  /** A power of two. */
  readonly holdsMax: number
}

/** The rooms of money as a former process left them. */
export function recall({ loaded, clock, holdLifetimeS, holdsMax }: RecallOptions): MoneyRooms {
  const wallMs = clock.wallMs()
  const pasts = pastsOf(loaded)
  const ledger = new Ledger({ calendar: new Calendar(), pasts, holdLifetimeS, holdsMax })
  for (const { campaignId } of pasts) ledger.campaignOf(campaignId, wallMs)
  const forecast = new Forecast()
  const pacer = new Pacer(forecast)
  const rates = new ResponseRates()
  const landscape = new Landscape({ clock })
  for (const { id, clicks, conversions } of loaded.campaigns)
    rates.restoreConversions(ledger.campaignOf(id, wallMs), clicks, conversions)
  for (const { campaign, creative, expectedClicks, clicks } of loaded.ads)
    rates.creativeOf(ledger.campaignOf(campaign, wallMs), creative, { expectedClicks, clicks })
  const memories = new Map(loaded.memories.map(({ name, bytes }) => [name, bytes]))
  const market = memories.get(MEMORY.landscape)
  if (market !== undefined) landscape.restore(market)
  restoreForecast(forecast, memories, ledger)
  return { ledger, forecast, pacer, rates, landscape, frequency: new FrequencyTable() }
}

/** Second part, when the catalog has said how campaigns are paced and capped. */
export function recallCampaigns(
  { ledger, pacer, frequency }: MoneyRooms,
  { checkpoints, sights }: Loaded,
  { campaigns }: Pick<Ads, 'campaigns'>,
  nowS: number,
): void {
  for (const { campaign, pace } of checkpoints) {
    const found = ledger.find(campaign)
    if (found !== undefined && pace !== '') pacer.restore(found, JSON.parse(pace) as PaceState)
  }
  const pair = { hi: 0, lo: 0 }
  for (const { campaign, pairKey, atS } of sights) {
    const caps = campaigns.get(campaign)?.caps
    if (caps !== undefined && readPairKey(pairKey, pair)) frequency.count(pair, caps, atS, nowS)
  }
}

function restoreForecast(
  forecast: Forecast,
  memories: ReadonlyMap<string, Uint8Array>,
  ledger: Ledger,
): void {
  const house = memories.get(MEMORY.house)
  if (house !== undefined) forecast.restoreHouse(numbersOf(house))
  forecast.ensure(ledger.campaignCount)
  for (let campaign = 0; campaign < ledger.campaignCount; campaign++) {
    const curve = memories.get(MEMORY.curve + ledger.budgetOf(campaign).campaignId)
    if (curve !== undefined) forecast.restore(campaign, numbersOf(curve))
  }
}

function numbersOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer)
}

function pastsOf({ campaigns, days, flights, checkpoints }: Loaded): CampaignPast[] {
  const checkpointOf = new Map(checkpoints.map((row) => [row.campaign, row]))
  const facts = new Map(campaigns.map((row) => [row.id, row]))
  const ids = new Set([...facts.keys(), ...checkpointOf.keys()])
  const spentByDay = grouped(days)
  const spentByFlight = grouped(flights)
  return Array.from(ids, (campaignId) => {
    const {
      isPaused = 0,
      spentNanos = 0,
      impressions = 0,
      clicks = 0,
      conversions = 0,
    } = facts.get(campaignId) ?? {}
    const { heldNanos = 0, bids = 0, wins = 0 } = checkpointOf.get(campaignId) ?? {}
    return {
      campaignId,
      isPaused: isPaused === 1,
      spentNanos,
      spentByDay: spentByDay.get(campaignId) ?? new Map(),
      spentByFlight: spentByFlight.get(campaignId) ?? new Map(),
      heldNanos,
      tally: { ...NO_TALLY, bids, wins, impressions, clicks, conversions },
    }
  })
}

function grouped(rows: Loaded['days']): Map<string, Map<number, number>> {
  const groups = new Map<string, Map<number, number>>()
  for (const { campaign, key, spentNanos } of rows) {
    const group = groups.get(campaign) ?? new Map<number, number>()
    group.set(key, spentNanos)
    groups.set(campaign, group)
  }
  return groups
}
