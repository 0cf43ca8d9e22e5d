/**
 * The control of money, second by second: days turn, holds run out, budgets are paced, estimates are refreshed, the goals
 * of the next second are published, and what may be lost is written down. Between the ticks bids and notices change the
 * ledger; what a tick decides is read by the bids behind it.
 *
 * A tick costs some 0.5 us a campaign and 20 ns an ad. What a crash may cost is what happened since the last tick: see
 * `Ledger` for money; counts of bids and wins; and the memory of the market since it was written last.
 */
import type { Clock } from '../base/clock.ts'
import type { Published } from '../base/published.ts'
import type { Forecast } from '../budget/forecast.ts'
import { HOUR_MS } from '../budget/forecast-curve.ts'
import type { CheckpointRow, Memory } from '../budget/journal-rows.ts'
import { type Ledger, REFUSAL } from '../budget/ledger.ts'
import type { Pacer } from '../budget/pacer.ts'
import type { PaceState } from '../budget/pacer-account.ts'
import type { Store } from '../budget/store.ts'
import type { Landscape } from '../pricing/landscape.ts'
import type { ResponseRates } from '../pricing/response-rates.ts'
import { NO_CAPS } from '../users/caps.ts'
import type { UserKeys } from '../users/user-key.ts'
import { pacedGoals } from './paced-goals.ts'
import type { AdAccounts, Ads, CampaignTerms, PacedGoals, Snapshot } from './snapshot.ts'
import { type Standing, Written } from './written.ts'

export type TreasuryOptions = {
  readonly ledger: Ledger
  readonly store: Pick<Store, 'checkpoint' | 'forget' | 'revive' | 'setPaused'>
  readonly forecast: Forecast
  readonly pacer: Pacer
  readonly rates: ResponseRates
  readonly landscape: Landscape
  readonly userKeys: Pick<UserKeys, 'campaignHashOf'>
  readonly clock: Clock
  /** Ticks that a round over the campaigns is spread over, so that none holds the loop for long. */
  readonly slices: number
}

/** Names of what is kept in the journal's memory. */
export const MEMORY = { landscape: 'landscape', house: 'forecast', curve: 'forecast ' } as const

/** What a tick may take for estimates. */
const REFRESH_MS = 2
const LANDSCAPE_SAVE_MS = 300_000
/** How far behind the hour its forecast is saved: accounts learn from it in the seconds that follow. */
const LEARN_MS = 60_000

/** How much more than is held is written down as held. */
const HELD_MARGIN = 1.5
/** How many times what is held the figure written down may be before it is written anew. */
const HELD_SPAN = 4

export type Adopted = { readonly accounts: AdAccounts; readonly goals: PacedGoals }

type Unwritten = { readonly campaign: number; readonly standing: Standing }

export class Treasury {
  readonly #options: TreasuryOptions
  readonly #written = new Written()
  /** Of this round so far. */
  #unwritten: Unwritten[] = []
  /** Terms of the campaigns in the catalog, by campaign. */
  #terms: (CampaignTerms | undefined)[] = []
  #ticks = 0
  /** By slice, when its campaigns had their turn. */
  readonly #turnedMs: number[] = []
  #hour = Number.NaN
  #landscapeSavedMs: number

  constructor(options: TreasuryOptions) {
    this.#options = options
    this.#landscapeSavedMs = options.clock.nowMs()
  }

  /** Takes the campaigns of a catalog over from the one before, and says what its ads are worth. */
  adopt(ads: Ads): Adopted {
    this.openAccounts(ads)
    return this.worthOf(ads)
  }

