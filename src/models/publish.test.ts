import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readWeights } from './load.ts'
import type { Manifest } from './manifest.ts'
import { inlineBytes, nextVersion, publishVersion } from './publish.ts'

const files = {
  manifest: { name: 'ctr', version: '2' } as Manifest,
  onnx: Uint8Array.of(1, 2),
  inline: inlineBytes(-4, Float32Array.of(0.5)),
}

function folders(t: Test) {
  const models = t.testdir({ ctr: { 1: {} } })
  return { models, folder: join(models, 'ctr', '2') }
}

t.test('a version is checked out of sight, and then comes whole', async (t) => {
  const { models, folder } = folders(t)
  let seen: string[] = []
  const result = await publishVersion(models, files, async (hidden) => {
    t.notOk(existsSync(folder))
    t.match(hidden, /\/\.[^/]+\/ctr\/2$/)
    seen = readdirSync(hidden).sort()
    return []
  })
  t.same(result, { folder })
  t.same(seen, ['inline.bin', 'manifest.json', 'model.onnx'])
  t.same(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')), files.manifest)
  t.same([...readWeights(readFileSync(join(folder, 'inline.bin')))], [-4, 0.5])
  t.same(readdirSync(models), ['ctr'])
})

t.test('one that does not pass is gone, and its faults name the place that it would have had', async (t) => {
  const { models, folder } = folders(t)
  const result = await publishVersion(models, files, async (hidden) => [`${hidden}/model.onnx: is nothing`])
  t.same(result, { faults: [`${folder}/model.onnx: is nothing`] })
  t.same(readdirSync(models), ['ctr'])
  t.notOk(existsSync(folder))
})

t.test('what is there is not written over, and what a killed run has left is', async (t) => {
  const { models, folder } = folders(t)
  mkdirSync(folder)
  mkdirSync(join(models, '.ctr-2', 'ctr', '2'), { recursive: true })
  writeFileSync(join(models, '.ctr-2', 'ctr', '2', 'old'), '')
  const result = await publishVersion(models, files, async (hidden) => {
    t.notOk(readdirSync(hidden).includes('old'))
    return []
  })
  t.same(result, { faults: [`${folder} is there already, and versions are never changed`] })
  t.same(readdirSync(folder), [])
})

t.test('the next version is one more than the highest number', async (t) => {
  const models = t.testdir({ ctr: { 2: {}, 10: {}, '11-beta': {}, '.12': {} } })
  t.equal(await nextVersion(models, 'ctr'), '11')
  t.equal(await nextVersion(models, 'cvr'), '1')
})
