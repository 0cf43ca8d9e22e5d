/**
 * Reads parsed JSON as tolerantly as senders are sloppy: numbers as text, booleans for flags, null for anything. What
 * is not there or of another type is empty. For checks; the bid path reads the tape.
 */

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function textsOf(value: unknown): string[] {
  return listOf(value).filter(isFilledText)
}

export function numbersOf(value: unknown): number[] {
  return listOf(value)
    .map(numberOf)
    .filter((number) => number !== undefined)
}

/** A number, or a text that is one. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isFilledText(value) && value.trim() !== '' && !Number.isNaN(+value) ? +value : undefined
}

/** A flag: 1, or `true` from a protobuf bridge. */
export function isSet(value: unknown): boolean {
  return value === true || numberOf(value) === 1
}
