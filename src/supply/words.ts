/**
 * Compiles words to a table that finds in one pass, a lookup a byte, whether a text has one of them in it, in any case:
 * the automaton of Aho and Corasick, whose state is the longest start of a word that the text read so far ends in.
 *
 *   bot      where no letter follows: "Googlebot/2.1", not "Bottle"
 *   crawl*   whatever follows: "Crawler"
 *   !cubot   never where this ends, whatever other words end there: "CUBOT X30" has no `bot` in it
 */
import { fold } from '../base/hash.ts'

export type WordFinder = {
  /** The class of each byte: that of its own where some word has it, else that of other letters or of other bytes. */
  readonly classes: Uint8Array
  /** The next state by state and class; a state is the place of its first class here. The first state is 0. */
  readonly next: Int32Array
}

/** The state in which a word has been found. */
export const FOUND = -1
/** The class of bytes that no word has and that are no letters; the end of a text counts as one. */
export const OTHER = 0
const OTHER_LETTER = 1
const FIRST_OWN_CLASS = 2

/** How the words that end in a state are found there; where several end, the highest counts, `never` before all. */
const ENDS = { none: 0, beforeNoLetter: 1, anywhere: 2, never: 3 } as const

/** What is wrong with a word; '' when nothing is. */
export function wordFault(word: string): string {
  if (bytesOf(word).length >= WORD_BYTES_MIN) return ''
  return `is too short to tell one agent from another; write at least ${WORD_BYTES_MIN} letters`
}

const WORD_BYTES_MIN = 3

export function compileWords(words: readonly string[]): WordFinder {
  const classes = classesOf(words)
  const width = Math.max(...classes) + 1
  const trie = new Trie(width)
  for (const word of words) trie.add(Array.from(bytesOf(word), byteClass(classes)), endOf(word))
  return { classes, next: trie.link(letterClasses(classes)) }
}

function byteClass(classes: Uint8Array): (byte: number) => number {
  return (byte) => classes[byte]
}

function classesOf(words: readonly string[]): Uint8Array {
  const classes = new Uint8Array(256).map((_, byte) => (isLetter(byte) ? OTHER_LETTER : OTHER))
  let next = FIRST_OWN_CLASS
  for (const byte of new Set(words.flatMap((word) => [...bytesOf(word)]))) classes[byte] = next++
  for (let byte = 0; byte < 256; byte++) classes[byte] = classes[fold(byte)]
  return classes
}

function letterClasses(classes: Uint8Array): ReadonlySet<number> {
  return new Set(Array.from(classes.keys()).filter(isLetter).map(byteClass(classes)))
}

function isLetter(byte: number): boolean {
  const lower = fold(byte)
  return lower >= 0x61 && lower <= 0x7a
}

function endOf(word: string): number {
  if (word.startsWith('!')) return ENDS.never
  return word.endsWith('*') ? ENDS.anywhere : ENDS.beforeNoLetter
}

/** What a word is made of, without its marks, in lower case. */
function bytesOf(word: string): Uint8Array {
  return Buffer.from(word.startsWith('!') ? word.slice(1) : word.replace(/\*$/, '')).map(fold)
}

const NO_STATE = -1

/** The starts of all words, a state each; state 0 is the empty one. */
class Trie {
  readonly #width: number
  readonly #children: number[][] = []
  readonly #ends: number[] = []

  constructor(width: number) {
    this.#width = width
    this.#addState()
  }

  add(word: readonly number[], end: number): void {
    let state = 0
    for (const letter of word) {
      if (this.#children[state][letter] === NO_STATE) this.#children[state][letter] = this.#addState()
      state = this.#children[state][letter]
    }
    this.#ends[state] = Math.max(this.#ends[state], end)
  }

  #addState(): number {
    this.#children.push(new Array<number>(this.#width).fill(NO_STATE))
    return this.#ends.push(ENDS.none) - 1
  }

  /** The table of the automaton: where a state has no child, it goes on as the longest start behind it does. */
  link(letters: ReadonlySet<number>): Int32Array {
    const behind = this.#children.map(() => 0)
    const queue = [0]
    // A state is met behind all shorter ones, whose children are complete by then.
    for (const state of queue) {
      const shorter = this.#ends[behind[state]]
      if (shorter !== ENDS.never) this.#ends[state] = Math.max(this.#ends[state], shorter)
      this.#children[state].forEach((child, letter) => {
        const start = state === 0 ? 0 : this.#children[behind[state]][letter]
        if (child === NO_STATE) this.#children[state][letter] = start
        else {
          behind[child] = start
          queue.push(child)
        }
      })
    }
    return this.#table(letters)
  }

  #table(letters: ReadonlySet<number>): Int32Array {
    const next = new Int32Array(this.#children.length * this.#width)
    this.#children.forEach((children, state) => {
      children.forEach((child, letter) => {
        const isEnded = this.#ends[state] === ENDS.beforeNoLetter && !letters.has(letter)
        const isFound = isEnded || this.#ends[child] === ENDS.anywhere
        next[state * this.#width + letter] = isFound ? FOUND : child * this.#width
      })
    })
    return next
  }
}
