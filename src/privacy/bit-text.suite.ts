/** Writes bit fields as base64url text, for the tests: padded to whole characters and no further. */

export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export type Field = readonly [width: number, value: number]

export function bitText(...fields: readonly Field[]): string {
  return bitStringText(fields.map(([width, value]) => value.toString(2).padStart(width, '0')).join(''))
}

/** @param bits a text of zeros and ones. */
export function bitStringText(bits: string): string {
  const padded = bits.padEnd(Math.ceil(bits.length / 6) * 6, '0')
  return (padded.match(/.{6}/g) ?? []).map((six) => ALPHABET[Number.parseInt(six, 2)]).join('')
}
