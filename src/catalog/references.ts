/**
 * What is wrong between the objects of a catalog: an id that stands twice, a reference that leads nowhere, a campaign
 * that shows another advertiser's creative. Judges objects with schema faults too, as far as their fields can be read.
 *
 * A fault is not told when it only follows from another one. The ids of a file that could not be read are unknown; it is
 * taken to hold the id it is named after and, if it was meant to hold several, any id.
 */
import type { Fault } from './fault.ts'
import type { Kind } from './files.ts'
import type { Pace } from './pace.ts'
import { isObject } from './validate.ts'

/** An object of a catalog file, valid or not; `path` is the JSON pointer to it. */
export type Entry = {
  readonly kind: Kind
  readonly file: string
  readonly path: string
  readonly value: unknown
}

/** A file or folder of which some or all could not be read. */
export type Gap = { readonly kind: Kind; readonly file: string; readonly holdsSeveral: boolean }

/** The first entry of each id, and which ids may stand where nothing could be read. */
type Index = { readonly entries: Map<string, Entry>; readonly mayExist: Set<string>; mayHoldAny: boolean }
type Indexes = Record<Kind, Index>

export async function referenceFaults(
  entries: readonly Entry[],
  gaps: readonly Gap[],
  pace: Pace,
): Promise<Fault[]> {
  const indexes = { advertisers: indexOf(), campaigns: indexOf(), creatives: indexOf() }
  const faults: Fault[] = []
  for (const gap of gaps) admit(indexes[gap.kind], gap)
  for (const entry of entries) {
    if (pace.isDue()) await pace.rest()
    append(faults, duplicateFaults(indexes[entry.kind], entry))
  }
  for (const entry of entries) {
    if (pace.isDue()) await pace.rest()
    if (entry.kind !== 'advertisers') append(faults, advertiserFaults(indexes, entry))
    if (entry.kind === 'campaigns') append(faults, creativeFaults(indexes, entry))
  }
  return faults
}

/** Not `push(...)`: a list in a broken file may have more items than a call can have arguments. */
function append(faults: Fault[], more: readonly Fault[]): void {
  for (const fault of more) faults.push(fault)
}

function indexOf(): Index {
  return { entries: new Map(), mayExist: new Set(), mayHoldAny: false }
}

function admit(index: Index, gap: Gap): void {
  const name = /([^/]*)\.json$/.exec(gap.file)?.[1]
  if (name === undefined || gap.holdsSeveral) index.mayHoldAny = true
  else index.mayExist.add(name)
}

/** Adds an entry to its index, or says where its id stands already. */
function duplicateFaults(index: Index, entry: Entry): Fault[] {
  const id = fieldOf(entry, 'id')
  if (typeof id !== 'string') return []
  const first = index.entries.get(id)
  if (first === undefined) {
    index.entries.set(id, entry)
    return []
  }
  const place = first.path === '' ? first.file : `${first.file} ${first.path}`
  return [
    faultAt(
      entry,
      '/id',
      `${JSON.stringify(id)} is the id of ${place} already; ids are unique among ${entry.kind}`,
    ),
  ]
}

function advertiserFaults(indexes: Indexes, entry: Entry): Fault[] {
  const id = fieldOf(entry, 'advertiser')
  if (typeof id !== 'string' || mayLead(indexes.advertisers, id)) return []
  return [faultAt(entry, '/advertiser', nowhere('advertiser', id))]
}

function creativeFaults(indexes: Indexes, campaign: Entry): Fault[] {
  const ids = fieldOf(campaign, 'creatives')
  if (!Array.isArray(ids)) return []
  return ids.flatMap((id, position) => {
    if (typeof id !== 'string') return []
    const message = mayLead(indexes.creatives, id)
      ? strangerMessage(indexes, campaign, id)
      : nowhere('creative', id)
    return message === undefined ? [] : [faultAt(campaign, `/creatives/${position}`, message)]
  })
}

/** Says whose the creative is when it is not the campaign's advertiser's; silent while either of them is unknown. */
function strangerMessage(indexes: Indexes, campaign: Entry, creativeId: string): string | undefined {
  const creative = indexes.creatives.entries.get(creativeId)
  const payer = fieldOf(campaign, 'advertiser')
  const owner = creative === undefined ? undefined : fieldOf(creative, 'advertiser')
  const { entries } = indexes.advertisers
  const areKnown =
    typeof payer === 'string' && entries.has(payer) && typeof owner === 'string' && entries.has(owner)
  if (!areKnown || payer === owner) return undefined
  return `creative ${JSON.stringify(creativeId)} is of advertiser ${JSON.stringify(owner)}, the campaign of ${JSON.stringify(payer)}`
}

function mayLead(index: Index, id: string): boolean {
  return index.mayHoldAny || index.entries.has(id) || index.mayExist.has(id)
}

function nowhere(kind: string, id: string): string {
  return `there is no ${kind} ${JSON.stringify(id)}; add it or correct the id`
}

function fieldOf(entry: Entry, name: string): unknown {
  return isObject(entry.value) ? entry.value[name] : undefined
}

function faultAt(entry: Entry, path: string, message: string): Fault {
  return { file: entry.file, path: entry.path + path, message }
}
