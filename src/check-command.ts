/**
 * `peregrine check --request F --response F`: holds a bid response against its bid request, and prints what an exchange
 * might refuse it for.
 */
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { isArrayFile, piecesOf } from './catalog/json.ts'
import { type CheckOptions, checkResponseText, RULES, type Violation } from './openrtb/response-check.ts'

export type ResponseCheck = {
  /** 0 when there is nothing to say, 1 when a rule is broken, 2 when a file cannot be read. */
  readonly exitCode: 0 | 1 | 2
  /** What to print: a table, or one JSON document. */
  readonly text: string
}

export type ResponseCheckOptions = CheckOptions & { readonly json?: boolean }

type Fault = { readonly fault: string }

const RULE_COUNT = Object.keys(RULES).length
const HEADINGS = ['rule', 'place', 'what is wrong', 'what the rule wants']

/**
 * @param requestFile a bid request as JSON.
 * @param responseFile the answer to it, byte for byte; an empty file is the empty body of a 204, a no-bid.
 */
export function checkResponseFiles(
  requestFile: string,
  responseFile: string,
  options: ResponseCheckOptions = {},
): ResponseCheck {
  const isJson = options.json === true
  const request = requestIn(requestFile)
  if ('fault' in request) return faultCheck(request.fault, isJson)
  const answer = textIn(responseFile)
  if ('fault' in answer) return faultCheck(answer.fault, isJson)
  const violations = answer.text.trim() === '' ? [] : checkResponseText(request.value, answer.text, options)
  const bidCount = bidsIn(answer.text)
  return {
    exitCode: violations.length === 0 ? 0 : 1,
    text: isJson ? jsonText(bidCount, violations) : plainText(bidCount, violations),
  }
}

function requestIn(file: string): { readonly value: unknown } | Fault {
  const bytes = bytesIn(file, 'bid request')
  if ('fault' in bytes) return bytes
  if (isArrayFile(bytes.bytes)) return { fault: `${file} is a list; give the file of one bid request` }
  const [piece] = piecesOf(bytes.bytes)
  if ('malformed' in piece) {
    return { fault: `${file} ${piece.malformed}; give a file with one bid request as JSON` }
  }
  return piece
}

function textIn(file: string): { readonly text: string } | Fault {
  const bytes = bytesIn(file, 'bid response')
  if ('fault' in bytes) return bytes
  if (!isUtf8(bytes.bytes))
    return { fault: `${file} is not UTF-8; give the body of the answer as it was sent` }
  return { text: bytes.bytes.toString() }
}

function bytesIn(file: string, what: string): { readonly bytes: Buffer } | Fault {
  try {
    return { bytes: readFileSync(file) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`
    return { fault: `${file} ${why}; give the path of a file with a ${what}` }
  }
}

function faultCheck(fault: string, isJson: boolean): ResponseCheck {
  return { exitCode: 2, text: isJson ? JSON.stringify({ ok: false, fault }) : fault }
}

/** Bids in the text of a response, whatever else is wrong with it. */
function bidsIn(text: string): number {
  try {
    const seats: unknown = JSON.parse(text)?.seatbid
    if (!Array.isArray(seats)) return 0
    return seats.reduce((count, seat) => count + (Array.isArray(seat?.bid) ? seat.bid.length : 0), 0)
  } catch {
    return 0
  }
}

function jsonText(bids: number, violations: readonly Violation[]): string {
  return JSON.stringify({
    ok: violations.length === 0,
    bids,
    rules: RULE_COUNT,
    violations: violations.map((violation) => ({ ...violation, wants: RULES[violation.rule] })),
  })
}

function plainText(bidCount: number, violations: readonly Violation[]): string {
  const bids = bidCount === 0 ? 'a no-bid' : countOf(bidCount, 'bid')
  if (violations.length === 0) return `ok: ${bids}, no violation of ${RULE_COUNT} rules`
  const rows = violations.map(({ rule, path, message }) => [rule, path || '/', message, RULES[rule]])
  return `${table([HEADINGS, ...rows])}\n\n${countOf(violations.length, 'violation')} in ${bids}`
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** Columns as wide as what is in them, but for the last. */
function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells) => cells.map(printable))
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)))
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** What a response says may hold anything, also what steers a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`
  })
}
