/**
 * Pods: breaks that several bids fill (implementation guide, section 7.6). A dynamic pod is one imp for many bids; a
 * structured one has an imp for each slot. What the bids of a pod may not have in common is looked at here too.
 */
import { type BidCase, idOf, isDynamicPod, isFilm, type Slot } from './bid-case.ts'
import { isFilledText, type JsonObject, limitOf, listOf, numbersOf, shown, textOf } from './loose-json.ts'
import { mediaUrlsOf } from './vast.ts'

type PodCase = BidCase & { readonly slot: Slot; readonly imp: JsonObject }

/** AdCOM "Slot Position in Pod". */
const POD_SLOTS: readonly unknown[] = [0, 1, -1, 2]

/** AdCOM "Pod Deduplication": the values of a bid that may not come again. */
const DEDUPE: readonly {
  readonly code: number
  readonly path: string
  readonly valuesOf: (bid: JsonObject) => readonly unknown[]
}[] = [
  { code: 1, path: '/adomain', valuesOf: ({ adomain }) => listOf(adomain) },
  { code: 2, path: '/cat', valuesOf: ({ cat }) => listOf(cat) },
  { code: 3, path: '/crid', valuesOf: ({ crid }) => [crid] },
  { code: 4, path: '/adm', valuesOf: ({ adm }) => mediaUrlsOf(adm) },
]

export function checkPods(cases: readonly BidCase[]): void {
  cases.forEach(checkPodSlot)
  const podCases = cases.filter(isPodCase)
  for (const bids of groupsOf(podCases, ({ imp, slot }) => [imp, slot.kind])) {
    if (isDynamicPod(bids[0].slot.media)) checkDynamicPod(bids)
    else
      for (const { say, bid } of bids.slice(1)) {
        say('pod.once', '/impid', `${shown(bid.impid)} has a bid already`)
      }
  }
  for (const bids of groupsOf(podCases, ({ imp, slot }) => [podIdOf(slot.media) ?? imp])) checkRepeats(bids)
}

/** A slot of a structured pod: a part of a pod that is not itself filled by several. */
export function isStructuredPod(media: JsonObject): boolean {
  return podIdOf(media) !== undefined && !isDynamicPod(media)
}

function podIdOf({ podid }: JsonObject): string | undefined {
  return textOf(podid)
}

function isPodCase(bidCase: BidCase): bidCase is PodCase {
  const { imp, slot } = bidCase
  return imp !== undefined && isFilm(slot) && (isDynamicPod(slot.media) || podIdOf(slot.media) !== undefined)
}

/** Groups by the parts of a key, each of which is compared as itself. */
function groupsOf<T>(items: readonly T[], keyOf: (item: T) => readonly unknown[]): T[][] {
  const groups: { key: readonly unknown[]; items: T[] }[] = []
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.find((other) => other.key.every((part, i) => part === key[i]))
    if (group === undefined) groups.push({ key, items: [item] })
    else group.items.push(item)
  }
  return groups.map((group) => group.items)
}

function checkPodSlot({ bid: { slotinpod }, slot, say }: BidCase): void {
  if (slotinpod === undefined) return
  if (!isFilm(slot) || !isDynamicPod(slot.media)) say('pod.slot', '/slotinpod', 'the imp is no dynamic pod')
  else if (!POD_SLOTS.includes(slotinpod)) say('pod.slot', '/slotinpod', `is ${shown(slotinpod)}`)
}

function checkDynamicPod(bids: readonly PodCase[]): void {
  const { maxseq, poddur } = bids[0].slot.media
  const countMax = limitOf(maxseq) || Infinity
  bids.slice(countMax).forEach(({ imp, say }) => {
    say('pod.count', '/impid', `${idOf(imp)} takes ${countMax} bids`)
  })
  let totalS = 0
  for (const { bid, say } of bids) {
    totalS += limitOf(bid.dur)
    if (totalS <= limitOf(poddur)) continue
    say('pod.duration', '/dur', `this one makes it ${totalS} s of ${limitOf(poddur)} s`)
    return
  }
}

function checkRepeats(bids: readonly PodCase[]): void {
  const seen = DEDUPE.map(() => new Set<unknown>())
  for (const { bid, slot, say } of bids) {
    const codes = numbersOf(slot.media.poddedupe)
    DEDUPE.forEach(({ code, path, valuesOf }, i) => {
      const values = valuesOf(bid).filter(isFilledText)
      const again = values.find((value) => seen[i].has(value))
      if (again !== undefined && codes.includes(code)) {
        say('pod.repeat', path, `${again} is in the pod already, and poddedupe has ${code}`)
      }
      for (const value of values) seen[i].add(value)
    })
  }
}
