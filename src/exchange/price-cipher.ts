/**
 * The cipher in which Google, OpenX and others tell the price of an impression. A message is base64 of
 *
 *     iv[16] | payload XOR pad | signature[4]
 *
 * pad is HMAC-SHA1 of the iv by the encryption key; from the second 20 bytes of a payload on, of the iv and a counter.
 * signature is the start of HMAC-SHA1 of payload and iv by the integrity key. The iv begins with the time in seconds
 * and microseconds, each 32 bits; a price is a payload of 64 bits. All integers are big-endian.
 * Source: Google, Authorized Buyers, "Decrypt price confirmations"; the counter is that of its DoubleClickCrypto.java.
 *
 * Used once per notice, some 5 us. That a message is new is not checked: a notice counts once by its token, whatever
 * price it brings.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { assert } from '../base/assert.ts'

/** `malformed`: no such message; `tampered`: not by the holder of the keys; `stale`: of another time. */
export type CipherRefusal = 'malformed' | 'tampered' | 'stale'
/** A number of units, what a unit is being the exchange's choice; or why there is none. */
export type Decrypted = number | CipherRefusal

export type CipherWindow = { readonly pastS: number; readonly futureS: number }

/**
 * A day back, because markup may wait that long in an app's cache before it is shown, and a message that old can only
 * repeat a price that was paid; ten minutes ahead, for clocks that are wrong.
 */
export const CIPHER_WINDOW: CipherWindow = { pastS: 86_400, futureS: 600 }

const IV_BYTES = 16
const SIGNATURE_BYTES = 4
const PRICE_BYTES = 8
const PAD_BYTES = 20
/** As far as a counter of one byte reaches, and far beyond any payload in use. */
const PAYLOAD_BYTES_MAX = PAD_BYTES * 257
const TEXT_CHARS_MAX = Math.ceil((IV_BYTES + PAYLOAD_BYTES_MAX + SIGNATURE_BYTES) / 3) * 4

export class PriceCipher {
  readonly #encryptionKey: Buffer
  readonly #integrityKey: Buffer
  readonly #window: CipherWindow

  constructor(encryptionKey: Buffer, integrityKey: Buffer, window = CIPHER_WINDOW) {
    assert(encryptionKey.length > 0 && integrityKey.length > 0, 'a cipher has both keys')
    this.#encryptionKey = encryptionKey
    this.#integrityKey = integrityKey
    this.#window = window
  }

  /**
   * The price in a message. A price that no number holds exactly is malformed, as is a payload that is no price.
   * @param text base64, standard or web-safe, with or without padding.
   * @param nowS seconds since the Unix epoch.
   */
  decrypt(text: string, nowS: number): Decrypted {
    const payload = this.decryptPayload(text, nowS)
    if (typeof payload === 'string') return payload
    if (payload.length !== PRICE_BYTES) return 'malformed'
    const units = payload.readUInt32BE(0) * 2 ** 32 + payload.readUInt32BE(4)
    return Number.isSafeInteger(units) ? units : 'malformed'
  }

  /** The payload of a message, of whatever length. */
  decryptPayload(text: string, nowS: number): Buffer | CipherRefusal {
    const message = bytesOf(text)
    if (message === undefined) return 'malformed'
    const iv = message.subarray(0, IV_BYTES)
    const payload = message.subarray(IV_BYTES, -SIGNATURE_BYTES)
    this.#applyPad(iv, payload)
    if (!timingSafeEqual(this.#signatureOf(iv, payload), message.subarray(-SIGNATURE_BYTES)))
      return 'tampered'
    const ageS = nowS - iv.readUInt32BE(0)
    return ageS > this.#window.pastS || ageS < -this.#window.futureS ? 'stale' : payload
  }

  /** A message with a price in units, in web-safe base64 without padding, as Google sends it. */
  encrypt(units: number, iv: Buffer): string {
    assert(Number.isSafeInteger(units) && units >= 0, 'a price to encrypt is a whole number of units')
    const payload = Buffer.alloc(PRICE_BYTES)
    payload.writeBigUInt64BE(BigInt(units))
    return this.encryptPayload(payload, iv)
  }

  /** @param iv 16 bytes, never the same twice; see `initialisationVector`. */
  encryptPayload(payload: Buffer, iv: Buffer): string {
    assert(iv.length === IV_BYTES, 'an initialisation vector has 16 bytes')
    assert(
      payload.length > 0 && payload.length <= PAYLOAD_BYTES_MAX,
      'a payload has a length that counters reach',
    )
    const signature = this.#signatureOf(iv, payload)
    const encrypted = Buffer.from(payload)
    this.#applyPad(iv, encrypted)
    return Buffer.concat([iv, encrypted, signature]).toString('base64url')
  }

  /** Encrypts in place, and by the nature of XOR decrypts. */
  #applyPad(iv: Buffer, payload: Buffer): void {
    for (let start = 0, section = 0; start < payload.length; start += PAD_BYTES, section++) {
      const hmac = createHmac('sha1', this.#encryptionKey).update(iv)
      if (section > 0) hmac.update(Uint8Array.of(section - 1))
      const pad = hmac.digest()
      const end = Math.min(start + PAD_BYTES, payload.length)
      for (let i = start; i < end; i++) payload[i] ^= pad[i - start]
    }
  }

  #signatureOf(iv: Buffer, payload: Buffer): Buffer {
    const digest = createHmac('sha1', this.#integrityKey).update(payload).update(iv).digest()
    return digest.subarray(0, SIGNATURE_BYTES)
  }
}

/** An initialisation vector for `encrypt`: the time, then eight bytes that make it the only one. */
export function initialisationVector(wallMs: number, unique: Uint8Array): Buffer {
  assert(unique.length === 8, 'eight bytes make an initialisation vector unique')
  const iv = Buffer.alloc(IV_BYTES)
  iv.writeUInt32BE(Math.floor(wallMs / 1000))
  iv.writeUInt32BE(Math.floor((wallMs % 1000) * 1000), 4)
  iv.set(unique, 8)
  return iv
}

/** The bytes of a message, or undefined where the text is not the one spelling of any, alphabet and padding apart. */
function bytesOf(text: string): Buffer | undefined {
  if (text.length > TEXT_CHARS_MAX || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined
  const digits = text.replace(/=+$/, '')
  if (digits.length !== text.length && text.length % 4 !== 0) return undefined
  const bytes = Buffer.from(digits, 'base64')
  if (bytes.length <= IV_BYTES + SIGNATURE_BYTES) return undefined
  // The last digit has bits that no byte uses; a message in which they are set has been changed.
  const isCanonical = bytes.toString('base64url') === digits.replaceAll('+', '-').replaceAll('/', '_')
  return isCanonical ? bytes : undefined
}
