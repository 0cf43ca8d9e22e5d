import { execFileSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { chooseBase, isChanged, NoBase } from './base.ts'

/** A repository of its own, whose main branch has these commits. */
function repository(t: Test, ...commits: string[]) {
  const root = t.testdir()
  const git = (...args: string[]) => {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false']
    return execFileSync('git', ['-C', root, ...who, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
  }
  const commit = (subject: string) => {
    appendFileSync(`${root}/file`, `${subject}\n`)
    git('add', '.')
    git('commit', '-q', '-m', subject)
  }
  git('init', '-q', '-b', 'main')
  commits.forEach(commit)
  return { root, git, commit }
}

t.test('on main the base is what the changes stand on, or else the commit before', async (t) => {
  const { root } = repository(t, 'first', 'second')
  t.match(chooseBase(root, undefined), {
    subject: 'first',
    choice: 'the commit before HEAD, which is on main',
  })
  writeFileSync(`${root}/new`, 'not tracked')
  t.equal(chooseBase(root, undefined).subject, 'first', 'a new file alone changes nothing that is built')
  appendFileSync(`${root}/file`, 'changed')
  t.match(chooseBase(root, undefined), { subject: 'second', choice: 'HEAD, which is on main' })
  t.ok(isChanged(root))
})

t.test('on a branch the base is where it left main, whatever came to main since', async (t) => {
  const { root, git, commit } = repository(t, 'first', 'second')
  git('checkout', '-q', '-b', 'branch')
  commit('ours')
  git('checkout', '-q', 'main')
  commit('theirs')
  git('checkout', '-q', 'branch')
  t.match(chooseBase(root, undefined), { subject: 'second', choice: 'where HEAD left main' })
})

t.test('what the remote has as main counts before the local branch', async (t) => {
  const { root, git, commit } = repository(t, 'first', 'second')
  git('update-ref', 'refs/remotes/origin/main', 'HEAD')
  commit('third')
  commit('fourth')
  t.match(chooseBase(root, undefined), { subject: 'second', choice: 'where HEAD left origin/main' })
})

t.test('a base that is asked for is taken as it is', async (t) => {
  const { root, git } = repository(t, 'first', 'second')
  t.match(chooseBase(root, 'HEAD'), { subject: 'second', choice: 'HEAD', commit: git('rev-parse', 'HEAD') })
  t.throws(() => chooseBase(root, 'nowhere'), { message: /--base nowhere is no commit here: name a commit/ })
  t.throws(() => chooseBase(root, '--all'), { message: /--base --all is no commit/ })
})

t.test('no base is nobody’s fault only when the history is whole', async (t) => {
  const isWhole = (root: string): boolean => {
    try {
      chooseBase(root, undefined)
    } catch (cause) {
      if (cause instanceof NoBase) return cause.isWhole
    }
    throw new Error('there is a base')
  }
  t.ok(isWhole(repository(t, 'first').root), 'a first commit')
  t.notOk(isWhole(repository(t).root), 'no commit at all')
  const { root, git } = repository(t, 'first', 'second')
  const shallow = `${root}/shallow`
  git('clone', '-q', '--depth', '1', `file://${root}`, shallow)
  t.notOk(isWhole(shallow), 'a history that is cut off')
  t.throws(() => chooseBase(shallow, undefined), { message: /git fetch --unshallow/ })
  const other = repository(t, 'first')
  other.git('branch', '-m', 'trunk')
  t.notOk(isWhole(other.root), 'no main branch')
})
