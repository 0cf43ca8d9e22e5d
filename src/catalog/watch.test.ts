/**
 * Real folders, links and writes; each wait is for the callback, with a limit. Where only the comparison of folders could
 * notice something it is made often, and where an event has to it is made never. Timing alone is tested on a mock clock.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type FSWatcher, mkdirSync, renameSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { mock } from 'node:test'
import t, { type Test } from 'tap'
import { type WatchOptions, watchCatalog } from './watch.ts'

const NEVER_MS = 3_600_000

type Open = NonNullable<WatchOptions['open']>

function directoryOf(t: Test): string {
  const folder = () => ({ 'x.json': '1' })
  return t.testdir({ advertisers: folder(), campaigns: folder(), creatives: folder() })
}

/** Watches until the end of the test; `after` does something and waits for the callback that follows. */
function watched(t: Test, directory: string, options: WatchOptions) {
  let onChange = () => {}
  const watching = watchCatalog(directory, () => onChange(), { quietMs: 20, ...options })
  t.teardown(() => watching.close())
  return async (about: string, act: () => void) => {
    const isNoticed = new Promise<void>((resolve) => {
      onChange = resolve
    })
    act()
    await withLimit(isNoticed, about)
    t.pass(about)
  }
}

async function withLimit(event: Promise<void>, about: string): Promise<void> {
  let limit: NodeJS.Timeout | undefined
  const isLate = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`not noticed: ${about}`)), 5000)
  })
  await Promise.race([event, isLate]).finally(() => clearTimeout(limit))
}

t.test('a change in any of the three folders is noticed', async (t) => {
  const directory = directoryOf(t)
  const after = watched(t, directory, { compareMs: NEVER_MS })
  for (const kind of ['advertisers', 'campaigns', 'creatives']) {
    const file = join(directory, kind, 'x.json')
    await after(`${kind}: written in place`, () => writeFileSync(file, '2'))
    await after(`${kind}: added`, () => writeFileSync(join(directory, kind, 'y.json'), '1'))
    await after(`${kind}: removed`, () => rmSync(join(directory, kind, 'y.json')))
    // As editors save: a file beside it, then renamed over it. The second time the file itself is another one.
    for (const round of [1, 2]) {
      writeFileSync(`${file}.tmp`, `${round}`)
      await after(`${kind}: renamed over, ${round}`, () => renameSync(`${file}.tmp`, file))
    }
  }
})

t.test(
  'a folder of links into ..data, as of a Kubernetes volume, is noticed when ..data is swapped',
  async (t) => {
    const directory = directoryOf(t)
    const campaigns = join(directory, 'campaigns')
    rmSync(join(campaigns, 'x.json'))
    publish(campaigns, 1)
    symlinkSync('..data/x.json', join(campaigns, 'x.json'))
    const after = watched(t, directory, { compareMs: NEVER_MS })
    for (const version of [2, 3, 4]) await after(`version ${version}`, () => publish(campaigns, version))
  },
)

/** Writes a version aside, lets `..data` lead to it in one step and removes the version before. */
function publish(folder: string, version: number): void {
  mkdirSync(join(folder, `..${version}/campaigns`), { recursive: true })
  writeFileSync(join(folder, `..${version}/x.json`), `${version}`)
  symlinkSync(`..${version}`, join(folder, '..data_tmp'))
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  rmSync(join(folder, `..${version - 1}`), { recursive: true, force: true })
}

t.test('a folder that is itself a link through ..data is watched where it leads after a swap', async (t) => {
  const directory = directoryOf(t)
  rmSync(join(directory, 'campaigns'), { recursive: true })
  publish(directory, 1)
  symlinkSync('..data/campaigns', join(directory, 'campaigns'))
  const opened = recordOpens()
  const after = watched(t, directory, { compareMs: NEVER_MS, open: opened.open })
  for (const version of [2, 3]) {
    await Promise.all([
      opened.next(join(directory, 'campaigns')),
      after(`swap to ${version}`, () => publish(directory, version)),
    ])
    await after(`a file in ${version}`, () => writeFileSync(join(directory, 'campaigns/y.json'), '1'))
  }
})

/** Opens real watches; `next` waits until a folder is opened again. */
function recordOpens() {
  const openers = new Map<string, () => void>()
  const watchers = new Map<string, FSWatcher>()
  const open: Open = (folder, listener) => {
    const watcher = watch(folder, { persistent: false }, listener)
    watchers.set(folder, watcher)
    openers.get(folder)?.()
    return watcher
  }
  const next = (folder: string) => {
    const isOpen = new Promise<void>((resolve) => openers.set(folder, resolve))
    return withLimit(isOpen, `${folder} opened`)
  }
  return { open, next, watchers }
}

