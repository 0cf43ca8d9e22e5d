/**
 * Calls back once things have been quiet for a while after a change to a catalog's files. Never calls back while things
 * still move, so a load started by it sees a finished copy, and never keeps the process alive.
 *
 * Everything that has changed when `watchCatalog` returns or later is seen: watch first, then load. A watch stays with
 * the folder that was opened and says nothing when another takes its name (a release link, the `..data` of a Kubernetes
 * volume), so the folders behind the names are compared after each event and once in a while, and opened again when they
 * differ. A folder that cannot be watched is retried as often; meanwhile files added, removed and renamed in it are
 * noticed by its modification time. Not seen: writes to a file that a link in a folder leads to elsewhere.
 */
import { type FSWatcher, type Stats, statSync, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isCatalogFile, kinds } from './files.ts'

export type CatalogWatch = { close(): void }

export type WatchOptions = {
  /** How long nothing may have happened before the callback. */
  readonly quietMs?: number
  /** How often the folders are compared without an event. */
  readonly compareMs?: number
  /** Told once for each distinct reason why a folder is not watched. */
  readonly onFault?: (message: string) => void
  /** What opens a watch; tests make it fail. */
  readonly open?: (folder: string, listener: (event: string, name: string | null) => void) => FSWatcher
}

export function watchCatalog(
  directory: string,
  onChange: () => void,
  options: WatchOptions = {},
): CatalogWatch {
  return new DirectoryWatch(directory, onChange, options)
}

const openUnreferenced: NonNullable<WatchOptions['open']> = (folder, listener) =>
  watch(folder, { persistent: false }, listener)

class DirectoryWatch {
  #onChange: () => void
  #quietMs: number
  #folders: FolderWatch[]
  #quiet: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout
  #isComparing = false
  #isCompareWanted = false
  #isClosed = false

  constructor(directory: string, onChange: () => void, options: WatchOptions) {
    const { quietMs = 200, compareMs = 1000, onFault = () => {}, open = openUnreferenced } = options
    this.#onChange = onChange
    this.#quietMs = quietMs
    const events = { event: (name: string | null) => this.#event(name), fault: oncePerMessage(onFault), open }
    this.#folders = [directory, ...kinds.map((kind) => join(directory, kind))].map(
      (path) => new FolderWatch(path, events),
    )
    this.#timer = setInterval(() => this.#compare(), compareMs).unref()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    clearTimeout(this.#quiet)
    for (const folder of this.#folders) folder.close()
  }

  /** Without a name anything may have changed. Names that the loader ignores may still be those of folders. */
  #event(name: string | null): void {
    if (name === null || name === '..data' || isCatalogFile(name)) this.#changed()
    this.#compare()
  }

  #changed(): void {
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(this.#onChange, this.#quietMs).unref()
  }

  /** One pass at a time; what is wanted during a pass may concern a folder it has left behind and starts another. */
  async #compare(): Promise<void> {
    this.#isCompareWanted = true
    if (this.#isComparing) return
    this.#isComparing = true
    while (this.#isCompareWanted && !this.#isClosed) {
      this.#isCompareWanted = false
      for (const folder of this.#folders) {
        const found = await stat(folder.path).catch(() => undefined)
        if (!this.#isClosed && folder.renew(found)) this.#changed()
      }
    }
    this.#isComparing = false
  }
}

type FolderEvents = {
  event(name: string | null): void
  fault(message: string): void
  open: NonNullable<WatchOptions['open']>
}

/** The watch of one folder, or the wish for it. */
class FolderWatch {
  readonly path: string
  #events: FolderEvents
  #watcher: FSWatcher | undefined
  /** Which folder was found last: empty for none, with its modification time while it is not watched. */
  #found = ''

  constructor(path: string, events: FolderEvents) {
    this.path = path
    this.#events = events
    this.renew(statNow(path))
  }

  /**
   * Watches the folder that was found if it is another one or not watched yet; whether changes may have been missed.
   * The folder is looked at before it is opened: one that replaces it in between then differs the next time.
   */
  renew(stats: Stats | undefined): boolean {
    const folder = stats?.isDirectory() ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : ''
    if (this.#watcher !== undefined && folder === this.#found) return false
    this.close()
    if (folder !== '') this.#watcher = this.#open()
    const before = this.#found
    this.#found = folder === '' || this.#watcher !== undefined ? folder : `${folder} ${stats?.mtimeMs}`
    return this.#found !== before
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  #open(): FSWatcher | undefined {
    try {
      const watcher = this.#events.open(this.path, (_event, name) => this.#events.event(name))
      return watcher.on('error', (error) => this.#failed(error))
    } catch (error) {
      this.#events.fault(`${this.path} is not watched: ${(error as Error).message}`)
      return undefined
    }
  }

  /** The next comparison finds a folder that seems new and opens it. */
  #failed(error: Error): void {
    this.#events.fault(`${this.path} is not watched: ${error.message}`)
    this.close()
    this.#found = ''
  }
}

function oncePerMessage(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (!told.has(message)) tell(message)
    told.add(message)
  }
}

function statNow(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
