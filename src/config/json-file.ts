/**
 * Reads a JSON file that a setting names. What it says is never shown: it may hold secrets.
 */
import { readFileSync } from 'node:fs'
import type { Validator } from 'typebox/compile'
import { firstFault } from '../catalog/json-fault.ts'
import { SettingsError } from './settings.ts'

/** @param what the file is, for the message. Throws `SettingsError`. */
export function readJsonFile(file: string, what: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new SettingsError(`${what} ${file}: ${code === 'ENOENT' ? 'no such file' : message}`)
  }
  try {
    return JSON.parse(text)
  } catch {
    const lines = text.slice(0, firstFault(text).at).split('\n')
    throw new SettingsError(`${file}: not JSON at line ${lines.length}, column ${lines.at(-1)!.length + 1}`)
  }
}

/** What of the content the schema does not take: a place and a sentence each. */
export function shapeFaults(check: Validator, content: unknown): string[] {
  return (
    check
      .Errors(content)
      // Comes beside one of the keyword `boolean` for each such field.
      .filter(({ keyword }) => keyword !== 'additionalProperties')
      .map(({ keyword, instancePath, message }) => {
        return `${instancePath || '/'}: ${keyword === 'boolean' ? 'unknown field' : message}`
      })
  )
}
