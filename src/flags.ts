/** Reads the values of flags. What cannot be used is a FlagFault: a sentence with the flag and what is due. */
export class FlagFault extends Error {
  override name = 'FlagFault'
}

export function oneOf<Name extends string>(flag: string, given: string, names: readonly Name[]): Name {
  const name = names.find((name) => name === given)
  if (name === undefined) throw new FlagFault(`${flag}: one of ${names.join(', ')} is due, not "${given}"`)
  return name
}

export function wholeOf(flag: string, given: string, least: number, most: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (value >= least && value <= most) return value
  throw new FlagFault(`${flag}: a whole number from ${least} to ${most} is due, not "${given}"`)
}

export function positiveOf(flag: string, given: string): number {
  const value = numberOf(flag, given)
  if (value > 0) return value
  throw new FlagFault(`${flag}: a number above 0 is due, not "${given}"`)
}

export function numberOf(flag: string, given: string): number {
  const value = /^[\d.]+(e[+-]?\d+)?$/i.test(given) ? Number(given) : Number.NaN
  if (Number.isFinite(value)) return value
  throw new FlagFault(`${flag}: a number from 0 is due, not "${given}"`)
}
