/**
 * Reads a log of auctions, a line each, from first to last: `click price clickProbability`, apart by spaces or tabs.
 *
 * The file is streamed: memory stays at some chunks, whatever its size, and about 2 million lines go through a second.
 * Blank lines are skipped, lines may end in CR LF; anything else stops the reading with the place and what is due.
 */
import { createReadStream, statSync } from 'node:fs'
import { BacktestFault, unreadable } from './fault.ts'

export type VisitAuction = (click: number, price: number, clickProbability: number) => void

const CHUNK_BYTES = 1 << 18
const LINE_CHARS_MAX = 1 << 16
const AUCTION = /^[ \t]*([01])[ \t]+(\d+)[ \t]+((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)[ \t\r]*$/
const LINES_DUE = 'lines such as "0 23 0.0012" are due: click, price, click probability'

/** @param onShare is told, now and then, the share of the file that is read. Gives the count of auctions. */
export async function readAuctions(
  file: string,
  visit: VisitAuction,
  onShare: (share: number) => void = () => {},
): Promise<number> {
  let lineNumber = 0
  let auctions = 0
  const read = (line: string): void => {
    lineNumber++
    const fields = AUCTION.exec(line)
    const price = Number(fields?.[2])
    const clickProbability = Number(fields?.[3])
    if (price <= Number.MAX_SAFE_INTEGER && clickProbability <= 1) {
      auctions++
      visit(Number(fields![1]), price, clickProbability)
    } else if (/\S/.test(line)) throw new BacktestFault(`${file}:${lineNumber}: ${whatIsDue(line)}`)
  }
  const bytes = bytesOf(file)
  let bytesRead = 0
  let rest = ''
  for await (const chunk of chunksOf(file)) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) read(line)
    // A file without line ends would otherwise be gathered whole.
    if (rest.length > LINE_CHARS_MAX) {
      throw new BacktestFault(`${file}:${lineNumber + 1}: the line does not end; ${LINES_DUE}`)
    }
    bytesRead += chunk.length
    onShare(Math.min(1, bytesRead / bytes))
  }
  read(rest)
  if (auctions === 0) throw new BacktestFault(`${file}: no auctions in it; ${LINES_DUE}`)
  return auctions
}

function bytesOf(file: string): number {
  try {
    return statSync(file).size
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

async function* chunksOf(file: string): AsyncGenerator<string> {
  try {
    // Every byte is a character, so that none is split between two chunks.
    yield* createReadStream(file, { encoding: 'latin1', highWaterMark: CHUNK_BYTES })
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** The first field of a line that is wrong. */
function whatIsDue(line: string): string {
  const fields = line.replace(/^[ \t]+|[ \t\r]+$/g, '').split(/[ \t]+/)
  const [click, price, clickProbability] = fields
  const quoted = (text: string) => JSON.stringify(text.slice(0, 40))
  if (fields.length !== 3) return `3 fields are due, not ${fields.length}; ${LINES_DUE}`
  if (!/^[01]$/.test(click)) return `a click of 0 or 1 is due, not ${quoted(click)}; ${LINES_DUE}`
  if (!(/^\d+$/.test(price) && Number(price) <= Number.MAX_SAFE_INTEGER)) {
    return `a price as a whole number from 0 is due, not ${quoted(price)}; scale prices to whole units`
  }
  return `a click probability from 0 to 1 is due, not ${quoted(clickProbability)}; write it as 0.0012`
}
