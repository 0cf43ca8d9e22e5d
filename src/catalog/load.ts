/**
 * A directory as a catalog: whole and valid, or refused whole with every fault that can be found, in the order of the
 * files. Files are read in name order, so the same files give the same catalog.
 *
 * Called at start, after each change and by `check`. Rests every two milliseconds; the loop is held for that and one
 * object, whatever the size of the files. Never rejects for what the files hold.
 */
import { type Clock, systemClock } from '../base/clock.ts'
import type { Fault } from './fault.ts'
import { directoryFault, type FileRead, filesOf, type Kind, kinds } from './files.ts'
import { isArrayFile, piecesOf } from './json.ts'
import { Pace } from './pace.ts'
import { loadRates } from './rates.ts'
import { type Entry, type Gap, referenceFaults } from './references.ts'
import type { Advertiser, Campaign, Catalog, Creative } from './schema.ts'
import { schemaFaults } from './validate.ts'

export type Loaded = { readonly catalog: Catalog } | { readonly faults: readonly Fault[] }

export async function loadCatalog(directory: string, clock: Clock = systemClock): Promise<Loaded> {
  const message = await directoryFault(directory)
  if (message !== undefined) return { faults: [{ file: '.', path: '', message }] }
  const load = new Load(new Pace(clock))
  for (const kind of kinds) for await (const read of filesOf(directory, kind)) await load.file(kind, read)
  return load.finish(await loadRates(directory, clock.wallMs()))
}

/** What has been found so far. */
class Load {
  #pace: Pace
  #entries: Entry[] = []
  #gaps: Gap[] = []
  /** Of each file, in reading order. */
  #faults = new Map<string, Fault[]>()

  constructor(pace: Pace) {
    this.#pace = pace
  }

  async file(kind: Kind, read: FileRead): Promise<void> {
    // Its place among the files, even if its only faults are found at the end.
    this.#faults.set(read.file, [])
    if ('reason' in read) {
      this.#gap({ kind, file: read.file, holdsSeveral: false }, read.reason)
      return
    }
    for (const piece of piecesOf(read.bytes)) {
      if (this.#pace.isDue()) await this.#pace.rest()
      if ('malformed' in piece) {
        this.#gap({ kind, file: read.file, holdsSeveral: isArrayFile(read.bytes) }, piece.malformed)
      } else {
        this.#entry({ kind, file: read.file, ...piece })
      }
    }
  }

  async finish(rates: Awaited<ReturnType<typeof loadRates>>): Promise<Loaded> {
    for (const fault of await referenceFaults(this.#entries, this.#gaps, this.#pace)) this.#fault(fault)
    const faults = [...this.#faults.values()].flat()
    if ('faults' in rates) return { faults: [...faults, ...rates.faults] }
    return faults.length > 0 ? { faults } : { catalog: { ...this.#catalog(), rates: rates.rates } }
  }

  #gap(gap: Gap, message: string): void {
    this.#gaps.push(gap)
    this.#fault({ file: gap.file, path: '', message })
  }

  #entry(entry: Entry): void {
    this.#entries.push(entry)
    for (const { path, message } of schemaFaults(entry.kind, entry.value)) {
      this.#fault({ file: entry.file, path: entry.path + path, message })
    }
  }

  #fault(fault: Fault): void {
    this.#faults.get(fault.file)!.push(fault)
  }

  /** Only after every entry has passed the check of its schema. */
  #catalog(): Catalog {
    const valuesOf = (kind: Kind) =>
      this.#entries.filter((entry) => entry.kind === kind).map((entry) => entry.value)
    return {
      advertisers: valuesOf('advertisers') as Advertiser[],
      creatives: valuesOf('creatives') as Creative[],
      campaigns: valuesOf('campaigns') as Campaign[],
    }
  }
}
