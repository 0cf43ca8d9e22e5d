/**
 * What may be done with a request: the one table of what each privacy signal takes away, and the reading of the signals
 * that decides which of its rows apply.
 *
 * Everything is allowed that no row takes; rows only take. Whatever takes ids takes measurement too: a log with ids
 * needs both. Nothing is kept of one request for the next, and nothing is allocated.
 */
import { GDPR, type PrivacySignals } from '../openrtb/signals.ts'
import { isGdprCountry } from './countries.ts'
import { GppReading, readGpp, TCF_EU_SECTION } from './gpp.ts'
import { type CompiledStanding, purposeBit } from './standing.ts'
import { readTcf, TCF, VOID } from './tcf.ts'
import { isSaleOptedOut } from './us-privacy.ts'

/** The bits of a permit. */
export const MAY = {
  /** Make a bid at all. */
  bid: 1,
  /** Use `user.id`, `buyeruid`, `eids` and the IFA: frequency and user state. */
  ids: 2,
  /** Use segments, retargeting and behavioural features. */
  profile: 4,
  /** Log clicks and conversions with ids. */
  measure: 8,
  /** Use the request and what follows from it as training data. */
  train: 16,
  /** Use latitude, longitude, postcode and the full IP address. */
  preciseGeo: 32,
} as const
export type MayName = keyof typeof MAY

/** All permissions, and the mask that leaves the cause of a permit out. */
export const MAY_ALL = 63
const CAUSE_SHIFT = 8

/** Which signal decided: the first row of the table that applied. */
export const CAUSE = {
  none: 0,
  noConsent: 1,
  noPurpose2: 2,
  coppa: 3,
  limited: 4,
  gpc: 5,
  usPrivacy: 6,
  gpp: 7,
  noPurpose1: 8,
  noPurpose3: 9,
  noPurpose4: 10,
  noPurpose7: 11,
  noPurpose9Or10: 12,
  noSpecialFeature1: 13,
} as const
export type CauseName = keyof typeof CAUSE

type Row = { readonly signal: string; readonly removes: readonly MayName[] }

/** The `bid` that a row removes is kept when the operator bids on the context alone without a legal basis. */
export const PRIVACY_TABLE: Readonly<Record<Exclude<CauseName, 'none'>, Row>> = {
  noConsent: {
    signal: 'GDPR applies, no valid TC string',
    removes: ['bid', 'ids', 'profile', 'measure', 'train', 'preciseGeo'],
  },
  noPurpose2: {
    signal: 'GDPR applies, no basis for purpose 2 (basic ads)',
    removes: ['bid', 'ids', 'profile', 'measure', 'train', 'preciseGeo'],
  },
  coppa: { signal: 'COPPA', removes: ['ids', 'profile', 'measure', 'train', 'preciseGeo'] },
  limited: {
    signal: 'Limited ad tracking (`lmt`, `dnt`, `atts`, zero or empty IFA)',
    removes: ['ids', 'profile', 'measure', 'preciseGeo'],
  },
  gpc: { signal: 'Global Privacy Control', removes: ['ids', 'profile', 'measure', 'train', 'preciseGeo'] },
  usPrivacy: { signal: 'US privacy opt-out', removes: ['ids', 'profile', 'measure', 'train', 'preciseGeo'] },
  gpp: {
    signal: 'GPP opt-out, or an unreadable section of the US',
    removes: ['ids', 'profile', 'measure', 'train', 'preciseGeo'],
  },
  noPurpose1: {
    signal: 'GDPR applies, no consent to purpose 1 (store and access)',
    removes: ['ids', 'measure'],
  },
  noPurpose3: { signal: 'GDPR applies, no consent to purpose 3 (build a profile)', removes: ['profile'] },
  noPurpose4: { signal: 'GDPR applies, no consent to purpose 4 (use a profile)', removes: ['profile'] },
  noPurpose7: { signal: 'GDPR applies, no basis for purpose 7 (measure ads)', removes: ['measure'] },
  noPurpose9Or10: {
    signal: 'GDPR applies, no basis for purpose 9 or 10 (statistics, improvement)',
    removes: ['train'],
  },
  noSpecialFeature1: {
    signal: 'GDPR applies, no opt-in to special feature 1 (precise geolocation)',
    removes: ['preciseGeo'],
  },
}

/** Bytes from `start` up to `end`. */
export type ByteRange = { readonly start: number; readonly end: number }
export const EMPTY: ByteRange = { start: 0, end: 0 }

/**
 * The permissions of a request as bits of `MAY`; above them its cause, for `permitCause`.
 *
 * @param bytes where the ranges of the signals and of the country lie.
 * @param country the code of the device's country, or `EMPTY`: decides when nothing says whether GDPR applies.
 */
