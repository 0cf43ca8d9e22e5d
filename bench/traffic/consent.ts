/**
 * Privacy strings of the made traffic: TCF 2 consent, GPP with a US national section, US privacy. They are encoded bit
 * by bit from the published layouts, so a correct decoder reads them; the platforms and choices in them are made up.
 *
 * Layouts: IAB Europe "Consent string and vendor list formats v2" (core and disclosed-vendors segments), IAB Tech Lab
 * "Global Privacy Platform" (header) and its section "usnat" version 1.
 */
import type { Prng } from '../../src/base/prng.ts'
import { between, chance } from './draw.ts'

/** 2025-06-02 in tenths of a second: a made consent is up to a year older. */
const CONSENT_NEWEST_DECISECONDS = 17_488_224_000
const DAY_DECISECONDS = 864_000
const GPP_SECTION = { tcfEu: 2, usNational: 7 } as const

/** How willing the made person is: most accept all, some accept part, some refuse. */
type Choice = 'all' | 'part' | 'none'

/** A consent string with a vendor list of some hundred vendors; about 230 to 490 characters. */
export function tcfString(prng: Prng, country: string): string {
  const unit = prng.unit()
  const choice: Choice = unit < 0.72 ? 'all' : unit < 0.86 ? 'part' : 'none'
  const vendorMax = between(prng, [400, 900])
  const core = new Bits()
  const updated = CONSENT_NEWEST_DECISECONDS - prng.below(365) * DAY_DECISECONDS
  core.number(2, 6)
  core.number(updated, 36)
  core.number(updated, 36)
  core.number(between(prng, [10, 420]), 12)
  core.number(between(prng, [1, 60]), 12)
  core.number(1, 6)
  core.letters(country === 'DEU' ? 'DE' : 'EN')
  core.number(between(prng, [80, 120]), 12)
  core.number(5, 6)
  core.number(1, 1)
  core.number(0, 1)
  core.number(choice === 'all' ? 0b100000000000 : 0, 12)
  core.purposes(choice === 'all' ? 11 : choice === 'part' ? 4 : 0)
  core.purposes(0)
  core.number(0, 1)
  core.letters(country.slice(0, 2))
  core.vendors(prng, vendorMax, choice === 'none' ? 0 : choice === 'all' ? 0.95 : 0.5)
  core.vendors(prng, 0, 0)
  core.number(0, 12)
  const disclosed = new Bits()
  disclosed.number(1, 3)
  disclosed.vendors(prng, vendorMax, 0.97)
  return `${core.text()}.${disclosed.text()}`
}

/** A GPP string around a consent string. */
export function gppOfTcf(tcf: string): { gpp: string; gpp_sid: number[] } {
  return { gpp: `${gppHeader(GPP_SECTION.tcfEu)}~${tcf}`, gpp_sid: [GPP_SECTION.tcfEu] }
}

/** A GPP string with the US national section; about one person in seven has opted out of sale and sharing. */
export function gppUsNational(prng: Prng): { gpp: string; gpp_sid: number[] } {
  const isOptedOut = chance(prng, 0.14)
  const isMspa = chance(prng, 0.4)
  const core = new Bits()
  core.number(1, 6)
  for (let notice = 0; notice < 6; notice++) core.number(1, 2)
  for (let choice = 0; choice < 3; choice++) core.number(isOptedOut ? 1 : 2, 2)
  core.number(0, 24)
  core.number(0, 4)
  core.number(2, 2)
  core.number(isMspa ? 1 : 2, 2)
  core.number(isMspa ? 1 : 0, 2)
  core.number(isMspa ? 2 : 0, 2)
  const signal = new Bits()
  signal.number(1, 2)
  signal.number(isOptedOut ? 1 : 0, 1)
  return {
    gpp: `${gppHeader(GPP_SECTION.usNational)}~${core.text()}.${signal.text()}`,
    gpp_sid: [GPP_SECTION.usNational],
  }
}

/** Version, notice given, opted out of sale, covered by the LSPA. */
export function usPrivacy(prng: Prng): string {
  const unit = prng.unit()
  return unit < 0.7 ? '1YNN' : unit < 0.84 ? '1YYN' : unit < 0.94 ? '1---' : '1YNY'
}

/** Type 3, version 1, then the one section as a Fibonacci-coded range. */
function gppHeader(section: number): string {
  const bits = new Bits()
  bits.number(3, 6)
  bits.number(1, 6)
  bits.number(1, 12)
  bits.number(0, 1)
  bits.fibonacci(section)
  return bits.text()
}

/** Big-endian bits, written as base64url of whole bytes. */
class Bits {
  #bits: number[] = []

  number(value: number, width: number): void {
    // Not by shifts: times have 36 bits.
    for (let bit = width - 1; bit >= 0; bit--) this.#bits.push(Math.floor(value / 2 ** bit) % 2)
  }

  /** Two capital letters, six bits each. */
  letters(pair: string): void {
    for (const letter of pair) this.number(letter.charCodeAt(0) - 65, 6)
  }

  /** The first `count` of 24 purposes. */
  purposes(count: number): void {
    for (let purpose = 0; purpose < 24; purpose++) this.#bits.push(purpose < count ? 1 : 0)
  }

  /** A vendor section as a bit field: each vendor is in with the chance `share`. */
  vendors(prng: Prng, max: number, share: number): void {
    this.number(max, 16)
    this.number(0, 1)
    for (let vendor = 0; vendor < max; vendor++) this.#bits.push(chance(prng, share) ? 1 : 0)
  }

  /** Zeckendorf's sum, smallest term first, closed by a second 1. */
  fibonacci(value: number): void {
    const terms = [1, 2]
    while (terms[terms.length - 1] <= value) terms.push(terms[terms.length - 1] + terms[terms.length - 2])
    let rest = value
    const used = terms.map(() => 0)
    for (let index = terms.length - 1; index >= 0; index--) {
      if (terms[index] > rest) continue
      used[index] = 1
      rest -= terms[index]
    }
    this.#bits.push(...used.slice(0, used.lastIndexOf(1) + 1), 1)
  }

  text(): string {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8))
    for (let at = 0; at < this.#bits.length; at++) bytes[at >> 3] |= this.#bits[at] << (7 - (at & 7))
    return Buffer.from(bytes).toString('base64url')
  }
}
