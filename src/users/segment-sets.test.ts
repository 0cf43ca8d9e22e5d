import t from 'tap'
import { hashText } from '../base/hash.ts'
import { SegmentSets } from './segment-sets.ts'

const hashesOf = (sets: SegmentSets, set: number | string): number[] => {
  const { hashes, starts } = sets.compile()
  return [...hashes.subarray(starts[Number(set)], starts[Number(set) + 1])]
}

t.test(
  'a set is stored once, in whatever order, case and number of times its names are written',
  async (t) => {
    const sets = new SegmentSets()
    t.equal(sets.setOf('sport,news'), 0)
    t.equal(sets.setOf('sport'), 1)
    for (const same of ['sport,news', 'news,sport', 'News,SPORT', 'news,sport,news']) {
      t.equal(sets.setOf(same), 0, same)
    }
    t.same(new Set(hashesOf(sets, 0)), new Set([hashText('news'), hashText('sport')]))
    t.same(hashesOf(sets, 1), [hashText('sport')])
    t.same(sets.compile().names, ['sport', 'news'])
  },
)

t.test('beyond ASCII a capital is another letter, as it is to whoever asks by hash', async (t) => {
  const sets = new SegmentSets()
  t.not(sets.setOf('\u00c9'), sets.setOf('\u00e9'))
  t.same(hashesOf(sets, 0), [hashText('\u00c9')])
})

t.test('what is no name is told', async (t) => {
  const sets = new SegmentSets()
  for (const name of ['', ' ', 'a b', 'a\tb', '\u0000', 'x'.repeat(129)]) {
    t.equal(sets.setOf(`sport,${name}`), `${JSON.stringify(name)} is no name of a segment`)
  }
  t.equal(sets.setOf('x'.repeat(128)), 0, 'the longest name')
})

t.test('a user is in so many segments and no more', async (t) => {
  const sets = new SegmentSets()
  const names = Array.from({ length: 256 }, (_, i) => `s${i}`)
  t.equal(sets.setOf(names.join()), 0)
  t.equal(sets.setOf([...names, 'one-more'].join()), 'more than 256 segments')
})

t.test('segments that nobody could tell apart are told', async (t) => {
  const [first, second] = namesOfOneHash()
  const sets = new SegmentSets()
  t.equal(sets.setOf(first), 0)
  t.equal(sets.setOf(second), `the segments "${first}" and "${second}" have one hash: rename one`)
})

/** Among 400,000 names some 19 pairs have one hash. */
function namesOfOneHash(): [string, string] {
  const nameByHash = new Map<number, string>()
  for (let i = 0; i < 400_000; i++) {
    const known = nameByHash.get(hashText(`s${i}`))
    if (known !== undefined) return [known, `s${i}`]
    nameByHash.set(hashText(`s${i}`), `s${i}`)
  }
  throw new Error('no two names have one hash')
}
