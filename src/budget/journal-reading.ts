/**
 * What the journal says, read from an open database: everything a process starts from, and whether the sums fit the rows.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { AdRow, CampaignRow, CheckpointRow, Loaded, Memory, PeriodRow, Sight } from './journal-rows.ts'

export function loadedFrom(database: DatabaseSync): Loaded {
  const all = <Row>(sql: string) => database.prepare(sql).all() as Row[]
  return {
    campaigns: all<CampaignRow>(
      'select id, isPaused, spentNanos, impressions, clicks, conversions from campaign',
    ),
    days: all<PeriodRow>('select * from day'),
    flights: all<PeriodRow>('select * from flight'),
    ads: all<AdRow>('select * from ad'),
    checkpoints: all<CheckpointRow>('select * from checkpoint'),
    memories: all<Memory>('select * from memory'),
    sights: tablesOf(database, 'billed')
      .flatMap((table) => all<Sight>(`select pairKey, campaign, atS from ${table} where pairKey <> ''`))
      .sort((a, b) => a.atS - b.atS),
  }
}

/** What the sums of a campaign should be by their rows, where they are not: nothing when the books balance. */
export function bookFaultsOf(database: DatabaseSync): string[] {
  const paid = paidByCampaign(database)
  const rows = database
    .prepare(
      `select id, spentNanos, forgottenNanos,
         (select coalesce(sum(spentNanos), 0) from day where campaign = id) as dayNanos
       from campaign`,
    )
    .all() as { id: string; spentNanos: number; forgottenNanos: number; dayNanos: number }[]
  return rows.flatMap(({ id, spentNanos, forgottenNanos, dayNanos }) => {
    const billNanos = forgottenNanos + (paid.get(id) ?? 0)
    return [
      ...(spentNanos === dayNanos
        ? []
        : [`${id}: has spent ${spentNanos} nanos, and ${dayNanos} by its days`]),
      ...(spentNanos === billNanos
        ? []
        : [`${id}: has spent ${spentNanos} nanos, and ${billNanos} by its bills`]),
    ]
  })
}

function paidByCampaign(database: DatabaseSync): Map<string, number> {
  const paid = new Map<string, number>()
  for (const table of tablesOf(database, 'billed')) {
    const rows = database
      .prepare(`select campaign, sum(paidNanos) as nanos from ${table} group by campaign`)
      .all() as { campaign: string; nanos: number }[]
    for (const { campaign, nanos } of rows) paid.set(campaign, (paid.get(campaign) ?? 0) + nanos)
  }
  return paid
}

export type Billed = { readonly bids: number; readonly paidNanos: number }

/** The settled bids of which a row is still kept. */
export function billedIn(database: DatabaseSync): Billed {
  let [bids, paidNanos] = [0, 0]
  for (const table of tablesOf(database, 'billed')) {
    const row = database
      .prepare(`select count(*) as bids, coalesce(sum(paidNanos), 0) as paid from ${table}`)
      .get() as { bids: number; paid: number }
    bids += row.bids
    paidNanos += row.paid
  }
  return { bids, paidNanos }
}

/** Bills, and clicks with conversions. */
export type TableKind = 'billed' | 'acted'

/** Names of the tables of a kind, one for each day. */
export function tablesOf(database: DatabaseSync, kind: TableKind): string[] {
  const rows = database
    .prepare("select name from sqlite_master where type = 'table' and name glob ?")
    .all(`${kind}_*`) as { name: string }[]
  return rows.map(({ name }) => name).sort()
}