t.test('a directory that is a link is watched where it leads after the link is replaced', async (t) => {
  const root = t.testdir({ 1: tree(), 2: tree(), 3: tree() })
  const current = join(root, 'current')
  symlinkSync('1', current)
  const opened = recordOpens()
  const after = watched(t, current, { compareMs: 10, open: opened.open })
  for (const version of [2, 3]) {
    await Promise.all([
      opened.next(join(current, 'creatives')),
      after(`release ${version}`, () => replace(current, `${version}`)),
    ])
    await after(`a file in release ${version}`, () =>
      writeFileSync(join(root, `${version}/creatives/x.json`), '2'),
    )
  }
})

/** Lets a link lead elsewhere in one step. */
function replace(link: string, target: string): void {
  symlinkSync(target, `${link}.next`)
  renameSync(`${link}.next`, link)
}

function tree() {
  return { advertisers: {}, campaigns: {}, creatives: {} }
}

t.test('a link that is replaced while folders are compared is noticed', async (t) => {
  const root = t.testdir({ 0: tree(), 1: tree(), 2: tree() })
  const current = join(root, 'current')
  symlinkSync('0', current)
  let openCount = 0
  const isOpenAgain = new Promise<void>((resolve) => {
    const open: Open = (folder, listener) => {
      // The last folder of the comparison that the first replacement started has been looked at, but is not open yet.
      if (folder === join(current, 'creatives') && ++openCount === 2) {
        replace(current, '2')
        listener('rename', null)
      }
      if (openCount === 3) resolve()
      return watch(folder, { persistent: false }, listener)
    }
    const watching = watchCatalog(current, () => {}, { compareMs: NEVER_MS, open })
    t.teardown(() => watching.close())
  })
  writeFileSync(join(current, 'creatives/x.json'), '1')
  replace(current, '1')
  await withLimit(isOpenAgain, 'opened again')
  t.pass('opened again')
})

t.test('a folder that goes and comes again is noticed both times and watched again', async (t) => {
  const directory = directoryOf(t)
  const campaigns = join(directory, 'campaigns')
  const opened = recordOpens()
  const after = watched(t, directory, { compareMs: NEVER_MS, open: opened.open })
  await after('removed', () => rmSync(campaigns, { recursive: true }))
  await Promise.all([opened.next(campaigns), after('made', () => mkdirSync(campaigns))])
  await after('a file in it', () => writeFileSync(join(campaigns, 'x.json'), '1'))
})

t.test('a directory that comes later is noticed', async (t) => {
  const directory = join(t.testdir({}), 'later')
  const opened = recordOpens()
  const after = watched(t, directory, { compareMs: 10, open: opened.open })
  const isOpen = opened.next(join(directory, 'creatives'))
  await Promise.all([
    isOpen,
    after('made', () => mkdirSync(join(directory, 'creatives'), { recursive: true })),
  ])
  await after('a file in it', () => writeFileSync(join(directory, 'creatives/x.json'), '1'))
})

t.test('a watch that fails is told and opened again, and changes in between are not lost', async (t) => {
  const directory = directoryOf(t)
  const campaigns = join(directory, 'campaigns')
  const opened = recordOpens()
  const faults: string[] = []
  const onFault = (message: string) => faults.push(message)
  const after = watched(t, directory, { compareMs: 10, open: opened.open, onFault })
  for (const round of [1, 2]) {
    const failing = opened.watchers.get(campaigns)!
    const closed = new Promise<void>((resolve) => failing.once('close', resolve))
    await Promise.all([
      opened.next(campaigns),
      withLimit(closed, 'closed'),
      after(`failed, ${round}`, () => failing.emit('error', new Error('watch lost'))),
    ])
    await after(`a file after ${round}`, () => writeFileSync(join(campaigns, 'x.json'), `${round}`))
  }
  t.strictSame(faults, [`${campaigns} is not watched: watch lost`], 'told once')
})