export function permit(
  bytes: Uint8Array,
  signals: PrivacySignals,
  country: ByteRange,
  standing: CompiledStanding,
): number {
  readGpp(bytes, signals, gpp)
  let rows = 0
  if (signals.isCoppa) rows |= 1 << CAUSE.coppa
  if (signals.isLimited) rows |= 1 << CAUSE.limited
  if (signals.isGpc) rows |= 1 << CAUSE.gpc
  if (isSaleOptedOut(bytes, signals.usPrivacyStart, signals.usPrivacyEnd)) rows |= 1 << CAUSE.usPrivacy
  if (gpp.isOptedOut) rows |= 1 << CAUSE.gpp
  if (isGdprApplied(bytes, signals, country)) rows |= gdprRows(bytes, signals, standing)
  return permitOf(rows, standing)
}

/** The number in `CAUSE` of the signal that decided a permit. */
export function permitCause(permit: number): number {
  return permit >>> CAUSE_SHIFT
}

const gpp = new GppReading()

function isGdprApplied(bytes: Uint8Array, signals: PrivacySignals, country: ByteRange): boolean {
  if (signals.gdpr === GDPR.yes || isTcfNamed(signals)) return true
  return signals.gdpr === GDPR.unknown && isGdprCountry(bytes, country.start, country.end)
}

/** Whoever says that the European section of the GPP string applies says that GDPR does. */
function isTcfNamed({ gppSections, gppSectionCount }: PrivacySignals): boolean {
  for (let i = 0; i < gppSectionCount; i++) if (gppSections[i] === TCF_EU_SECTION) return true
  return false
}

function gdprRows(bytes: Uint8Array, signals: PrivacySignals, standing: CompiledStanding): number {
  const answer =
    signals.consentEnd > signals.consentStart
      ? readTcf(bytes, signals.consentStart, signals.consentEnd, standing)
      : readTcf(bytes, gpp.tcStart, gpp.tcEnd, standing)
  if (answer === VOID) return 1 << CAUSE.noConsent
  let rows = 0
  if ((answer & PURPOSE_1) === 0) rows |= 1 << CAUSE.noPurpose1
  if ((answer & PURPOSE_2) === 0) rows |= 1 << CAUSE.noPurpose2
  if ((answer & PURPOSE_3) === 0) rows |= 1 << CAUSE.noPurpose3
  if ((answer & PURPOSE_4) === 0) rows |= 1 << CAUSE.noPurpose4
  if ((answer & PURPOSE_7) === 0) rows |= 1 << CAUSE.noPurpose7
  if ((answer & PURPOSE_9_OR_10) === 0) rows |= 1 << CAUSE.noPurpose9Or10
  if ((answer & TCF.specialFeature1) === 0) rows |= 1 << CAUSE.noSpecialFeature1
  return rows
}

const PURPOSE_1 = purposeBit(1)
const PURPOSE_2 = purposeBit(2)
const PURPOSE_3 = purposeBit(3)
const PURPOSE_4 = purposeBit(4)
const PURPOSE_7 = purposeBit(7)
const PURPOSE_9_OR_10 = purposeBit(9) | purposeBit(10)

/** @param rows a set of causes, a bit each. */
function permitOf(rows: number, standing: CompiledStanding): number {
  let removed = 0
  let cause: number = CAUSE.none
  for (let row = LAST_ROW; row > CAUSE.none; row--) {
    if ((rows & (1 << row)) === 0) continue
    removed |= REMOVED[row]
    cause = row
  }
  if (standing.isContextualAllowed) removed &= ~MAY.bid
  return (MAY_ALL & ~removed) | (cause << CAUSE_SHIFT)
}

const ROWS = Object.entries(PRIVACY_TABLE) as [keyof typeof PRIVACY_TABLE, Row][]
const LAST_ROW = ROWS.length
const REMOVED = new Uint8Array(LAST_ROW + 1)
for (const [name, { removes }] of ROWS) for (const may of removes) REMOVED[CAUSE[name]] |= MAY[may]

/** The table in Markdown: a line a signal, a column a permission. */
export function permissionsTable(): string {
  const names = Object.keys(MAY) as MayName[]
  const lines = ROWS.map(([, { signal, removes }]) => {
    const cells = names.map((name) => {
      if (!removes.includes(name)) return ''
      return name === 'bid' ? 'no, unless `contextual`' : 'no'
    })
    return `| ${[signal, ...cells].join(' | ')} |`
  })
  const head = `| Signal | ${names.map((name) => `\`${name}\``).join(' | ')} |`
  return [head, `|${' --- |'.repeat(names.length + 1)}`, ...lines].join('\n')
}
