/**
 * Values of a parsed request the obvious way: what the tape and `openrtb/values.ts` read from bytes.
 */

export type Fields = Record<string, unknown>

/** A list of texts; what is no text in it is null. Empty when the field is absent. */
export type TextList = (string | null)[]

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function fields(value: unknown): Fields {
  return isObject(value) ? value : {}
}

export function objectOrNothing(value: unknown): Fields | undefined {
  return isObject(value) ? value : undefined
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text or number that stands where a list is due is a list of one. */
export function textList(value: unknown): TextList {
  const items = scalarText(value) !== '' ? [value] : list(value)
  return items.map((item) => (typeof item === 'string' ? item.toWellFormed() : null))
}

/** What is no number is null. */
export function numberList(value: unknown): (number | null)[] {
  return (Number.isNaN(number(value)) ? list(value) : [value]).map((item) =>
    Number.isNaN(number(item)) ? null : number(item),
  )
}

/** The codes from 1 to 31, each once, in order, and 0 for all others; a code of its own is a list of one. */
export function codeList(value: unknown): number[] {
  const codes = (Array.isArray(value) ? value : [value]).map(number).filter((code) => !Number.isNaN(code))
  const known = codes.map((code) => (code >= 1 && code < 32 ? Math.trunc(code) : 0))
  return [...new Set(known)].sort((a, b) => a - b)
}

export function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : ''
}

export function number(value: unknown): number {
  if (typeof value === 'number') return value
  const isNumeric = typeof value === 'string' && /^[\0-\x7f]*$/.test(value) && value.trim() !== ''
  return isNumeric ? Number(value) : Number.NaN
}

export function integer(value: unknown, fallback: number): number {
  const whole = number(value)
  return Number.isNaN(whole) ? fallback : Math.trunc(Math.min(Math.max(whole, -(2 ** 31)), 2 ** 31 - 1))
}

/** The integer, when it is above 0, else 0. */
export function positive(value: unknown): number {
  return Math.max(0, integer(value, 0))
}

export function flag(value: unknown): boolean {
  return value === true || number(value) === 1
}

/** The least number of micros that is not below the amount. */
export function floorMicros(value: unknown): number {
  const amount = number(value)
  if (Number.isNaN(amount) || amount <= 0) return 0
  if (amount > 9_007_199_254) return Number.MAX_SAFE_INTEGER
  let micros = Math.max(0, Math.floor(amount * 1e6) - 2)
  while (micros / 1e6 < amount) micros++
  return micros
}

/** Three bytes, as Latin letters; US dollars when nothing is said, nothing for what is no currency. */
export function currency(value: unknown): string {
  if (typeof value !== 'string' || value === '') return 'USD'
  const bytes = Buffer.from(value)
  return bytes.length === 3 ? bytes.toString('latin1') : ''
}