t.test('a folder that cannot be watched is compared by its modification time until it can', async (t) => {
  const directory = directoryOf(t)
  const campaigns = join(directory, 'campaigns')
  const opened = recordOpens()
  const faults: string[] = []
  let isFull = true
  const open: Open = (folder, listener) => {
    if (isFull && folder === campaigns) throw new Error('no space for watches')
    return opened.open(folder, listener)
  }
  const after = watched(t, directory, { compareMs: 10, open, onFault: (message) => faults.push(message) })
  await after('added while not watched', () => writeFileSync(join(campaigns, 'y.json'), '1'))
  await after('removed while not watched', () => rmSync(join(campaigns, 'y.json')))
  const isOpen = opened.next(campaigns)
  await after('what may have been missed before it was opened', () => {
    isFull = false
  })
  await isOpen
  await after('written in place', () => writeFileSync(join(campaigns, 'x.json'), '2'))
  t.strictSame(faults, [`${campaigns} is not watched: no space for watches`], 'told once')
})

/** Watches whose events the test makes, on a clock that the test moves. */
function onMockClock(t: Test, options: WatchOptions = {}) {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  t.teardown(() => mock.timers.reset())
  const directory = directoryOf(t)
  const opened = recordOpens()
  const listeners: ((event: string, name: string | null) => void)[] = []
  let calls = 0
  const watching = watchCatalog(directory, () => calls++, {
    ...options,
    open: (folder, listener) => {
      listeners.push(listener)
      return opened.open(folder, () => {})
    },
  })
  t.teardown(() => watching.close())
  const event = (name: string | null) => listeners[1]('change', name)
  return { event, watching, calls: () => calls, tick: (ms: number) => mock.timers.tick(ms) }
}

t.test('the callback comes once, when nothing has happened for 200 ms', async (t) => {
  const { event, calls, tick } = onMockClock(t)
  event('x.json')
  tick(199)
  event('y.json')
  tick(199)
  t.equal(calls(), 0, 'still moving')
  tick(1)
  t.equal(calls(), 1, 'quiet')
  tick(10_000)
  t.equal(calls(), 1, 'once')
  event('x.json')
  tick(200)
  t.equal(calls(), 2, 'and again after the next change')
})

t.test('the quiet time is an option', async (t) => {
  const { event, calls, tick } = onMockClock(t, { quietMs: 50 })
  event('x.json')
  tick(49)
  t.equal(calls(), 0)
  tick(1)
  t.equal(calls(), 1)
})

t.test('names that no loader reads are not a change, an event without a name is', async (t) => {
  const { event, calls, tick } = onMockClock(t)
  for (const name of ['.x.json.swp', '.#x.json', 'x.json~', '4913', '..2026_01', 'README.md']) event(name)
  tick(1000)
  t.equal(calls(), 0, 'ignored')
  for (const [index, name] of ['x.json', '..data', null].entries()) {
    event(name)
    tick(200)
    t.equal(calls(), index + 1, `${name}`)
  }
})

t.test('nothing is called back after a close', async (t) => {
  const { event, calls, tick, watching } = onMockClock(t)
  event('x.json')
  watching.close()
  tick(10_000)
  t.equal(calls(), 0)
})

t.test('a comparison that a close overtakes opens nothing', async (t) => {
  const root = t.testdir({ 0: tree(), 1: tree() })
  const current = join(root, 'current')
  symlinkSync('0', current)
  const opened: string[] = []
  const listeners: ((event: string, name: string | null) => void)[] = []
  const open: Open = (folder, listener) => {
    opened.push(folder)
    listeners.push(listener)
    return watch(folder, { persistent: false }, () => {})
  }
  const watching = watchCatalog(current, () => {}, { compareMs: NEVER_MS, open })
  replace(current, '1')
  listeners[0]('rename', null)
  watching.close()
  // As many looks as the comparison would take, and some more.
  for (let look = 0; look < 20; look++) await stat(current)
  t.equal(opened.length, 4)
})

t.test('watching does not keep the process alive, nor does a change that is not quiet yet', async (t) => {
  const directory = directoryOf(t)
  const code = `
    import { watch, writeFileSync } from 'node:fs'
    import { watchCatalog } from ${JSON.stringify(new URL('./watch.ts', import.meta.url).href)}
    const campaigns = ${JSON.stringify(join(directory, 'campaigns'))}
    watchCatalog(${JSON.stringify(directory)}, () => {}, { quietMs: ${NEVER_MS} })
    const own = watch(campaigns, () => own.close())
    writeFileSync(campaigns + '/x.json', '2')`
  const child = execFile(process.execPath, ['--input-type=module', '--eval', code], { timeout: 20_000 })
  const [status] = await once(child, 'exit')
  t.equal(status, 0)
})
