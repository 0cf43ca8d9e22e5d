/**
 * The books on disk: an SQLite database that belongs to one process, written by its worker thread alone.
 *
 *   campaign   id of the campaign, whether an operator paused it, what it has spent, counts
 *   day        what each campaign spent by day, and by flight
 *   ad         impressions, expected and real clicks of each creative of a campaign
 *   billed_N   one row a settled bid made on day N (UTC); its key is what makes a notice count once
 *   acted_N    the same for clicks and conversions
 *   checkpoint what was on hold, and how each campaign was paced, a second ago
 *   memory     what others want back after a restart, by name
 *   beat       a number that each checkpoint adds to
 *
 * A row in `billed_N` and the sums that it adds to are written in one transaction, so that they cannot part. Bids are
 * kept by the day they were made on, which their token tells: a table is dropped whole when its tokens have expired.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { loadedFrom, type TableKind, tablesOf } from './journal-reading.ts'
import { type CheckpointRow, ENTRY_KIND, type Entry, type Loaded, type Memory } from './journal-rows.ts'

export type Retention = { readonly billedS: number; readonly actedS: number }

const DAY_S = 86_400
const SCHEMA_VERSION = 1
const SCHEMA = `
  create table if not exists campaign (
    id text primary key, isPaused integer not null default 0, spentNanos integer not null default 0,
    impressions integer not null default 0, clicks integer not null default 0,
    conversions integer not null default 0, forgottenNanos integer not null default 0
  ) without rowid;
  create table if not exists day (
    campaign text, key integer, spentNanos integer not null, primary key (campaign, key)) without rowid;
  create table if not exists flight (
    campaign text, key integer, spentNanos integer not null, primary key (campaign, key)) without rowid;
  create table if not exists ad (
    campaign text, creative text, impressions integer not null, expectedClicks real not null, clicks integer not null,
    primary key (campaign, creative)) without rowid;
  create table if not exists checkpoint (
    campaign text primary key, heldNanos integer not null, bids integer not null, wins integer not null,
    pace text not null) without rowid;
  create table if not exists memory (name text primary key, bytes blob not null) without rowid;
  create table if not exists beat (id integer primary key check (id = 1), count integer not null);
  insert or ignore into beat values (1, 0);`

export class Journal {
  readonly #database: DatabaseSync
  readonly #retention: Retention
  readonly #inserts = new Map<string, StatementSync>()
  readonly #statements: Readonly<
    Record<'campaign' | 'day' | 'flight' | 'ad' | 'checkpoint' | 'memory' | 'pause', StatementSync>
  >

  constructor(file: string, retention: Retention) {
    this.#retention = retention
    this.#database = new DatabaseSync(file)
    // With `full` a commit is on the disk itself, not only in the system's memory, when it returns.
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory')
    this.#refuseOtherVersions(file)
    this.#database.exec(SCHEMA)
    const sumOf = (table: string) =>
      this.#database.prepare(
        `insert into ${table} values (?, ?, ?) on conflict do update set spentNanos = spentNanos + excluded.spentNanos`,
      )
    this.#statements = {
      campaign: this.#database.prepare(
        `insert into campaign (id, spentNanos, impressions, clicks, conversions) values (?, ?, ?, ?, ?)
         on conflict do update set spentNanos = spentNanos + excluded.spentNanos,
           impressions = impressions + excluded.impressions, clicks = clicks + excluded.clicks,
           conversions = conversions + excluded.conversions`,
      ),
      day: sumOf('day'),
      flight: sumOf('flight'),
      ad: this.#database.prepare(
        `insert into ad values (?, ?, ?, ?, ?) on conflict do update set impressions = impressions + excluded.impressions,
           expectedClicks = expectedClicks + excluded.expectedClicks, clicks = clicks + excluded.clicks`,
      ),
      checkpoint: this.#database.prepare('insert or replace into checkpoint values (?, ?, ?, ?, ?)'),
      memory: this.#database.prepare('insert or replace into memory values (?, ?)'),
      pause: this.#database.prepare(
        'insert into campaign (id, isPaused) values (?, ?) on conflict do update set isPaused = excluded.isPaused',
      ),
    }
  }

  /** Books the entries, all or none; 1 for each that is new, 0 for one that was there. */
  append(entries: readonly Entry[]): Uint8Array {
    return this.#transact(() => Uint8Array.from(entries, (entry) => (this.#add(entry) ? 1 : 0)))
  }

  checkpoint(rows: readonly CheckpointRow[], memories: readonly Memory[]): void {
    this.#transact(() => {
      // Something is always written: only that tells whether the disk takes what is written.
      this.#database.exec('update beat set count = count + 1')
      for (const { campaign, heldNanos, bids, wins, pace } of rows)
        this.#statements.checkpoint.run(campaign, heldNanos, bids, wins, pace)
      for (const { name, bytes } of memories) this.#statements.memory.run(name, bytes)
    })
  }

  setPaused(campaign: string, isPaused: boolean): void {
    this.#statements.pause.run(campaign, isPaused ? 1 : 0)
  }

  load(nowS: number): Loaded {
    this.forget(nowS)
    return loadedFrom(this.#database)
  }

  /** Drops the tables whose tokens have expired. */
  forget(nowS: number): void {
    for (const [kind, keptS] of [
      ['billed', this.#retention.billedS],
      ['acted', this.#retention.actedS],
    ] as const) {
      const oldest = Math.floor((nowS - keptS) / DAY_S)
      for (const table of tablesOf(this.#database, kind))
        if (dayOfTable(table) < oldest) this.#drop(table, kind)
    }
  }

  close(): void {
    this.#database.close()
  }

  /** What the rows came to is kept, so that the sums can still be held against the rows there are. */
  #drop(table: string, kind: TableKind): void {
    this.#transact(() => {
      if (kind === 'billed')
        this.#database.exec(
          `update campaign set forgottenNanos = forgottenNanos + coalesce(
             (select sum(paidNanos) from ${table} where campaign = id), 0)`,
        )
      this.#database.exec(`drop table ${table}`)
    })
    this.#inserts.delete(table)
  }

  #refuseOtherVersions(file: string): void {
    const { user_version: version } = this.#database.prepare('pragma user_version').get() as {
      user_version: number
    }
    if (version > SCHEMA_VERSION)
      throw new Error(
        `${file} is of a newer version (${version}) than this program knows (${SCHEMA_VERSION})`,
      )
    this.#database.exec(`pragma user_version = ${SCHEMA_VERSION}`)
  }

  #transact<T>(work: () => T): T {
    this.#database.exec('begin immediate')
    try {
      const result = work()
      this.#database.exec('commit')
      return result
    } catch (cause) {
      // A full disk has ended the transaction already.
      if (this.#database.isTransaction) this.#database.exec('rollback')
      // The tables of a new day are gone with it.
      this.#inserts.clear()
      throw cause
    }
  }

  #add(entry: Entry): boolean {
    return entry.kind === ENTRY_KIND.bill ? this.#addBill(entry) : this.#addAct(entry)
  }

  #addBill(entry: Entry): boolean {
    const { bidId, campaignId, creativeId, day, flightDay, paidNanos, clickProbability } = entry
    const { changes } = this.#insert('billed', entry).run(
      bidId,
      campaignId,
      entry.atS,
      paidNanos,
      clickProbability,
      entry.propensity,
      entry.pairKey,
    )
    if (changes === 0) return false
    this.#statements.campaign.run(campaignId, paidNanos, 1, 0, 0)
    this.#statements.day.run(campaignId, day, paidNanos)
    if (flightDay >= 0) this.#statements.flight.run(campaignId, flightDay, paidNanos)
    this.#statements.ad.run(campaignId, creativeId, 1, clickProbability, 0)
    return true
  }

  #addAct(entry: Entry): boolean {
    const { kind, bidId, campaignId, creativeId, atS } = entry
    const { changes } = this.#insert('acted', entry).run(bidId, kind, campaignId, atS)
    if (changes === 0) return false
    const isClick = kind === ENTRY_KIND.click ? 1 : 0
    this.#statements.campaign.run(campaignId, 0, 0, isClick, 1 - isClick)
    if (isClick === 1) this.#statements.ad.run(campaignId, creativeId, 0, 0, 1)
    return true
  }

  /** The insertion into the table of the bid's day, which is made when it is first needed. */
  #insert(kind: TableKind, { bidAtS }: Entry): StatementSync {
    const table = `${kind}_${Math.floor(bidAtS / DAY_S)}`
    const known = this.#inserts.get(table)
    if (known !== undefined) return known
    const isBill = kind === 'billed'
    this.#database.exec(
      isBill
        ? `create table if not exists ${table} (bidId text primary key, campaign text, atS integer, paidNanos integer,
             clickProbability real, propensity real, pairKey text) without rowid`
        : `create table if not exists ${table} (bidId text, kind integer, campaign text, atS integer,
             primary key (bidId, kind)) without rowid`,
    )
    const insert = this.#database.prepare(
      `insert or ignore into ${table} values (${isBill ? '?, ?, ?, ?, ?, ?, ?' : '?, ?, ?, ?'})`,
    )
    this.#inserts.set(table, insert)
    return insert
  }
}

function dayOfTable(name: string): number {
  return Number(name.slice(name.indexOf('_') + 1))
}
