/**
 * Currencies and what they are worth: a table of rates for a day, in US dollars inside, with no rate once it is too old.
 *
 * A currency is three ASCII letters in one integer, a byte each, as openrtb/values.ts reads them; no text is made.
 */
import { USD } from '../openrtb/values.ts'

/** What is no currency. */
export const NO_CURRENCY = 0

/** Three ASCII letters of either case as one integer; `NO_CURRENCY` for anything else. */
export function packCurrency(text: string): number {
  if (!/^[A-Za-z]{3}$/.test(text)) return NO_CURRENCY
  const letters = text.toUpperCase()
  return (letters.charCodeAt(0) << 16) | (letters.charCodeAt(1) << 8) | letters.charCodeAt(2)
}

/** The three letters of a packed currency. */
export function currencyText(code: number): string {
  if (code === USD) return 'USD'
  return String.fromCharCode(code >> 16, (code >> 8) & 0xff, code & 0xff)
}

export type RateTable = {
  /** The currency of which one unit is worth `rates` units of the others. */
  readonly base: string
  /** The day that the rates are of, as 2026-01-05; it starts at 00:00 UTC. */
  readonly date: string
  readonly rates: Readonly<Record<string, number>>
}

const DAY_MS = 86_400_000

export class Rates {
  /** By packed currency. Empty for a table without the dollar: nothing can be compared through it. */
  readonly #unitsPerUsd = new Map<number, number>()
  readonly #dateMs: number
  readonly #ageDaysMax: number

  /** @param table undefined when there is none: then the dollar alone is known. */
  constructor(table: RateTable | undefined, maxAgeDays: number) {
    this.#dateMs = table === undefined ? Number.NaN : dayMs(table.date)
    this.#ageDaysMax = maxAgeDays
    if (table === undefined) return
    const base = packCurrency(table.base)
    const usdPerBase = base === USD ? 1 : table.rates[currencyText(USD)]
    if (!isRate(usdPerBase)) return
    for (const [text, rate] of Object.entries(table.rates)) {
      if (isRate(rate)) this.#unitsPerUsd.set(packCurrency(text), rate / usdPerBase)
    }
    this.#unitsPerUsd.set(base, 1 / usdPerBase)
    this.#unitsPerUsd.delete(NO_CURRENCY)
  }

  /** NaN when the currency is unknown or the table too old. The dollar is always 1. */
  unitsPerUsd(code: number, wallMs: number): number {
    if (code === USD) return 1
    const units = this.#unitsPerUsd.get(code)
    return units === undefined || this.isStale(wallMs) ? Number.NaN : units
  }

  /** Days and parts of days since the table's day began; NaN without a table. */
  ageDays(wallMs: number): number {
    return (wallMs - this.#dateMs) / DAY_MS
  }

  /** Whether the table is older than it may be, or there is none. */
  isStale(wallMs: number): boolean {
    return !(this.ageDays(wallMs) <= this.#ageDaysMax)
  }
}

/** 00:00 UTC of a day written as 2026-01-05; NaN for what is none. */
export function dayMs(date: string): number {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date)
  if (parts === null) return Number.NaN
  const [year, month, day] = parts.slice(1).map(Number)
  const daysInMonth = (Date.UTC(year, month) - Date.UTC(year, month - 1)) / DAY_MS
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth
  return isDay ? Date.UTC(year, month - 1, day) : Number.NaN
}

function isRate(rate: number | undefined): rate is number {
  return rate !== undefined && rate > 0 && Number.isFinite(rate)
}

/** Between any two currencies in use lie less: a rate beyond is a slip of the decimal point, or upside down. */
const RATE_MAX = 1e8

/**
 * What is wrong with a table: a sentence each, that starts with the field and ends in the remedy.
 * @param wallMs now: a table may be a day ahead, where the day has already begun, but not more.
 */
export function ratesFaults(table: RateTable, wallMs: number): string[] {
  const faults: string[] = []
  const currencies = new Set(Intl.supportedValuesOf('currency'))
  const isCurrency = (text: string) => currencies.has(text)
  const startMs = dayMs(table.date)
  if (Number.isNaN(startMs)) faults.push(`date: ${quoted(table.date)} is no day; write it as 2026-01-05`)
  else if (startMs > wallMs + DAY_MS)
    faults.push(`date: ${table.date} is yet to come; give the day of the rates`)
  if (table.base === '')
    faults.push('base: is missing; name the currency that the rates are for, such as USD')
  else if (!isCurrency(table.base)) faults.push(`base: ${notCurrency(table.base)}`)
  else if (table.base !== 'USD' && !Object.hasOwn(table.rates, 'USD')) {
    faults.push(`rates.USD: is missing; give the dollars for one ${table.base}, or a table with the base USD`)
  }
  for (const [text, rate] of Object.entries(table.rates)) {
    if (!isCurrency(text)) faults.push(`rates.${text}: ${notCurrency(text)}`)
    const fault = rateFault(text, rate, table.base)
    if (fault !== '') faults.push(`rates.${text}: ${fault}`)
  }
  return faults
}

function rateFault(currency: string, rate: number, base: string): string {
  if (!isRate(rate)) return `${rate} is no rate; give the units for one ${base}, a number above 0`
  if (currency === base && rate !== 1)
    return `${rate} is not what one ${base} is worth of itself; leave it out`
  if (rate > RATE_MAX || rate < 1 / RATE_MAX) {
    return `${rate} cannot be right; give the units for one ${base}, not the other way round`
  }
  return ''
}

function notCurrency(text: string): string {
  return `${quoted(text)} is no currency; use its ISO 4217 code in capitals, such as EUR`
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

/**
 * More than all rounding comes to, each of 2^-53 of the value: of the rates as they were read, of the quotients between
 * two currencies by way of the dollar, of the product, and of this sum itself.
 */
const ROUNDING = 2 ** -49

/**
 * Whole micros, at `rate` units for a unit, that are never below the exact amount; at most one above it, for amounts of
 * less than a hundred million units. A floor that cannot be known, because the rate is NaN, is out of reach.
 */
export function convertUp(micros: number, rate: number): number {
  if (rate === 1) return micros
  const exact = micros * rate
  const converted = Math.ceil(exact + exact * ROUNDING)
  return Number.isNaN(converted) ? Number.MAX_SAFE_INTEGER : Math.min(converted, Number.MAX_SAFE_INTEGER)
}
