/**
 * Which commit the gate compares with, and that commit built in a folder of its own. Asks git and nothing else; never fetches.
 *
 * Unless told, the base is where this tree left the main branch (`origin/main`, or else `main`): on a branch the merge base,
 * so that what others have put on main since is not charged to it; on main itself the commit that the changes stand on, or
 * the one before when there are none.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Base = {
  readonly commit: string
  readonly subject: string
  /** As a person reads it: `the commit before HEAD`. */
  readonly choice: string
}

/** There is nothing to compare with, and why; `isWhole` when the history is all there, so that it is nobody's fault. */
export class NoBase extends Error {
  readonly isWhole: boolean

  constructor(message: string, isWhole: boolean) {
    super(message)
    this.isWhole = isWhole
  }
}

/**
 * @param root of a checkout
 * @param asked what `--base` says: anything that git understands as a commit
 */
export function chooseBase(root: string, asked: string | undefined): Base {
  if (asked !== undefined) {
    const commit = commitOf(root, asked)
    if (commit === undefined) throw new NoBase(`--base ${asked} is no commit here: ${remedy(root)}`, false)
    return describe(root, commit, asked)
  }
  const head = commitOf(root, 'HEAD')
  if (head === undefined) throw new NoBase(`${root} has no commit: name a checkout that has one`, false)
  const main = ['origin/main', 'main'].find((name) => commitOf(root, name) !== undefined)
  if (main === undefined) throw new NoBase(`there is neither origin/main nor main: ${remedy(root)}`, false)
  const parting = git(root, 'merge-base', 'HEAD', main)
  if (parting === undefined)
    throw new NoBase(`HEAD and ${main} have no commit in common: ${remedy(root)}`, false)
  if (parting !== head) return describe(root, parting, `where HEAD left ${main}`)
  if (isChanged(root)) return describe(root, head, `HEAD, which is on ${main}`)
  const before = commitOf(root, 'HEAD~1')
  if (before !== undefined) return describe(root, before, `the commit before HEAD, which is on ${main}`)
  const isWhole = git(root, 'rev-parse', '--is-shallow-repository') === 'false'
  throw new NoBase(
    isWhole
      ? 'HEAD is the first commit: there is none before it'
      : `HEAD has no parent here: ${remedy(root)}`,
    isWhole,
  )
}

/** Whether tracked files differ from HEAD; new files alone change nothing that is built. */
export function isChanged(root: string): boolean {
  return git(root, 'status', '--porcelain', '--untracked-files=no') !== ''
}

function describe(root: string, commit: string, choice: string): Base {
  return { commit, choice, subject: git(root, 'log', '-1', '--format=%s', commit) ?? '' }
}

function commitOf(root: string, name: string): string | undefined {
  return git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)
}

function remedy(root: string): string {
  return git(root, 'rev-parse', '--is-shallow-repository') === 'true'
    ? 'the history is cut off, get it with git fetch --unshallow (fetch-depth: 0 in a workflow)'
    : 'name a commit with --base COMMIT, or fetch the main branch'
}

/** Undefined when git refuses. */
function git(root: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', root, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

export type Built = {
  /** With a slash at its end. */
  readonly folder: string
  /** Whether the commit asks for the packages that are installed; it runs on those either way. */
  readonly isLockSame: boolean
  remove(): void
}

/** The commit in a temporary worktree, built with the packages of `root`. */
export function buildCommit(root: string, commit: string): Built {
  const parent = mkdtempSync(join(tmpdir(), 'peregrine-base-'))
  const folder = `${parent}/base/`
  const remove = () => {
    git(root, 'worktree', 'remove', '--force', folder)
    rmSync(parent, { recursive: true, force: true })
  }
  try {
    execFileSync('git', ['-C', root, 'worktree', 'add', '--detach', folder, commit], { stdio: 'pipe' })
    symlinkSync(`${root}node_modules`, `${folder}node_modules`)
    execFileSync(process.execPath, [`${folder}scripts/build.ts`], { stdio: 'pipe' })
    const lock = (of: string) => readFileSync(`${of}package-lock.json`, 'utf8')
    return { folder, isLockSame: lock(root) === lock(folder), remove }
  } catch (cause) {
    remove()
    const { stderr } = cause as { stderr?: Buffer }
    throw new Error(`the base ${commit.slice(0, 7)} cannot be built: ${stderr?.toString() ?? cause}`)
  }
}
