/**
 * The Python of `make python`, with what models/python/requirements.txt lists. Under CI it must be there; elsewhere tests
 * that need it are skipped.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './serving.ts'

export const VENV_PYTHON = join(ROOT, '.venv/bin/python')

/** For tap: why not, or false. */
export const skipWithoutVenv =
  existsSync(VENV_PYTHON) || process.env.CI === 'true' ? false : 'there is no .venv; make python makes it'
