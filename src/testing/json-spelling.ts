/**
 * Spells a value as JSON text in one of the many ways that senders do: white space anywhere, escapes where none are
 * needed, names in any order and more than once. `JSON.parse` of the text gives the value, the last of equal names.
 */
import type { Prng } from '../base/prng.ts'

/** An object as its members in order, for names that repeat. Wherever a value is spelled, one may stand. */
export class Members {
  readonly entries: readonly (readonly [name: string, value: unknown])[]

  constructor(entries: readonly (readonly [name: string, value: unknown])[]) {
    this.entries = entries
  }
}

const SPACES = ['', '', '', '', ' ', '\n', '\t', '\r\n', '  ']

/** How a sender spells texts: each has one way, so that the same text looks the same everywhere. */
const TEXT_STYLES: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(text),
  // PHP and Lua escape slashes unless told otherwise.
  (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  // Python and Java write ASCII alone.
  (text) => JSON.stringify(text).replace(/[^\0-\x7f]/g, escapeOf),
  // Nobody writes like this, and anybody may: every other character as an escape, digits apart.
  (text) => {
    const units = text
      .split('')
      .map((unit) => (/\D/.test(unit) && unit.charCodeAt(0) & 1 ? escapeOf(unit) : inText(unit)))
    return `"${units.join('')}"`
  },
]

export function spell(value: unknown, prng: Prng): string {
  return spellIn(value, prng, prng.pick(TEXT_STYLES))
}

function spellIn(value: unknown, prng: Prng, textStyle: (typeof TEXT_STYLES)[number]): string {
  const space = () => prng.pick(SPACES)
  const inside = (inner: unknown) => space() + spellInside(inner) + space()
  const spellInside = (inner: unknown): string => {
    if (typeof inner === 'string') return textStyle(inner)
    if (Object.is(inner, -0)) return '-0'
    if (inner === null || typeof inner !== 'object') return JSON.stringify(inner)
    if (Array.isArray(inner)) return `[${inner.map(inside).join(',') || space()}]`
    const entries = inner instanceof Members ? inner.entries : Object.entries(inner)
    const members = entries.map(
      ([name, member]) => `${space()}${textStyle(name)}${space()}:${inside(member)}`,
    )
    return `{${members.join(',') || space()}}`
  }
  return inside(value)
}

function escapeOf(unit: string): string {
  const hex = unit.charCodeAt(0).toString(16).padStart(4, '0')
  return `\\u${hex.charCodeAt(3) & 1 ? hex.toUpperCase() : hex}`
}

/** One UTF-16 unit between quotes; halves of a surrogate pair only stand together, so they are escaped. */
function inText(unit: string): string {
  return unit >= '\ud800' && unit <= '\udfff' ? escapeOf(unit) : JSON.stringify(unit).slice(1, -1)
}