  /** Opens accounts for the campaigns of a catalog, or changes their budgets. */
  openAccounts(ads: Ads): void {
    const { ledger, forecast, pacer, clock } = this.#options
    const wallMs = clock.wallMs()
    this.#terms = []
    for (const terms of ads.campaigns.values()) this.#terms[ledger.setBudget(terms.budget, wallMs)] = terms
    forecast.ensure(ledger.campaignCount)
    // Those that this catalog does not have stay as they are.
    for (const [campaign, terms] of this.#terms.entries())
      if (terms !== undefined)
        pacer.setMode(campaign, ledger.paceOf(campaign) === undefined ? 'none' : terms.pacing)
  }

  /** @param ads of campaigns that have accounts. */
  worthOf(ads: Ads): Adopted {
    const accounts = this.#accountsOf(ads)
    return { accounts, goals: pacedGoals(ads, accounts, this.#options) }
  }

  /** Called `slices` times a second. */
  tick(snapshots: Published<Snapshot>, onExpired: (place: number) => void): void {
    const { ledger, store, forecast, rates, landscape, clock, slices } = this.#options
    const slice = this.#ticks++ % slices
    const wallMs = clock.wallMs()
    const nowMs = clock.nowMs()
    if (slice === 0) {
      store.revive(Math.floor(wallMs / 1000))
      ledger.turnDays(wallMs)
      forecast.turn(wallMs)
    }
    ledger.releaseExpired(wallMs, onExpired)
    this.#pace(slice, wallMs)
    landscape.refresh(nowMs + REFRESH_MS / slices)
    this.#checkpoint(slice, wallMs)
    if (slice < slices - 1) return
    rates.fade(nowMs)
    this.#publish(snapshots)
  }

  /** Acts on the next request, and is told done when a restart would know of it. */
  setPaused(
    snapshots: Published<Snapshot>,
    campaign: number,
    isPaused: boolean,
    done: (isDone: boolean) => void,
  ): void {
    const { ledger, store } = this.#options
    ledger.setPaused(campaign, isPaused)
    this.#publish(snapshots)
    store.setPaused(ledger.budgetOf(campaign).campaignId, isPaused, done)
  }

  /** Writes down all that a restart wants to know. */
  checkpointAll(): void {
    const { store, ledger, clock } = this.#options
    const rows = Array.from({ length: ledger.campaignCount }, (_, campaign) =>
      this.#rowOf({ campaign, standing: this.#standingOf(campaign) }),
    )
    store.checkpoint(rows, this.#memories(clock.wallMs(), true), () => {})
  }

  /** Writes down what has changed of the campaigns, once a round. */
  #checkpoint(slice: number, wallMs: number): void {
    const { store, ledger, slices } = this.#options
    for (let campaign = slice; campaign < ledger.campaignCount; campaign += slices) {
      const standing = this.#standingOf(campaign)
      standing.heldNanos = ceilingOfHeld(standing.heldNanos, this.#written.heldNanos(campaign))
      if (this.#written.isDue(campaign, standing, wallMs)) this.#unwritten.push({ campaign, standing })
    }
    if (slice < slices - 1) return
    const unwritten = this.#unwritten
    this.#unwritten = []
    const rows = unwritten.map((one) => this.#rowOf(one))
    // Also when there is nothing to say: it tells whether the disk is there again.
    store.checkpoint(rows, this.#memories(wallMs, false), (isDone) => {
      if (!isDone) return
      for (const { campaign, standing } of unwritten) this.#written.note(campaign, standing, wallMs)
    })
  }

  #accountsOf({ traits, campaigns: terms }: Ads): AdAccounts {
    const { ledger, rates, clock } = this.#options
    const wallMs = clock.wallMs()
    const campaigns = Int32Array.from(traits.campaignIds, (id) => ledger.campaignOf(id, wallMs))
    const caps = traits.campaignIds.map((id) => terms.get(id)?.caps ?? NO_CAPS)
    return {
      campaigns,
      creatives: Int32Array.from(campaigns, (campaign, ad) =>
        rates.creativeOf(campaign, traits.creativeIds[ad]),
      ),
      caps,
      campaignHashes: Uint32Array.from(traits.campaignIds, (id) => this.#options.userKeys.campaignHashOf(id)),
      isForKnownUsers: Uint8Array.from(traits.campaignIds, (id) => (terms.get(id)?.isForKnownUsers ? 1 : 0)),
      hasCaps: caps.some(({ length }) => length > 0),
    }
  }

  #publish(snapshots: Published<Snapshot>): void {
    const { current } = snapshots
    const goals = pacedGoals(current.ads, current.accounts, this.#options, current.goals)
    if (goals !== current.goals) snapshots.publish({ ...current, goals })
  }

  #pace(slice: number, wallMs: number): void {
    const { ledger, slices } = this.#options
    const elapsedMs = wallMs - (this.#turnedMs[slice] ?? wallMs)
    this.#turnedMs[slice] = wallMs
    for (let campaign = slice; campaign < ledger.campaignCount; campaign += slices) {
      const terms = this.#terms[campaign]
      // Without ads its requests are not counted.
      if (terms?.isActive === true) this.#paceOne(campaign, terms, wallMs, elapsedMs)
    }
  }

  #paceOne(campaign: number, { pacing }: CampaignTerms, wallMs: number, elapsedMs: number): void {
    const { ledger, forecast, pacer } = this.#options
    forecast.watch(campaign, elapsedMs)
    // That nothing is spent in a pause is no reason to bid more behind it.
    if (ledger.refusal(campaign, 0) !== REFUSAL.none) return
    const pace = ledger.paceOf(campaign)
    // A flight with a budget may begin or end at any midnight.
    pacer.setMode(campaign, pace === undefined ? 'none' : pacing)
    if (pace !== undefined) pacer.tick(campaign, wallMs, pace)
  }

  #standingOf(campaign: number) {
    const { ledger, pacer } = this.#options
    const { bids, wins } = ledger.tallies.of(campaign)
    const { heldNanos } = ledger.standingOf(campaign)
    return { heldNanos, bids, wins, pace: pacer.stateOf(campaign) }
  }

  #rowOf({ campaign, standing: { pace, ...counts } }: Unwritten): CheckpointRow {
    const { campaignId } = this.#options.ledger.budgetOf(campaign)
    return { campaign: campaignId, ...counts, pace: paceText(pace) }
  }

  /** The landscape now and then, the forecast when an hour has taught it something. */
  #memories(wallMs: number, isLast: boolean): Memory[] {
    const { landscape, forecast, ledger, store, clock } = this.#options
    const memories: Memory[] = []
    if (isLast || clock.nowMs() - this.#landscapeSavedMs >= LANDSCAPE_SAVE_MS) {
      this.#landscapeSavedMs = clock.nowMs()
      memories.push({ name: MEMORY.landscape, bytes: landscape.save() })
    }
    const hour = Math.floor((wallMs - LEARN_MS) / HOUR_MS)
    const isNewHour = !Number.isNaN(this.#hour) && hour !== this.#hour
    this.#hour = hour
    if (!isNewHour && !isLast) return memories
    store.forget(Math.floor(wallMs / 1000))
    memories.push({ name: MEMORY.house, bytes: bytesOf(forecast.saveHouse()) })
    // A notice may have opened an account for a campaign that the catalog does not have.
    forecast.ensure(ledger.campaignCount)
    for (let campaign = 0; campaign < ledger.campaignCount; campaign++) {
      const name = MEMORY.curve + ledger.budgetOf(campaign).campaignId
      memories.push({ name, bytes: bytesOf(forecast.save(campaign)) })
    }
    return memories
  }
}

/**
 * What is written down as held: somewhat more than is, so that it need not be written anew with every bid, and covers
 * those of the next second.
 */
function ceilingOfHeld(heldNanos: number, writtenNanos: number): number {
  const isCovered = heldNanos <= writtenNanos && heldNanos * HELD_SPAN >= writtenNanos
  return isCovered ? writtenNanos : Math.ceil(heldNanos * HELD_MARGIN)
}

/** Three digits are enough to go on from. */
function paceText(state: PaceState | undefined): string {
  if (state === undefined) return ''
  const { mode, mu, ageS, costRatio } = state
  return `{"mode":"${mode}","mu":${mu.toPrecision(3)},"ageS":${ageS.toPrecision(3)},"costRatio":${costRatio.toPrecision(3)}}`
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}
