/**
 * Request bodies for the load generator from a file or a folder. Bytes are sent as they stand, valid or not:
 *
 *   folder               each `.json` file in it is one body, in the order of their names
 *   file `.ndjson`       each line is one body (also `.jsonl`)
 *   any other file       one body, or the elements of a JSON array
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'

/** Throws an error that names the place when there is nothing to send. */
export function readBodies(path: string): Buffer[] {
  const bodies = bodiesOf(path)
  if (bodies.length === 0)
    throw new Error(`${path} holds no request: give a JSON file, an .ndjson file or a folder of .json files`)
  return bodies
}

function bodiesOf(path: string): Buffer[] {
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((name) => extname(name) === '.json')
    return names.sort().map((name) => readFileSync(join(path, name)))
  }
  const bytes = readFileSync(path)
  if (['.ndjson', '.jsonl'].includes(extname(path))) {
    const lines = bytes.toString().split('\n')
    return lines.filter((line) => line.trim() !== '').map((line) => Buffer.from(line))
  }
  return elementsOf(bytes) ?? (bytes.length > 0 ? [bytes] : [])
}

function elementsOf(bytes: Buffer): Buffer[] | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return Array.isArray(value) ? value.map((element) => Buffer.from(JSON.stringify(element))) : undefined
  } catch {
    return undefined
  }
}
