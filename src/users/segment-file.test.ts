import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { hashText } from '../base/hash.ts'
import { ID_KIND, type IdKind } from '../openrtb/user-id.ts'
import { FAULTS_MAX, readSegmentFile, type SegmentFileOptions } from './segment-file.ts'
import { NO_SET, type SegmentTable } from './segments.ts'
import { UserKeys } from './user-key.ts'

const keys = new UserKeys(1)

async function read(t: Test, content: string | Buffer, options?: SegmentFileOptions, name = 'segments.tsv') {
  const file = join(t.testdir(), name)
  writeFileSync(file, content)
  const result = await readSegmentFile(file, keys, options)
  return 'faults' in result ? { faults: result.faults.map((fault) => fault.replace(file, 'FILE')) } : result
}

async function tableOf(...args: Parameters<typeof read>): Promise<SegmentTable> {
  const result = await read(...args)
  if ('faults' in result) throw new Error(result.faults.join('\n'))
  return result.table
}

async function faultsOf(...args: Parameters<typeof read>): Promise<readonly string[]> {
  const result = await read(...args)
  return 'faults' in result ? result.faults : []
}

function segmentsOf(table: SegmentTable, id: string, kind: IdKind = ID_KIND.ifa): number[] | undefined {
  const key = { hi: 0, lo: 0 }
  const bytes = Buffer.from(id)
  keys.keyOf({ kind, start: 0, end: bytes.length }, bytes, 5, key)
  const set = table.find(key.hi, key.lo)
  return set === NO_SET ? undefined : [...table.segmentsOf(set)]
}

const SPORT = [hashText('sport')]
const NEWS = [hashText('news')]

t.test('users are found by their ids, in any case, by kind', async (t) => {
  const table = await tableOf(t, '# users\nEA-7\tsport\n\nbuyeruid:b\tnews\nifa:c\tsport')
  t.equal(table.userCount, 3)
  t.same(segmentsOf(table, 'ea-7'), SPORT)
  t.same(segmentsOf(table, 'b', ID_KIND.buyeruid), NEWS)
  t.same(segmentsOf(table, 'c'), SPORT, 'in a last line without an end')
  t.same(segmentsOf(table, 'b'), undefined, 'an id of another kind')
})

t.test('of a user who is in two lines the last counts', async (t) => {
  const table = await tableOf(t, 'a\tsport\nA\tnews\n')
  t.equal(table.userCount, 1)
  t.same(segmentsOf(table, 'a'), NEWS)
})

t.test('a file that says nothing is a table of nobody', async (t) => {
  t.equal((await tableOf(t, '')).userCount, 0)
})

t.test('a packed file is the same as a plain one, also in members', async (t) => {
  const packed = Buffer.concat([gzipSync('a\tsport\n'), gzipSync('b\tnews\n')])
  const table = await tableOf(t, packed, {}, 'segments.tsv.gz')
  t.same([segmentsOf(table, 'a'), segmentsOf(table, 'b')], [SPORT, NEWS])
})

t.test('lines are whole wherever the slices end that a long file is read in', async (t) => {
  const ids = Array.from({ length: 20_000 }, () => randomUUID())
  const lines = ids.map((id, i) => `${id}\t${i % 2 === 0 ? 'sport' : 'news'}\n`)
  for (const [content, name] of [
    [lines.join(''), 'segments.tsv'],
    [gzipSync(lines.join('')), 'segments.tsv.gz'],
  ] as const) {
    let turns = 0
    const turn = async () => {
      turns++
    }
    const table = await tableOf(t, content, { turn }, name)
    t.equal(table.userCount, ids.length)
    t.equal(ids.filter((id, i) => `${segmentsOf(table, id)}` !== `${i % 2 === 0 ? SPORT : NEWS}`).length, 0)
    t.ok(turns > 10, `${turns} turns for others`)
  }
})

t.test('each fault is named by its line, and one of them refuses the file', async (t) => {
  t.same(await faultsOf(t, 'a\tsport\nb\n\nidfa:c\tsport\nd\t,\n'), [
    'FILE:2: no segments behind a tab',
    'FILE:4: an identifier is of the kind "ifa:" or "buyeruid:"',
    'FILE:5: "" is no name of a segment',
  ])
})

t.test('behind many faults nothing more is read', async (t) => {
  const faults = await faultsOf(t, 'a\n'.repeat(FAULTS_MAX + 5))
  t.equal(faults.length, FAULTS_MAX + 1)
  t.equal(faults.at(-1), 'FILE: too many faults; the rest was not read')
})

t.test('a file may hold so many users and no more', async (t) => {
  t.equal((await tableOf(t, 'a\ts\nb\ts\n', { usersMax: 2 })).userCount, 2)
  t.same(await faultsOf(t, 'a\ts\nb\ts\nc\ts\n', { usersMax: 2 }), [
    'FILE: more than 2 users; the rest was not read',
  ])
})

t.test('a line without an end is not gathered for ever', async (t) => {
  t.same(await faultsOf(t, 'x'.repeat(200_000)), [
    'FILE: a line of more than 65536 bytes; the rest was not read',
  ])
})

t.test('a file that is not there, or does not unpack, is a fault', async (t) => {
  const missing = await readSegmentFile(join(t.testdir(), 'none.tsv.gz'), keys)
  t.match(missing, { faults: [/none\.tsv\.gz: ENOENT/] })
  const cut = gzipSync('a\tsport\n'.repeat(1000)).subarray(0, 40)
  t.same(await faultsOf(t, cut, {}, 'segments.tsv.gz'), ['FILE: unexpected end of file'])
  t.same(await faultsOf(t, 'a\tsport\n', {}, 'segments.tsv.gz'), ['FILE: incorrect header check'])
})

t.test('progress is told by the million lines', async (t) => {
  const told: number[] = []
  await tableOf(t, '#\n'.repeat(2_500_000), { onProgress: (lineCount) => told.push(lineCount) })
  t.same(told, [1_000_000, 2_000_000])
})
