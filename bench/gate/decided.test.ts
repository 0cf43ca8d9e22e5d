import { execFileSync } from 'node:child_process'
import t from 'tap'
import { allowanceOf, DECIDED, type Decision, decidedSince } from './decided.ts'
import { MEASURES } from './measures.ts'

/** A repository with three commits, one behind the other. */
function history(root: string): string[] {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=n', '-c', 'user.email=e', ...args], {
      encoding: 'utf8',
    })
  git('init', '-q')
  return ['first', 'second', 'third'].map((message) => {
    git('commit', '-q', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD').trim()
  })
}

t.test('a decision counts where it lies between the base and HEAD', async (t) => {
  const root = t.testdir({})
  const [first, second, third] = history(root)
  const decided: Decision[] = [
    { commit: second, ratios: { cpu: 1.1, heap: 1.2 }, why: 'more' },
    { commit: third, ratios: { cpu: 1.5 }, why: 'still more' },
    { commit: '0'.repeat(40), ratios: { cpu: 9 }, why: 'never' },
  ]
  const since = (base: string) => decidedSince(root, base, decided)
  t.same(since(first), decided.slice(0, 2))
  t.same(since(second), [decided[1]])
  t.same(since(third), [])
  t.ok(Math.abs(allowanceOf(since(first), 'cpu') - 1.65) < 1e-12)
  t.same([allowanceOf(since(first), 'heap'), allowanceOf(since(first), 'resident')], [1.2, 1])
})

t.test('a decision names a commit, and measures that there are', async (t) => {
  const keys: string[] = MEASURES.map(({ key }) => key)
  for (const { commit, ratios } of DECIDED) {
    t.match(commit, /^[0-9a-f]{40}$/)
    t.ok(Object.entries(ratios).every(([key, ratio]) => keys.includes(key) && ratio > 1))
  }
})
