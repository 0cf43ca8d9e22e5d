/**
 * `peregrine ledger`: what the journal on the disk says, beside the process that writes it or after it has ended; and
 * whether what it says fits together. Exit 1 when it does not.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { type Billed, billedIn, bookFaultsOf, loadedFrom } from './budget/journal-reading.ts'
import type { CampaignRow } from './budget/journal-rows.ts'
import { SETTINGS, SettingsError } from './config/settings.ts'

export const LEDGER_HELP = `peregrine ledger [flags]: what the ledger on the disk says, and whether its books balance; exit 1 if they do not
  --data DIR           folder of the ledger [shipped with peregrine]
  --json               print it as JSON`

const NANOS_A_DOLLAR = 1e9

export function ledgerCommand(args: readonly string[]): number {
  const { data = `${SETTINGS.data.fallback}`, json = false } = flagsOf(args)
  const file = join(data, 'ledger.db')
  if (!existsSync(file)) throw new SettingsError(`ledger: ${file}: no such file; name its folder with --data`)
  const database = new DatabaseSync(file, { readOnly: true })
  const { campaigns } = loadedFrom(database)
  const report = { campaigns, billed: billedIn(database), faults: bookFaultsOf(database) }
  database.close()
  console.log(json ? JSON.stringify(report, null, 2) : tableOf(report))
  for (const fault of report.faults) console.error(`peregrine: ${fault}`)
  return report.faults.length === 0 ? 0 : 1
}

function flagsOf(args: readonly string[]): { data?: string; json?: boolean } {
  try {
    return parseArgs({
      args: [...args],
      options: { data: { type: 'string' }, json: { type: 'boolean' } },
    }).values
  } catch (cause) {
    throw new SettingsError(`ledger: ${(cause as Error).message.split(/\.\s/)[0]}`)
  }
}

type Report = {
  readonly campaigns: readonly CampaignRow[]
  readonly billed: Billed
  readonly faults: readonly string[]
}

function tableOf({ campaigns, billed, faults }: Report): string {
  const rows = campaigns.map(({ id, isPaused, spentNanos, impressions, clicks, conversions }) => [
    id,
    (spentNanos / NANOS_A_DOLLAR).toFixed(6),
    `${impressions}`,
    `${clicks}`,
    `${conversions}`,
    isPaused === 1 ? 'paused' : '',
  ])
  const table = [['campaign', 'spent USD', 'impressions', 'clicks', 'conversions', ''], ...rows]
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  )
  const kept = `${billed.bids} settled bids are kept, ${(billed.paidNanos / NANOS_A_DOLLAR).toFixed(6)} USD`
  return [...lines, '', kept, faults.length === 0 ? 'the books balance' : 'the books do not balance'].join(
    '\n',
  )
}
