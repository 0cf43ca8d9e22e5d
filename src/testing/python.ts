/**
 * Python with the packages of python/, for tests that run the code there: the interpreter that PYTHON names, or that of
 * .venv, which `make python` makes. Under CI it must be there; elsewhere tests that need it are skipped.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './serving.ts'

export const PYTHON = process.env.PYTHON ?? join(ROOT, '.venv/bin/python')

export type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** Runs a file, or `-c` and a program, at the top of the checkout. */
export function runPython(...args: string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(PYTHON, args, { cwd: ROOT, encoding: 'utf8' })
  return { status, stdout: stdout ?? '', stderr: stderr ?? error?.message ?? '' }
}

/** For tap: why a module cannot be imported, with the remedy; false when it can. */
export function moduleFault(module: string, remedy: string): string | false {
  const isThere = runPython('-c', `import ${module}`).status === 0
  return isThere ? false : `there is no ${module}: ${remedy}`
}

/** The same for what `make python` installs, which CI must have. */
export function skipWithout(module: string): string | false {
  return process.env.CI !== 'true' && moduleFault(module, 'make python')
}
