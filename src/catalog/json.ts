/**
 * A catalog file as values: the elements of an array one at a time, anything else as one. A file of many megabytes is
 * so never one long `JSON.parse`, and the caller can rest between two pieces. Accepts exactly the UTF-8 that
 * `JSON.parse` accepts, with or without a byte order mark; a fault has line, column and, if guessed, the remedy.
 *
 * An array is cut at the commas outside text and brackets. By the grammar the whole is JSON if and only if all cuts are
 * and brackets enclose them; where brackets do not match, a cut fails. Some cuts are parsed together, which takes half of
 * the time, and one by one only where that fails.
 */
import { isUtf8 } from 'node:buffer'
import { firstFault } from './json-fault.ts'

/** `path` is the JSON pointer of the value in the file; a malformed piece is the last one. */
export type Piece = { readonly path: string; readonly value: unknown } | Malformed
export type Malformed = { readonly malformed: string }

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const ARRAY_OPEN = 0x5b
const ARRAY_CLOSE = 0x5d
const OBJECT_OPEN = 0x7b
const OBJECT_CLOSE = 0x7d
/** What is parsed at once: it takes some 50 us. */
const GROUP_BYTES = 8192
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

export function* piecesOf(file: Buffer): Generator<Piece> {
  if (!isUtf8(file)) {
    yield { malformed: 'is not UTF-8; save it in that encoding' }
    return
  }
  const bytes = file.subarray(0, 3).equals(BYTE_ORDER_MARK) ? file.subarray(3) : file
  const first = skipSpace(bytes, 0)
  if (bytes[first] === ARRAY_OPEN) yield* elementsOf(bytes, first)
  else yield parsed(bytes, 0, bytes.length, '', '')
}

/** Whether the file holds, or was meant to hold, several objects. */
export function isArrayFile(file: Buffer): boolean {
  const start = file.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
  return file[skipSpace(file, start)] === ARRAY_OPEN
}

function* elementsOf(bytes: Buffer, open: number): Generator<Piece> {
  let end = skipSpace(bytes, open + 1)
  if (bytes[end] !== ARRAY_CLOSE) {
    end = open
    for (let index = 0; index === 0 || bytes[end] === COMMA; ) {
      const start = end + 1
      const ends = groupFrom(bytes, start)
      const values = valuesOf(bytes, start, ends)
      for (let from = start, i = 0; i < ends.length; from = end + 1, i++, index++) {
        end = ends[i]
        const path = `/${index}`
        const piece =
          values === undefined
            ? parsed(bytes, from, end, path, index === 0 ? '[' : '[0,')
            : { path, value: values[i] }
        yield piece
        if ('malformed' in piece) return
      }
    }
  }
  const isWhole = bytes[end] === ARRAY_CLOSE && skipSpace(bytes, end + 1) === bytes.length
  if (!isWhole) yield malformedAt(bytes, end, '[0')
}

/** The ends of one element or more, of some `GROUP_BYTES` together. */
function groupFrom(bytes: Buffer, start: number): number[] {
  const ends: number[] = []
  let end = start - 1
  do {
    end = endOfElement(bytes, end + 1)
    ends.push(end)
  } while (bytes[end] === COMMA && end - start < GROUP_BYTES)
  return ends
}

/** The elements of a group; undefined unless all of them are JSON. */
function valuesOf(bytes: Buffer, start: number, ends: readonly number[]): unknown[] | undefined {
  try {
    const values = JSON.parse(`[${bytes.toString('utf8', start, ends.at(-1))}]`) as unknown[]
    // An element of nothing but space is none, even where it is the only one.
    return values.length === ends.length ? values : undefined
  } catch {
    return undefined
  }
}

/** The index of the comma or closing bracket behind an element, or the end of the file. */
function endOfElement(bytes: Buffer, start: number): number {
  let depth = 0
  let at = start
  for (; at < bytes.length; at++) {
    const byte = bytes[at]
    const isClose = byte === ARRAY_CLOSE || byte === OBJECT_CLOSE
    if (depth === 0 && (isClose || byte === COMMA)) break
    if (byte === QUOTE) at = endOfText(bytes, at)
    else if (byte === ARRAY_OPEN || byte === OBJECT_OPEN) depth++
    else if (isClose) depth--
  }
  return Math.min(at, bytes.length)
}

/** The index of the closing quote, or at least the end of the file. */
function endOfText(bytes: Buffer, quote: number): number {
  let at = quote + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

function skipSpace(bytes: Buffer, start: number): number {
  let at = start
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++
  return at
}

function parsed(bytes: Buffer, start: number, end: number, path: string, before: string): Piece {
  try {
    return { path, value: JSON.parse(bytes.toString('utf8', start, end)) }
  } catch {
    return malformedAt(bytes, start, before)
  }
}

/** The first fault at or behind `start`, where `before` stands for what precedes it: `[`, `[0,` or `[0`. */
function malformedAt(bytes: Buffer, start: number, before: string): Malformed {
  const fault = firstFault(before + bytes.toString('utf8', start))
  const above = bytes.toString('utf8', 0, start)
  const upTo = above + bytes.toString('utf8', start).slice(0, fault.at - before.length)
  const line = upTo.split('\n').length
  const column = upTo.length - upTo.lastIndexOf('\n')
  return { malformed: `is not JSON at line ${line}, column ${column}: ${fault.message}` }
}
