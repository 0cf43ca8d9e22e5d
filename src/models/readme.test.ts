/**
 * models/README.md is what a data scientist works from: its tables, its example and its Python must be true.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { TSchema } from 'typebox'
import { hashPair, hashText, mix32 } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import { bidLayout, noticeLayout } from '../events/layout.ts'
import { FEATURES } from '../features/catalogue.ts'
import { NumberPlan } from '../features/numbers.ts'
import { Plan } from '../features/plan.ts'
import { bidOf, naiveRecords, openLog, segmentFiles } from '../testing/event-log.ts'
import { contentFaults } from './content-faults.ts'
import { vectorsOf } from './golden.ts'
import { readWeights } from './load.ts'
import { Manifest } from './manifest.ts'
import { isManifest, schemaFaults } from './schema-faults.ts'

const readme = readFileSync(new URL('../../models/README.md', import.meta.url), 'utf8')

/** The cells of the table under a heading, row by row, without its head. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
}

/** The first block in a language under a heading. */
function blockOf(language: string, heading: string): string {
  const text = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(text)?.[1] ?? ''
}

t.test('the table of features is the catalogue, in its order and words', async (t) => {
  const rows = tableUnder('The feature catalogue')
  t.same(
    rows,
    FEATURES.map(({ name, side, kind, about }) => [name, side, kind, about]),
  )
})

/** The paths of all fields of a schema; a list is `[]`, and a record is a field by itself. */
function fieldsOf(schema: TSchema, path: string): string[] {
  const { properties, items } = schema as {
    properties?: Record<string, TSchema>
    items?: TSchema | TSchema[]
  }
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, field]) =>
      fieldsOf(field, path === '' ? name : `${path}.${name}`),
    )
  }
  if (items === undefined || Array.isArray(items)) return [path]
  return fieldsOf(items, `${path}[]`)
}

t.test('the table of fields has every field of the manifest, and no other', async (t) => {
  const fields = fieldsOf(Manifest, '').map((field) =>
    field.replace(/^inline\.columns\[\].*/, 'inline.columns[]'),
  )
  t.same(
    tableUnder('The manifest').map(([field]) => field),
    [...new Set(fields)],
  )
})

t.test(
  'the example is a manifest that the bidder can feed, and its golden rows are encoded as it says',
  async (t) => {
    const example: unknown = JSON.parse(blockOf('json', 'The manifest'))
    if (!isManifest(example)) return t.fail(schemaFaults(example).join('\n'))
    t.same(contentFaults(example), [])
    for (const { features, inputs } of example.golden.rows) {
      const { vector, ads } = vectorsOf(features)
      for (const { name, type, columns } of example.inputs) {
        const plan = type === 'int32' ? new Plan(columns, ads) : new NumberPlan(columns, ads)
        const cells = new Float32Array(columns.length)
        plan.begin(vector)
        plan.write(cells, 0, 0)
        t.same([...cells], inputs[name], `${name} of ${JSON.stringify(features)}`)
      }
    }
  },
)

/** Runs after the Python of the page: answers in JSON to questions in JSON. */
const DRIVER = `
import json, sys
asked = json.load(sys.stdin)
print(json.dumps({
    'texts': [hash_text(text) for text in asked['texts']],
    'pairs': [hash_pair(first, second) for first, second in asked['pairs']],
    'columns': [column(*values) for values in asked['columns']],
    'weights': list(inline_bin(asked['bias'], asked['table'])),
}))
`

function python(program: string, input: string): string {
  return execFileSync('python3', ['-c', program], { input, encoding: 'utf8' })
}

function hasPython(): boolean {
  try {
    return python('print(1)', '') === '1\n'
  } catch {
    return false
  }
}

const skip = hasPython() || process.env.CI === 'true' ? false : 'python3 is missing'

t.test('the Python of the page comes to the same hashes, columns and weights', { skip }, async (t) => {
  const prng = new Prng(3)
  const letters = [...'aAzZ019.-/ éÜßσΣ漢🦅']
  const drawn = Array.from({ length: 300 }, (_, i) =>
    Array.from({ length: i % 20 }, () => prng.pick(letters)).join(''),
  )
  const texts = ['', 'USA', 'news.example.com', 'KÖLN', '\u212A', 'İ', ...drawn]
  const hashes = [0, 0xffffffff, ...texts.map(hashText)]
  const pairs = hashes.map((first): [number, number] => [first, prng.pick(hashes)])
  const columns = hashes.map((hash): [number, number, number, number] => [
    hash,
    2 ** prng.below(31),
    prng.pick([0, 1, 0xffffffff, prng.uint32()]),
    prng.below(1e6),
  ])
  const [bias, table] = [-4.5, [0.5, -0.25, 1e-3]]
  const answered = JSON.parse(
    python(blockOf('python', 'The hash') + DRIVER, JSON.stringify({ texts, pairs, columns, bias, table })),
  )
  t.same(answered.texts, texts.map(hashText))
  t.same(
    answered.pairs,
    pairs.map(([first, second]) => hashPair(first, second)),
  )
  t.same(
    answered.columns,
    columns.map(([hash, buckets, seed, offset]) => offset + (mix32(hash ^ seed) & (buckets - 1))),
  )
  t.same([...readWeights(Uint8Array.from(answered.weights))], [bias, ...table].map(Math.fround))
})

/** Answers with the records of two files, and the impressions that they come to. JSON has no word for NaN. */
const EVENTS_DRIVER = `
import sys
bids, notices = ([{k: None if v != v else v for k, v in row.items()} for row in records(file)] for file in json.load(sys.stdin))
print(json.dumps([bids, notices, [[bid['bidId'], is_clicked] for bid, is_clicked in impressions(bids, notices)]]))
`

t.test('the Python of the page reads the event log', { skip }, async (t) => {
  const { log, directory } = openLog(t)
  for (const number of [1, 2, 3]) log.offerBid(bidOf(log, number))
  for (const [kind, number] of [
    ['bill', 1],
    ['bill', 3],
    ['click', 3],
  ] as const)
    log.offerNotice({ kind, atMs: 1, bidId: bidOf(log, number).bidId, usdCpmMicros: undefined })
  await log.close()
  const files = [...segmentFiles(directory, 'bids'), ...segmentFiles(directory, 'notices')]
  appendFileSync(files[0], 'cut off')
  const program = blockOf('python', 'The event log') + EVENTS_DRIVER
  const [bids, notices, impressions] = JSON.parse(python(program, JSON.stringify(files)))
  const known = files.map((file) => JSON.parse(JSON.stringify(naiveRecords(file))))
  t.same([bids, notices], known)
  t.same(impressions, [
    ['abc123-1', false],
    ['abc123-3', true],
  ])
})

t.test('the table of the event log has every field but the features, and no other', async (t) => {
  const fields = [...bidLayout([]).fields, ...noticeLayout.fields].map(({ name }) => name)
  t.same(new Set(tableUnder('The event log').map(([field]) => field)), new Set(fields))
})
