/**
 * What stands in the journal, as its writer, its reader and the loop hand it to each other.
 */
export const ENTRY_KIND = { bill: 0, click: 1, conversion: 2 } as const

/** Something that counts once. */
export type Entry = {
  readonly kind: number
  readonly bidId: string
  readonly campaignId: string
  readonly creativeId: string
  /** Day of the bid by the campaign's calendar, and first day of its flight or -1. */
  readonly day: number
  readonly flightDay: number
  /** Seconds since the Unix epoch. */
  readonly bidAtS: number
  readonly atS: number
  readonly paidNanos: number
  /** What the model expected of the impression. */
  readonly clickProbability: number
  /** How likely the price was; 0 where none was logged. */
  readonly propensity: number
  /** Who saw it of which campaign, where that may be known; '' else. */
  readonly pairKey: string
}

export type CampaignRow = {
  readonly id: string
  readonly isPaused: number
  readonly spentNanos: number
  readonly impressions: number
  readonly clicks: number
  readonly conversions: number
}
export type PeriodRow = { readonly campaign: string; readonly key: number; readonly spentNanos: number }
export type AdRow = {
  readonly campaign: string
  readonly creative: string
  readonly impressions: number
  readonly expectedClicks: number
  readonly clicks: number
}
/** What changes too often to be written each time, and may lose a second. */
export type CheckpointRow = {
  readonly campaign: string
  readonly heldNanos: number
  readonly bids: number
  readonly wins: number
  /** The state of pacing as its room writes it; '' for none. */
  readonly pace: string
}
export type Memory = { readonly name: string; readonly bytes: Uint8Array }

const LARGE_BYTES = 65_536

/** Whether it is worth being handed over, as the whole buffer that it then has to itself, instead of being copied. */
export function isLarge({ bytes }: Memory): boolean {
  return bytes.length >= LARGE_BYTES && bytes.length === bytes.buffer.byteLength
}
export type Sight = { readonly pairKey: string; readonly campaign: string; readonly atS: number }

/** Everything that a process starts from. */
export type Loaded = {
  readonly campaigns: readonly CampaignRow[]
  readonly days: readonly PeriodRow[]
  readonly flights: readonly PeriodRow[]
  readonly ads: readonly AdRow[]
  readonly checkpoints: readonly CheckpointRow[]
  readonly memories: readonly Memory[]
  /** Impressions of known users, oldest first. */
  readonly sights: readonly Sight[]
}
