/**
 * Money is counted in integers: a price is CPM micros (one millionth of a currency unit per thousand impressions).
 * One CPM micro is one nano of the currency per impression, so what an impression costs in nanos is the same number.
 * Decimals exist only on the wire and in files; they are converted there, once, by rounding.
 */
import { assert } from './assert.ts'

/** CPM micros of a decimal amount; rounds to the nearest micro. */
export function microsOfDecimal(amount: number): number {
  const micros = Math.round(amount * 1e6)
  assert(Number.isSafeInteger(micros), 'an amount in micros stays below 2^53')
  return micros
}

/**
 * An amount in micros as decimal text, without exponent or trailing zeros: 1230000 gives "1.23".
 * Bidders write floats like 1e-7 that naive parsers refuse; digits never do.
 */
export function decimalOfMicros(micros: number): string {
  assert(Number.isSafeInteger(micros) && micros >= 0, 'an amount in micros is an integer from 0 to 2^53')
  const whole = Math.floor(micros / 1e6)
  const fraction = micros - whole * 1e6
  if (fraction === 0) return `${whole}`
  let digits = `${1e6 + fraction}`.slice(1)
  while (digits.endsWith('0')) digits = digits.slice(0, -1)
  return `${whole}.${digits}`
}
