/**
 * The versions of all models, as they lie in `<models>/<name>/<version>/`, and what became of each:
 *
 *   arriving -(complete and true)-> checking -(its trial)-> ready
 *      |                               |
 *      +--(still not, after a while)---+--------> refused, with the reasons
 *
 * The folders are looked at once in a while, which sees what comes over any file system and by any link. A folder that
 * changes is looked at anew from the beginning; while it still changes it is arriving, so that one that is half copied is
 * not refused. One version is tried at a time. What has been found ready stays ready when its folder goes: who serves it
 * has it in memory.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { oneAtATime } from '../base/one-at-a-time.ts'
import { loadModel, type Model } from './load.ts'

export type VersionState = 'arriving' | 'checking' | 'ready' | 'refused'

export type Version = {
  readonly name: string
  readonly version: string
  readonly state: VersionState
  /** Why it is not ready; a sentence each. */
  readonly reasons: readonly string[]
  /** Median of its full batches in milliseconds; NaN before its trial. */
  readonly batchMs: number
  /** Once it is ready. */
  readonly model: Model | undefined
}

export type RepositoryOptions = {
  readonly directory: string
  readonly clock: Clock
  /** The last hurdle of a version. */
  readonly tryModel: (
    model: Model,
  ) => Promise<{ readonly faults: readonly string[]; readonly batchMs: number }>
  /** Told of each version that is ready or refused from now on. */
  readonly onVerdict: (version: Version) => void
  readonly settleMs?: number
}

/** How often the folders are looked at. */
const LOOK_MS = 2000
/** How long nothing may have changed in a folder before it is refused. */
const SETTLE_MS = 5000
const FILES = ['manifest.json', 'model.onnx', 'inline.bin']

type Entry = { version: Version; signature: string; readonly changedMs: number }

export class ModelRepository {
  readonly #options: RepositoryOptions
  readonly #entries = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: RepositoryOptions) {
    this.#options = options
  }

  /** Looks now and from then on again and again. */
  watch(): void {
    void this.look()
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
  }

  /** In the order of names and versions, numbers in them by value. */
  versions(name?: string): Version[] {
    return [...this.#entries.values()]
      .map(({ version }) => version)
      .filter((version) => name === undefined || version.name === name)
      .sort((a, b) => inOrder.compare(a.name, b.name) || inOrder.compare(a.version, b.version))
  }

  find(name: string, version: string): Version | undefined {
    return this.#entries.get(`${name}/${version}`)?.version
  }

  /** A version that is served already, and need not be tried. */
  take(model: Model): void {
    const { name, version } = model.manifest
    const taken: Version = { name, version, state: 'ready', reasons: [], batchMs: Number.NaN, model }
    this.#entries.set(`${name}/${version}`, { version: taken, signature: TAKEN, changedMs: 0 })
  }

  /** Looks at all folders; resolves when all that can be told now is told. */
  readonly look = oneAtATime(async () => {
    for (const name of await foldersIn(this.#options.directory)) {
      for (const version of await foldersIn(join(this.#options.directory, name))) {
        if (this.#isClosed) return
        await this.#lookAt(name, version)
      }
    }
  })

  async #lookAt(name: string, version: string): Promise<void> {
    const { directory, clock, settleMs = SETTLE_MS } = this.#options
    const folder = join(directory, name, version)
    const key = `${name}/${version}`
    const signature = await signatureOf(folder)
    const before = this.#entries.get(key)
    // Files of a version that is served are not to change, and are not read again.
    if (before?.signature === TAKEN) return
    const isSame = before?.signature === signature
    if (isSame && before.version.state !== 'arriving') return
    const entry: Entry = isSame
      ? before
      : { version: fresh(name, version), signature, changedMs: clock.nowMs() }
    this.#entries.set(key, entry)
    const loaded = await loadModel(folder)
    if ('model' in loaded) return this.#try(entry, loaded.model)
    const isSettled = clock.nowMs() - entry.changedMs >= settleMs
    entry.version = { ...entry.version, reasons: loaded.faults, state: isSettled ? 'refused' : 'arriving' }
    if (isSettled) this.#options.onVerdict(entry.version)
  }

  async #try(entry: Entry, model: Model): Promise<void> {
    entry.version = { ...entry.version, state: 'checking', reasons: [] }
    // A trial that breaks is one that was not passed: whoever watches goes on.
    const { faults, batchMs } = await this.#options
      .tryModel(model)
      .catch((cause: Error) => ({ faults: [`its trial broke off: ${cause.message}`], batchMs: Number.NaN }))
    const isReady = faults.length === 0
    entry.version = {
      ...entry.version,
      state: isReady ? 'ready' : 'refused',
      reasons: faults,
      batchMs,
      model: isReady ? model : undefined,
    }
    if (!this.#isClosed) this.#options.onVerdict(entry.version)
  }
}

const TAKEN = 'taken'
const inOrder = new Intl.Collator('en', { numeric: true })

function fresh(name: string, version: string): Version {
  return { name, version, state: 'arriving', reasons: [], batchMs: Number.NaN, model: undefined }
}

/** Names of the folders in a folder; none where it cannot be read. Hidden ones are nobody's models. */
async function foldersIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}

/** What differs when one of the files differs. */
async function signatureOf(folder: string): Promise<string> {
  const stats = await Promise.all(FILES.map((file) => stat(join(folder, file)).catch(() => undefined)))
  return stats
    .map((found) => (found === undefined ? '-' : `${found.ino}:${found.size}:${found.mtimeMs}`))
    .join()
}
