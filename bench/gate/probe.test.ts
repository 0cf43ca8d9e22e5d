import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Memory, Reading } from './probe.ts'

const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url))
const ARRAYS = 2_000_000

t.test('the probe counts what the loop allocates, and does not keep its process alive', async (t) => {
  // When it is asked to: short arrays, which take many collections, and one of 40 MB that is garbage when memory is asked for.
  const program = `let kept
  process.on('SIGUSR2', () => {
    for (let i = 0; i < ${ARRAYS}; i++) kept = [i, i, i, i]
    kept = new Array(5e6).fill(1)
    process.send('done')
  })
  process.prependListener('message', (question) => { if (question === 'memory') kept = undefined })
  setInterval(() => {}, 2 ** 30)
  process.send('up')`
  const child = spawn(process.execPath, ['--no-warnings', '--import', PROBE, '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const answer = async <T>() => (await once(child, 'message'))[0] as T
  t.equal(await answer(), 'up')
  child.send('reading')
  const before = await answer<Reading>()
  child.kill('SIGUSR2')
  t.equal(await answer(), 'done')
  child.send('reading')
  const after = await answer<Reading>()
  // A header of 32 bytes, another of 16 for the elements, four of 8.
  const bytes = (after.allocatedBytes - 40e6) / ARRAYS
  t.ok(bytes > 70 && bytes < 90, `${bytes} bytes an array`)
  t.ok(after.cpuMicros > before.cpuMicros)
  child.send('memory')
  const memory = await answer<Memory>()
  t.ok(memory.heapBytes < 30e6 && memory.residentBytes > memory.heapBytes, 'the garbage is not in the heap')
})

t.test('a bidder ends when its gate is gone', async (t) => {
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', PROBE, '-e', 'setInterval(() => {}, 2 ** 30)'],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  child.send('reading')
  await once(child, 'message')
  child.disconnect()
  t.same(await once(child, 'exit'), [0, null])
})

t.test('a process that has nothing left to do ends beside its probe', async (t) => {
  const child = spawn(process.execPath, ['--no-warnings', '--import', PROBE, '-e', '0'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  t.same(await once(child, 'exit'), [0, null])
})
