/**
 * `rates.json` of a catalog: what currencies are worth, or nothing when there is no such file.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ratesFaults } from '../pricing/currency.ts'
import type { Fault } from './fault.ts'
import { isArrayFile, piecesOf } from './json.ts'
import type { RateTable } from './schema.ts'
import { rateTableFaults } from './validate.ts'

const FILE = 'rates.json'

/** @param wallMs now: rates cannot be of a day to come. */
export async function loadRates(
  directory: string,
  wallMs: number,
): Promise<{ readonly rates: RateTable | undefined } | { readonly faults: readonly Fault[] }> {
  let bytes: Buffer
  try {
    bytes = await readFile(join(directory, FILE))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return { rates: undefined }
    return { faults: [{ file: FILE, path: '', message: `cannot be read: ${message}` }] }
  }
  if (isArrayFile(bytes))
    return { faults: [{ file: FILE, path: '', message: 'must be one object, not an array' }] }
  const [piece] = piecesOf(bytes)
  if ('malformed' in piece) return { faults: [{ file: FILE, path: '', message: piece.malformed }] }
  const faults = rateTableFaults(piece.value)
  if (faults.length > 0) return { faults: faults.map((fault) => ({ file: FILE, ...fault })) }
  const rates = piece.value as RateTable
  const senseless = ratesFaults(rates, wallMs)
  return senseless.length === 0
    ? { rates }
    : { faults: senseless.map((message) => ({ file: FILE, path: '', message })) }
}
