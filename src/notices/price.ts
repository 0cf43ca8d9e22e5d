/**
 * Reads the price that a notice brings: as decimal text or encrypted, in the unit of the exchange, or spelled in one of
 * the ways in which exchanges say nothing (OpenRTB 2.6 section 4.4). What cannot be read has a name.
 */
import type { PriceCipher } from '../exchange/price-cipher.ts'
import type { ExchangeProfile } from '../exchange/profile.ts'

export const PRICE_FAULTS = [
  /** No price stands in the query. */
  'absent',
  /** The exchange does not tell it. */
  'empty',
  /** The exchange renders the ad to look at it. */
  'audit',
  /** The macro itself: whoever calls does not expand macros. */
  'unexpanded',
  'garbage',
  'negative',
  /** More than any price here, or more than `ABSURD_TIMES` what we bid. */
  'absurd',
  /** Readable, where the exchange agreed to encrypt. */
  'unencrypted',
  /** Encrypted, where the exchange did not agree to, or where no keys for it are configured. */
  'encrypted',
  /** The cipher's own refusals of a message. */
  'malformed',
  'tampered',
  'stale',
] as const
export type PriceFault = (typeof PRICE_FAULTS)[number]

/** A winner pays about its bid at most; tenfold can only be a mistake of unit. */
export const ABSURD_TIMES = 10

/** CPM micros in one unit; prices in units are encrypted as whole numbers, and written with decimals. */
const MICROS_A_UNIT: Record<ExchangeProfile['priceUnit'], number> = {
  cpm: 1e6,
  cpm_micros: 1,
  // A micro for an impression is a thousand for a thousand of them.
  impression_micros: 1000,
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/
/** A price by `PriceCipher`. */
const ENCRYPTED = /^[A-Za-z0-9+/_-]{38}(?:==)?$/
/** `${…}`, `%%…%%`, `{…}` and `[…]`, also percent-encoded once more than was undone. */
const MACRO_TEXT = /^(?:\$\{|%%|\{|\[|%24%7B|%7B|%5B|%25%25)/i

export type PriceReading = {
  readonly text: string | undefined
  readonly profile: ExchangeProfile
  readonly cipher: PriceCipher | undefined
  /** The most that is believed, in CPM micros. */
  readonly limitCpmMicros: number
  readonly nowS: number
}

/** CPM micros of the currency of the bid, rounded to a whole number; or why there are none. */
export function readPrice({
  text,
  profile,
  cipher,
  limitCpmMicros,
  nowS,
}: PriceReading): number | PriceFault {
  if (text === undefined) return 'absent'
  const spelled = spelledFault(text)
  if (spelled !== undefined) return spelled
  const units = profile.priceCipher === 'none' ? decimal(text) : decrypted(text, cipher, nowS)
  if (typeof units === 'string') return units
  const micros = Math.round(units * MICROS_A_UNIT[profile.priceUnit])
  return micros <= limitCpmMicros && Number.isSafeInteger(micros) ? micros : 'absurd'
}

/** CPM micros of what would have won, which no exchange encrypts. None where it is nought, as some say for unknown. */
export function readMinToWin(text: string | undefined): number | undefined {
  const units = text === undefined ? 'absent' : decimal(text)
  const micros = typeof units === 'number' ? Math.round(units * MICROS_A_UNIT.cpm) : 0
  return micros > 0 && Number.isSafeInteger(micros) ? micros : undefined
}

function spelledFault(text: string): PriceFault | undefined {
  if (text === '') return 'empty'
  if (text === 'AUDIT') return 'audit'
  return MACRO_TEXT.test(text) ? 'unexpanded' : undefined
}

function decimal(text: string): number | PriceFault {
  if (!DECIMAL.test(text)) return ENCRYPTED.test(text) ? 'encrypted' : 'garbage'
  const value = Number(text)
  return value < 0 ? 'negative' : Math.abs(value)
}

function decrypted(text: string, cipher: PriceCipher | undefined, nowS: number): number | PriceFault {
  if (DECIMAL.test(text)) return 'unencrypted'
  return cipher === undefined ? 'encrypted' : cipher.decrypt(text, nowS)
}
