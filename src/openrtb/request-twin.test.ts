// The request view and its naive twin over random requests and over the corpus of requests that exchanges, bidders and
// specifications have published. The corpus lies beside the checkout and is not part of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Prng } from '../base/prng.ts'
import { spell } from '../testing/json-spelling.ts'
import { type Reading, readNaively } from '../testing/naive-request.ts'
import { randomRequest } from '../testing/random-request.ts'
import { readWithView } from '../testing/view-facts.ts'
import { RequestView } from './request.ts'
import '../testing/seed.ts'

const CORPUS = new URL('../../../shared/requests/', import.meta.url)
const hasCorpus = existsSync(CORPUS)

/** Says nothing, and has one of each part that is said something of. */
const SILENT = '{"id":"-","imp":[{"id":"-","pmp":{"deals":[{"id":"-"}]}}]}'
const HOLDERS = new Set(['imps', 'deals', 'banner', 'video', 'audio', 'texts', 'hashes', 'dsa'])

const view = new RequestView(262_144)

t.test('the view and its twin agree about any request', async (t) => {
  const counts: Record<string, number> = {}
  const silent = leavesOf(readNaively(SILENT).facts!)
  const untold = new Set(silent.keys())
  // Seed and path of a failure are in its message.
  fc.assert(
    fc.property(randomRequest, fc.nat(), (request, seed) => {
      const body = spell(request, new Prng(seed))
      const reading = readNaively(body)
      counts[reading.result] = (counts[reading.result] ?? 0) + 1
      for (const [name, values] of leavesOf(reading.facts ?? {})) {
        if (!isDeepStrictEqual(new Set(values), new Set(silent.get(name)))) untold.delete(name)
      }
      sameReading(t, readWithView(view, body), reading, body)
    }),
    { numRuns: 3000 },
  )
  t.ok(counts.ok > 1500, `${counts.ok} of the requests could be read`)
  t.ok(counts.noId > 50, `${counts.noId} had no id`)
  t.ok(counts.noImp > 50, `${counts.noImp} had no imp`)
  t.strictSame([...untold], [], 'some request says something in each field')
})

for (const folder of ['good', 'bad']) {
  const skip = hasCorpus ? false : 'the corpus of published requests is not there'
  t.test(
    `the view and its twin agree about every published request that is ${folder}`,
    { skip },
    async (t) => {
      const files = readdirSync(new URL(`${folder}/`, CORPUS)).filter((file) => file.endsWith('.json'))
      const counts: Record<string, number> = {}
      for (const file of files) {
        const body = readFileSync(new URL(`${folder}/${file}`, CORPUS))
        const reading = readNaively(body.toString())
        counts[reading.result] = (counts[reading.result] ?? 0) + 1
        sameReading(t, readWithView(view, body), reading, file)
      }
      t.comment(`${folder}: ${JSON.stringify(counts)}`)
      t.ok(files.length > 100, `${files.length} files`)
      if (folder === 'good') t.ok(counts.ok / files.length > 0.95, 'nearly all of the good ones can be read')
    },
  )
}

/** The facts by their names, those of all imps and deals together. */
function leavesOf(facts: object, within = '', leaves = new Map<string, unknown[]>()): Map<string, unknown[]> {
  for (const [name, value] of Object.entries(facts)) {
    const path = within + name
    if (HOLDERS.has(name)) for (const part of [value].flat()) leavesOf(part as object, `${path}.`, leaves)
    else leaves.set(path, [...(leaves.get(path) ?? []), value])
  }
  return leaves
}

function sameReading(t: Test, seen: Reading, expected: Reading, about: string): void {
  if (isDeepStrictEqual(seen, expected)) return
  t.strictSame(seen, expected, about)
  throw new Error(`the two differ about ${about}`)
}
