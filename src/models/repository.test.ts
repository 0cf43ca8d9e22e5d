/**
 * Folders that come, come in pieces, lie and change, and what is said of each.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ManualClock } from '../testing/clock.ts'
import { type Parts, writeTinyModel } from '../testing/tiny-model.ts'
import { loadModel, type Model } from './load.ts'
import { ModelRepository } from './repository.ts'

const SETTLE_MS = 5000

function open(t: Test, trial: (model: Model) => readonly string[] = () => []) {
  const directory = t.testdir({ models: {}, elsewhere: {} })
  const models = join(directory, 'models')
  const clock = new ManualClock(0)
  const verdicts: string[] = []
  const tried: string[] = []
  const repository = new ModelRepository({
    directory: models,
    clock,
    tryModel: async (model) => {
      tried.push(model.spec.key)
      return { faults: trial(model), batchMs: 1.5 }
    },
    onVerdict: ({ name, version, state }) => verdicts.push(`${name}/${version} ${state}`),
    settleMs: SETTLE_MS,
  })
  t.teardown(() => repository.close())
  const states = () => repository.versions().map(({ name, version, state }) => `${name}/${version} ${state}`)
  /** A version written elsewhere, to be copied in pieces. */
  const elsewhere = (version: string, change?: (parts: Parts) => void) =>
    writeTinyModel(join(directory, 'elsewhere'), change, version)
  return { repository, clock, verdicts, tried, states, models, elsewhere }
}

t.test('versions are tried once each, in order, and ready', async (t) => {
  const { repository, models, states, verdicts, tried } = open(t)
  for (const version of ['10', '9', '2b']) writeTinyModel(models, undefined, version)
  mkdirSync(join(models, '.hidden/1'), { recursive: true })
  writeFileSync(join(models, 'README.md'), 'no model')
  await repository.look()
  await repository.look()
  t.same(states(), ['tiny/2b ready', 'tiny/9 ready', 'tiny/10 ready'])
  t.same(tried, ['tiny/10', 'tiny/2b', 'tiny/9'])
  t.same(verdicts.length, 3)
  t.equal(repository.find('tiny', '9')?.batchMs, 1.5)
  t.equal(repository.find('tiny', '9')?.model?.spec.key, 'tiny/9')
})

t.test('a version that is copied in pieces is not refused before it has settled', async (t) => {
  const { repository, clock, models, states, verdicts, elsewhere } = open(t)
  const from = elsewhere('7')
  const to = join(models, 'tiny/7')
  mkdirSync(to, { recursive: true })
  for (const file of ['manifest.json', 'inline.bin', 'model.onnx']) {
    await repository.look()
    t.same(states(), ['tiny/7 arriving'])
    clock.advance(SETTLE_MS - 1)
    copyFileSync(join(from, file), join(to, file))
  }
  await repository.look()
  t.same(states(), ['tiny/7 ready'])
  t.same(verdicts, ['tiny/7 ready'])
})

t.test(
  'one that stays half copied is refused, says what is missing, and is taken when it comes',
  async (t) => {
    const { repository, clock, models, states, verdicts, elsewhere } = open(t)
    const from = elsewhere('7')
    const to = join(models, 'tiny/7')
    mkdirSync(to, { recursive: true })
    for (const file of ['manifest.json', 'inline.bin']) copyFileSync(join(from, file), join(to, file))
    await repository.look()
    clock.advance(SETTLE_MS)
    await repository.look()
    await repository.look()
    t.same(states(), ['tiny/7 refused'])
    t.match(repository.find('tiny', '7')?.reasons.join(), /model\.onnx: no such file/)
    copyFileSync(join(from, 'model.onnx'), join(to, 'model.onnx'))
    await repository.look()
    t.same(states(), ['tiny/7 ready'])
    t.same(verdicts, ['tiny/7 refused', 'tiny/7 ready'])
  },
)

t.test('a lie is refused with its place, and what fails its trial with what it failed on', async (t) => {
  const { repository, clock, models, tried } = open(t, ({ manifest: { version } }) =>
    version === '2' ? ['too slow'] : [],
  )
  writeTinyModel(models, ({ manifest }) => manifest.inputs[0].columns.pop(), '1')
  writeTinyModel(models, undefined, '2')
  await repository.look()
  clock.advance(SETTLE_MS)
  await repository.look()
  t.match(
    repository.find('tiny', '1')?.reasons[0],
    /manifest\.json \/golden\/rows\/0\/inputs: .* has 4 cells, its columns are 3/,
  )
  t.same(repository.find('tiny', '2')?.reasons, ['too slow'])
  t.equal(repository.find('tiny', '2')?.model, undefined)
  t.same(tried, ['tiny/2'], 'a lie is not tried')
  writeTinyModel(
    models,
    ({ manifest }) => {
      manifest.training.about = 'again, and otherwise'
    },
    '2',
  )
  await repository.look()
  t.same(tried, ['tiny/2', 'tiny/2'], 'a changed folder is looked at anew')
})

t.test('a trial that breaks off refuses its version, and the next one is looked at', async (t) => {
  const { repository, models, states } = open(t, ({ manifest }) => {
    if (manifest.version === '1') throw new Error('no thread')
    return []
  })
  for (const version of ['1', '2']) writeTinyModel(models, undefined, version)
  await repository.look()
  t.same(states(), ['tiny/1 refused', 'tiny/2 ready'])
  t.same(repository.find('tiny', '1')?.reasons, ['its trial broke off: no thread'])
})

t.test('what is served is ready without a trial, whatever becomes of its folder', async (t) => {
  const { repository, models, states, tried } = open(t)
  const folder = writeTinyModel(models)
  const loaded = await loadModel(folder)
  if ('faults' in loaded) return t.fail(loaded.faults.join())
  repository.take(loaded.model)
  rmSync(join(folder, 'model.onnx'))
  await repository.look()
  t.same(states(), ['tiny/1 ready'])
  t.same(tried, [])
})

t.test('without a folder there is nothing', async (t) => {
  const { repository, models, states } = open(t)
  rmSync(models, { recursive: true })
  await repository.look()
  t.same(states(), [])
})
