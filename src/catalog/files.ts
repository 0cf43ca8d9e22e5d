/**
 * The files of a catalog: which folders and names count, and their bytes in name order.
 * Reads a few files ahead and never blocks the loop. What cannot be read comes back as a value with the reason.
 */
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The folders of a catalog, in the order in which they are read. */
export const kinds = ['advertisers', 'campaigns', 'creatives'] as const
export type Kind = (typeof kinds)[number]

/** The bytes of a file, or why there are none. `file` is relative to the catalog's directory. */
export type FileRead = { readonly file: string; readonly bytes: Buffer } | Unread
export type Unread = { readonly file: string; readonly reason: string }

const READ_AHEAD_MAX = 16

/** Names with a leading dot are not the catalog's: editors' locks and the `..data` of a Kubernetes volume. */
export function isCatalogFile(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.')
}

/** Why a catalog cannot stand in this directory, if so. */
export async function directoryFault(directory: string): Promise<string | undefined> {
  const found = await stat(directory).catch((error) =>
    reasonOf(error, 'no such directory; make it or name another'),
  )
  if (typeof found === 'string') return `${JSON.stringify(directory)}: ${found}`
  return found.isDirectory() ? undefined : `${JSON.stringify(directory)} is not a directory`
}

/** Every file of one kind in the order of the names; a folder that cannot be listed comes as one unread file. */
export async function* filesOf(directory: string, kind: Kind): AsyncGenerator<FileRead> {
  const found = await namesOf(directory, kind)
  if ('reason' in found) {
    yield found
    return
  }
  const ahead: Promise<FileRead>[] = []
  for (const entry of found.entries) {
    if (ahead.length === READ_AHEAD_MAX) yield await ahead.shift()!
    ahead.push(readOne(directory, kind, entry))
  }
  for (const reading of ahead) yield await reading
}

async function namesOf(directory: string, kind: Kind): Promise<{ entries: Dirent[] } | Unread> {
  try {
    const all = await readdir(join(directory, kind), { withFileTypes: true })
    const entries = all.filter((entry) => isCatalogFile(entry.name))
    return { entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) }
  } catch (error) {
    return { file: kind, reason: reasonOf(error, 'no such folder; make it, even if it stays empty') }
  }
}

/** Never rejects: a read that is ahead of its turn would end the process. */
async function readOne(directory: string, kind: Kind, entry: Dirent): Promise<FileRead> {
  const file = `${kind}/${entry.name}`
  // Opening a pipe or a socket could wait for ever.
  if (!entry.isFile() && !entry.isSymbolicLink())
    return { file, reason: 'is not a file; move it out of the catalog' }
  try {
    return { file, bytes: await readFile(join(directory, file)) }
  } catch (error) {
    return { file, reason: reasonOf(error, 'is gone, or a link that leads nowhere') }
  }
}

function reasonOf(error: unknown, whenMissing: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return whenMissing
  if (code === 'ENOTDIR') return 'is not a folder'
  if (code === 'EISDIR') return 'is a folder; a file belongs here'
  if (code === 'EACCES') return 'cannot be read: permission denied to the user that runs this'
  return `cannot be read: ${message}`
}
