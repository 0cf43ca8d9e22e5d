/**
 * Rebuilds the value that a tape stands for, from its tokens and nothing else, and so checks every range and link on the
 * way: between two tokens there must be one separator and, in an object, one name, whose number the tape must know.
 *
 * An object or array under a name that no reader uses may be one token without any inside; then its range is read.
 */
import { KEY, UNKNOWN } from '../openrtb/keys.ts'
import { KIND, type Tape } from '../openrtb/tape.ts'

const NAME = /^[\t\n\r ,]*("(?:[^"\\]|\\.)*")[\t\n\r ]*:[\t\n\r ]*$/
const SEPARATOR = /^[\t\n\r ,]*$/

export function tapeValue(tape: Tape, token = 0): unknown {
  const source = tape.bytes.subarray(tape.start(token), tape.end(token))
  if (isPassedOver(tape, token)) return JSON.parse(source.toString())
  switch (tape.kind(token)) {
    case KIND.object:
      return objectOf(tape, token)
    case KIND.array:
      return childrenOf(tape, token).map((child) => {
        if (!SEPARATOR.test(child.gap)) throw new Error(`no separator: ${JSON.stringify(child.gap)}`)
        if (tape.key(child.token) !== UNKNOWN) throw new Error('a name in an array')
        if (isPassedOver(tape, child.token)) throw new Error('a container in an array is passed over')
        return tapeValue(tape, child.token)
      })
    case KIND.string:
      return source.toString('latin1')
    case KIND.escapedString: {
      const isPlain = source.every((byte) => byte < 0x80 && byte !== 0x5c)
      if (isPlain) throw new Error(`called escaped, but is plain: ${source}`)
      return JSON.parse(`"${source}"`)
    }
    case KIND.number:
      return JSON.parse(source.toString())
    case KIND.true:
    case KIND.false:
    case KIND.null:
      return JSON.parse(source.toString())
    default:
      throw new Error(`no kind of token: ${tape.kind(token)}`)
  }
}

function objectOf(tape: Tape, token: number): object {
  const object = {}
  for (const { token: child, gap } of childrenOf(tape, token)) {
    const quoted = NAME.exec(gap)?.[1]
    if (quoted === undefined) throw new Error(`no name: ${JSON.stringify(gap)}`)
    const name = JSON.parse(Buffer.from(quoted, 'latin1').toString()) as string
    const key = Object.hasOwn(KEY, name) ? KEY[name as keyof typeof KEY] : UNKNOWN
    if (tape.key(child) !== key) throw new Error(`${name} has the key ${tape.key(child)}`)
    if (key !== UNKNOWN && isPassedOver(tape, child)) throw new Error(`${name} is passed over`)
    // As JSON.parse does it: `__proto__` is a name like others.
    Object.defineProperty(object, name, {
      value: tapeValue(tape, child),
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  return object
}

/** Whether a container has something in it and no tokens for that. */
function isPassedOver(tape: Tape, token: number): boolean {
  const kind = tape.kind(token)
  if ((kind !== KIND.object && kind !== KIND.array) || tape.next(token) > token + 1) return false
  return !/^.[\t\n\r ]*.$/.test(tape.bytes.toString('latin1', tape.start(token), tape.end(token)))
}

/** The tokens in a container, each with the bytes between it and what stands before it. */
function childrenOf(tape: Tape, container: number): { token: number; gap: string }[] {
  const children: { token: number; gap: string }[] = []
  const end = tape.next(container)
  let at = tape.start(container) + 1
  let token = container + 1
  for (; token < end; token = tape.next(token)) {
    const quote = tape.isText(token) ? 1 : 0
    children.push({ token, gap: tape.bytes.toString('latin1', at, tape.start(token) - quote) })
    at = tape.end(token) + quote
  }
  const tail = tape.bytes.toString('latin1', at, tape.end(container) - 1)
  if (token !== end || !/^[\t\n\r ]*$/.test(tail))
    throw new Error(`a container ends in ${JSON.stringify(tail)}`)
  return children
}
