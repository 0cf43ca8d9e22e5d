/**
 * Promoting and going back, as the admin port asks for it, and what a restart knows of it.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import type { Model } from './load.ts'
import { Releases, releasedVersion } from './releases.ts'
import type { Version } from './repository.ts'
import type { Served } from './serving.ts'

const modelOf = (version: string) => ({ manifest: { name: 'ctr', version } }) as Model
const servedOf = (version: string) => ({ key: `ctr/${version}`, model: modelOf(version) }) as Served
const VERSIONS: readonly Version[] = [
  { name: 'ctr', version: '1', state: 'ready', reasons: [], batchMs: Number.NaN, model: modelOf('1') },
  { name: 'ctr', version: '2', state: 'ready', reasons: [], batchMs: 1.23456, model: modelOf('2') },
  { name: 'ctr', version: '3', state: 'refused', reasons: ['too slow'], batchMs: 60, model: undefined },
  { name: 'cvr', version: '1', state: 'ready', reasons: [], batchMs: 1, model: modelOf('1') },
]

function open(t: Test) {
  const file = join(t.testdir({}), 'models.json')
  const serving = {
    live: servedOf('1'),
    previous: undefined as Served | undefined,
    promote: async ({ manifest }: Model) => {
      serving.previous = serving.live
      serving.live = servedOf(manifest.version)
      return []
    },
    rollBack: () => {
      if (serving.previous === undefined) return ['there is none']
      ;[serving.live, serving.previous] = [serving.previous, serving.live]
      return []
    },
  }
  const repository = {
    versions: (name?: string) => VERSIONS.filter((one) => name === undefined || one.name === name),
    find: (name: string, version: string) =>
      VERSIONS.find((one) => one.name === name && one.version === version),
  }
  return { file, releases: new Releases({ name: 'ctr', serving, repository, file, flag: '1' }) }
}

t.test('a version that is ready goes live, back and forth, and a restart begins with it', async (t) => {
  const { file, releases } = open(t)
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  t.same(await releases.promote('ctr', '2'), { faults: [] })
  t.equal(releasedVersion(file, 'ctr', '1'), '2')
  t.equal(releasedVersion(file, 'ctr', '3'), '3', 'unless --model was changed since')
  t.same(releases.find('ctr'), {
    name: 'ctr',
    live: '2',
    previous: '1',
    versions: [
      { version: '1', state: 'previous', reasons: [], batchMs: null },
      { version: '2', state: 'live', reasons: [], batchMs: 1.235 },
      { version: '3', state: 'refused', reasons: ['too slow'], batchMs: 60 },
    ],
  })
  t.same(await releases.rollBack('ctr'), { faults: [] })
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
})

t.test('what is not ready, not there or not served does not go live, and says why', async (t) => {
  const { file, releases } = open(t)
  t.same(await releases.promote('ctr', '3'), { faults: ['ctr/3 is refused', 'too slow'] })
  t.same(await releases.promote('ctr', '4'), { faults: ['ctr/4 is not there'] })
  t.same(await releases.promote('cvr', '1'), { faults: ['cvr is not served; --model names ctr'] })
  t.same(await releases.rollBack('cvr'), { faults: ['cvr is not served; --model names ctr'] })
  t.same(await releases.rollBack('ctr'), { faults: ['there is none'] })
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  t.same(
    releases.list().map(({ name, live }) => [name, live]),
    [
      ['ctr', '1'],
      ['cvr', ''],
    ],
  )
})

t.test('what cannot be written down is live all the same, and that is said', async (t) => {
  const { file, releases } = open(t)
  rmSync(dirname(file), { recursive: true })
  const { faults } = await releases.promote('ctr', '2')
  t.match(faults.join(), /^ctr\/2 is live, but a restart will not know it: ENOENT/)
  t.equal(releases.find('ctr')?.live, '2')
})

t.test('a file that says nothing is as none', async (t) => {
  const { file, releases } = open(t)
  writeFileSync(file, 'null')
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  writeFileSync(file, '{"ctr":')
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  t.same(await releases.promote('ctr', '2'), { faults: [] })
  t.equal(releasedVersion(file, 'ctr', '1'), '2')
})
