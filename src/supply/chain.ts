/**
 * Who stands between the publisher and us: the checks of a request's supply chain (OpenRTB 2.6 sections 3.2.25 and
 * 3.2.26) that need nothing but the request and a policy. Whether a seller is authorised is another matter.
 *
 * The number returned is a fact in the words of the IAB's no-bid reasons; what follows from it is not decided here.
 */
import { KEY } from '../openrtb/keys.ts'
import { NONE, type Tape } from '../openrtb/tape.ts'
import type { SupplyPolicy } from './policy.ts'

/** IAB no-bid reasons; 0 for nothing to say against the chain. */
export const CHAIN = { fine: 0, incomplete: 16, blocked: 17 } as const
export type ChainFact = (typeof CHAIN)[keyof typeof CHAIN]

/**
 * Checks the chain of a request: the first objection along the chain counts.
 *
 * A chain that is absent, no object, or has no nodes says nothing, and is an objection only where one is required. A
 * node must have its system and its seller. `hp` is not looked at: other values than 1 have no meaning yet.
 * @param source token of the request's `source`; @param ext of its own `ext`; either may be `NONE` or no object.
 */
export function checkChain(tape: Tape, source: number, ext: number, policy: SupplyPolicy): ChainFact {
  const nothing = policy.isChainRequired ? CHAIN.incomplete : CHAIN.fine
  const chain = chainOf(tape, source, ext)
  if (chain === NONE) return nothing
  let nodes = NONE
  let isComplete = false
  const end = tape.next(chain)
  for (let token = chain + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.complete) isComplete = tape.flag(token)
    else if (key === KEY.nodes) nodes = tape.filledArrayOrNone(token)
  }
  if (policy.refusesIncomplete && !isComplete) return CHAIN.incomplete
  return nodes === NONE ? nothing : checkNodes(tape, nodes, policy)
}

/** OpenRTB 2.6 has it at `source.schain`, 2.5 at `source.ext.schain`, earlier versions at `ext.schain`. */
function chainOf(tape: Tape, source: number, ext: number): number {
  const current = objectAt(tape, source, KEY.schain)
  if (current !== NONE) return current
  const extended = objectAt(tape, objectAt(tape, source, KEY.ext), KEY.schain)
  return extended === NONE ? objectAt(tape, ext, KEY.schain) : extended
}

/** The object under a name of an object, or `NONE`; a repeated name counts as last written. */
function objectAt(tape: Tape, object: number, key: number): number {
  if (object === NONE || tape.objectOrNone(object) === NONE) return NONE
  let found = NONE
  const end = tape.next(object)
  for (let token = object + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === key) found = tape.objectOrNone(token)
  }
  return found
}

function checkNodes(tape: Tape, nodes: number, policy: SupplyPolicy): ChainFact {
  let count = 0
  const end = tape.next(nodes)
  for (let node = nodes + 1; node < end; node = tape.next(node)) {
    if (++count > policy.nodesMax) return CHAIN.incomplete
    const fact = checkNode(tape, node, policy)
    if (fact !== CHAIN.fine) return fact
  }
  return CHAIN.fine
}

function checkNode(tape: Tape, node: number, policy: SupplyPolicy): ChainFact {
  let asi = NONE
  let sid = NONE
  const end = tape.next(node)
  for (let token = node + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.asi) asi = token
    else if (key === KEY.sid) sid = token
  }
  if (asi === NONE || sid === NONE) return CHAIN.incomplete
  tape.unescape(asi)
  tape.unescape(sid)
  // Some senders write a seller's id as a number.
  if (!tape.isText(asi) || tape.isEmpty(asi) || !tape.isScalarText(sid)) return CHAIN.incomplete
  const { bytes } = tape
  const isBlocked = policy.blockedNodes.has(
    bytes,
    tape.start(asi),
    tape.end(asi),
    tape.start(sid),
    tape.end(sid),
  )
  return isBlocked ? CHAIN.blocked : CHAIN.fine
}
