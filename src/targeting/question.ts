/**
 * What is asked of ads, as rows: clauses, each the union of some rows, in which an ad must be; and blocks, rows in which
 * it must not be.
 *
 * A request asks first, then an imp, a lot and a format: what is asked behind `open` is forgotten by `close`.
 */
import { Rows } from './rows.ts'

const CLAUSES_MAX = 32
const CLAUSE_ROWS_MAX = 1024
export const BLOCKS_MAX = 1024
const DEPTH_MAX = 4
/** A mark: how many clauses, rows and blocks there are. */
const MARK_CELLS = 3

export class Question {
  /** Rows of all clauses, one clause behind the other; `clauseEnd` says where each ends. */
  readonly clauseRows = new Int32Array(CLAUSE_ROWS_MAX)
  readonly clauseEnd = new Int32Array(CLAUSES_MAX)
  clauseCount = 0
  readonly blockRows = new Int32Array(BLOCKS_MAX)
  /** Counts also those that there was no room for. */
  blockCount = 0
  #rowCount = 0
  readonly #marks = new Int32Array(DEPTH_MAX * MARK_CELLS)
  #depth = 0

  /** False when what is blocked does not fit: then nothing can be offered safely. */
  get isComplete(): boolean {
    return this.blockCount <= BLOCKS_MAX
  }

  clear(): void {
    this.clauseCount = 0
    this.blockCount = 0
    this.#rowCount = 0
    this.#depth = 0
  }

  open(): void {
    const at = MARK_CELLS * this.#depth++
    this.#marks[at] = this.clauseCount
    this.#marks[at + 1] = this.#rowCount
    this.#marks[at + 2] = this.blockCount
  }

  close(): void {
    const at = MARK_CELLS * --this.#depth
    this.clauseCount = this.#marks[at]
    this.#rowCount = this.#marks[at + 1]
    this.blockCount = this.#marks[at + 2]
  }

  require(row: number): void {
    // Most attributes are asked for by few ads; a question that all pass is none.
    if (row === Rows.all) return
    this.add(row)
    this.endClause()
  }

  /** Adds a row to the clause that is being made. A union that is cut short loses ads; it lets no wrong one through. */
  add(row: number): void {
    if (this.#rowCount < CLAUSE_ROWS_MAX) this.clauseRows[this.#rowCount++] = row
  }

  /** A clause without rows accepts nothing. */
  endClause(): void {
    this.clauseEnd[this.clauseCount++] = this.#rowCount
  }

  block(row: number): void {
    if (this.blockCount < BLOCKS_MAX) this.blockRows[this.blockCount] = row
    this.blockCount++
  }
}
