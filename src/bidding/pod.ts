/**
 * Fills one dynamic ad pod: of the candidates, the set of the greatest total price that fits its length and its number
 * of ads and repeats nothing that the seller wants once (OpenRTB 2.6 section 3.2.7: `poddur`, `maxseq`, `poddedupe`).
 *
 * A branch and bound over groups, of which at most one member may be chosen: the candidates of an advertiser, say. The
 * bound is a knapsack over the groups that are left, by seconds and number of ads, which knows of no other repetition.
 * Where the groups say all there is to say, as they mostly do, it is no bound but the answer, and the first descent
 * ends the search. Otherwise it may be cut short after `NODES_MAX` choices: then it is counted and gives the best set
 * met, which is never worse than taking the dearest that fits again and again. 3 to 12 us for 16 candidates and 90 s
 * (bench/micro/bidding/pod.ts). Allocates nothing.
 */
import { assert } from '../base/assert.ts'

export const POD_CANDIDATES_MAX = 32
/** No break that is worth watching has more ads of one bidder. */
export const POD_ADS_MAX = 8

/** What may not be repeated, as bits of the codes of `poddedupe` (AdCOM "Pod Deduplication"). */
export const DEDUPE = {
  advertiser: 1 << 1,
  category: 1 << 2,
  creative: 1 << 3,
  file: 1 << 4,
  none: 1 << 5,
} as const
const DEDUPE_KNOWN = DEDUPE.advertiser | DEDUPE.category | DEDUPE.creative | DEDUPE.file | DEDUPE.none
/** When the request says nothing that we know. */
const DEDUPE_DEFAULT = DEDUPE.advertiser | DEDUPE.creative

/** What a mask of `poddedupe` asks for: the default when it says nothing that we know. */
export function dedupeOf(mask: number): number {
  return (mask & DEDUPE_KNOWN) === 0 ? DEDUPE_DEFAULT : mask
}

export type Pod = {
  readonly podDurationS: number
  /** 0 when nothing is said. */
  readonly sequenceMax: number
  /** Bits of `DEDUPE`; 0 when nothing is said. */
  readonly dedupe: number
}

/** Parallel arrays; numbers of advertisers, creatives and categories below 0 are unknown, and never repeated. */
export type PodCandidates = {
  readonly durations: Int32Array
  /** What each bid would bring. One without a price above 0, or without a length, is not chosen. */
  readonly prices: Float64Array
  readonly advertisers: Int32Array
  readonly creatives: Int32Array
  readonly categories: Int32Array
}

/**
 * The bound counts time in steps that all lengths share: a pod of 90 s has 6 of 15 s, or 90 of 1 s. A pod of more steps
 * is counted in longer ones, which makes the bound looser.
 */
const STEPS_MAX = 128
/** Choices tried in a search: about 0.1 ms. */
const NODES_MAX = 1000
/** Sets that are better by less are not looked for: sums of the same prices in another order differ by that. */
const NEARLY = 1 + 1e-12
const SKIP = -1

export class PodFiller {
  /** The candidates chosen by the last `fill`, in descending order of price. */
  readonly chosen = new Int32Array(POD_ADS_MAX)
  /** Pods whose search was cut short: the best set may not have been met. */
  cutShortCount = 0

  /** The candidates that fit at all, dearest first; sets of them are bits in this order. */
  readonly #order = new Int32Array(POD_CANDIDATES_MAX)
  readonly #durations = new Int32Array(POD_CANDIDATES_MAX)
  readonly #prices = new Float64Array(POD_CANDIDATES_MAX)
  #count = 0
  /** The set that each may not stand beside. */
  readonly #rivals = new Int32Array(POD_CANDIDATES_MAX)
  readonly #groups = new Groups()
  /** The most that the groups from one on can bring, by group, ads and steps of time that are left. */
  readonly #bounds = new Float64Array((POD_CANDIDATES_MAX + 1) * (POD_ADS_MAX + 1) * (STEPS_MAX + 1))
  #adsMax = 0
  #steps = 0
  #stepS = 1
  #bestValue = 0
  #bestSet = 0
  #nodes = 0

  /**
   * Fills `chosen` from the first `count` candidates, at most `POD_CANDIDATES_MAX`, and returns how many are chosen.
   */
  fill(pod: Pod, candidates: PodCandidates, count: number): number {
    assert(count <= POD_CANDIDATES_MAX, 'a pod has no more candidates than there are bits')
    this.#sort(pod, candidates, count)
    if (this.#count === 0) return 0
    this.#forbid(dedupeOf(pod.dedupe), candidates)
    this.#measure(pod)
    this.#bound()
    this.#fillGreedily(pod.podDurationS)
    this.#nodes = 0
    this.#search(0, pod.podDurationS, this.#adsMax, 0, 0)
    if (this.#nodes > NODES_MAX) this.cutShortCount++
    let chosen = 0
    for (let rest = this.#bestSet; rest !== 0; rest &= rest - 1)
      this.chosen[chosen++] = this.#order[lowest(rest)]
    return chosen
  }

  #sort(pod: Pod, { durations, prices }: PodCandidates, count: number): void {
    const order = this.#order
    let kept = 0
    for (let i = 0; i < count; i++) {
      if (!(prices[i] > 0) || durations[i] <= 0 || durations[i] > pod.podDurationS) continue
      let place = kept++
      for (; place > 0 && prices[order[place - 1]] < prices[i]; place--) order[place] = order[place - 1]
      order[place] = i
    }
    for (let i = 0; i < kept; i++) {
      this.#durations[i] = durations[order[i]]
      this.#prices[i] = prices[order[i]]
    }
    this.#count = kept
  }

  /** Finds who may not stand beside whom, and the rule that makes the fewest groups: its bound is the closest. */
  #forbid(dedupe: number, { advertisers, creatives, categories }: PodCandidates): void {
    this.#rivals.fill(0, 0, this.#count)
    this.#groups.clear(this.#count)
    if (dedupe & DEDUPE.advertiser) this.#forbidEqual(advertisers)
    // One creative stands for one media file: nothing closer is known of the file.
    if (dedupe & (DEDUPE.creative | DEDUPE.file)) this.#forbidEqual(creatives)
    if (dedupe & DEDUPE.category) this.#forbidEqual(categories)
  }

  #forbidEqual(keys: Int32Array): void {
    const order = this.#order
    const count = this.#count
    for (let i = 0; i < count; i++) {
      const key = keys[order[i]]
      if (key < 0) continue
      for (let j = 0; j < i; j++) {
        if (keys[order[j]] !== key) continue
        this.#rivals[i] |= 1 << j
        this.#rivals[j] |= 1 << i
      }
    }
    this.#groups.tryKeys(keys, order, count)
  }

  #measure({ podDurationS, sequenceMax }: Pod): void {
    let shortestS = podDurationS
    let commonS = 0
    for (let i = 0; i < this.#count; i++) {
      shortestS = Math.min(shortestS, this.#durations[i])
      commonS = greatestCommonDivisor(this.#durations[i], commonS)
    }
    const asked = sequenceMax > 0 ? Math.min(sequenceMax, POD_ADS_MAX) : POD_ADS_MAX
    this.#adsMax = Math.min(asked, this.#groups.count, Math.floor(podDurationS / shortestS))
    // Lengths are rounded down to steps: a set that fits the seconds fits the steps, so that the bound stays one.
    this.#stepS = commonS * Math.ceil(Math.floor(podDurationS / commonS) / STEPS_MAX)
    this.#steps = Math.floor(podDurationS / this.#stepS)
  }

  /** Fills the table of bounds from the last group to the first. */
  #bound(): void {
    const bounds = this.#bounds
    const width = this.#steps + 1
    const size = (this.#adsMax + 1) * width
    const { sets, count } = this.#groups
    bounds.fill(0, count * size, (count + 1) * size)
    for (let group = count - 1; group >= 0; group--) {
      const own = group * size
      bounds.copyWithin(own, own + size, own + 2 * size)
      for (let rest = sets[group]; rest !== 0; rest &= rest - 1) this.#raise(own, lowest(rest))
    }
  }

  /** Raises the bounds of a group, which start at `own`, by one of its members. */
  #raise(own: number, member: number): void {
    const bounds = this.#bounds
    const price = this.#prices[member]
    const length = Math.floor(this.#durations[member] / this.#stepS)
    const width = this.#steps + 1
    const size = (this.#adsMax + 1) * width
    for (let row = own + width; row < own + size; row += width) {
      // What the groups behind bring with an ad less and its length less.
      const behind = row + size - width - length
      for (let step = length; step < width; step++) {
        const value = price + bounds[behind + step]
        if (value > bounds[row + step]) bounds[row + step] = value
      }
    }
  }

  /** The dearest that fits, then the dearest that fits beside it, and so on: what the search has to beat. */
  #fillGreedily(podDurationS: number): void {
    let leftS = podDurationS
    let left = this.#adsMax
    this.#bestValue = 0
    this.#bestSet = 0
    for (let i = 0; i < this.#count && left > 0; i++) {
      if (this.#durations[i] > leftS || (this.#rivals[i] & this.#bestSet) !== 0) continue
      this.#bestSet |= 1 << i
      this.#bestValue += this.#prices[i]
      leftS -= this.#durations[i]
      left--
    }
  }

  /** Tries what the groups from `group` on can add to `set`, the most promising choice of each group first. */
  #search(group: number, leftS: number, left: number, value: number, set: number): void {
    if (value > this.#bestValue) {
      this.#bestValue = value
      this.#bestSet = set
    }
    if (left === 0 || group === this.#groups.count) return
    let untried = this.#groups.sets[group]
    let maySkip = true
    for (;;) {
      let choice = SKIP
      let promise = maySkip ? value + this.#boundOf(group + 1, leftS, left) : 0
      for (let rest = untried; rest !== 0; rest &= rest - 1) {
        const member = lowest(rest)
        if (this.#durations[member] > leftS || (this.#rivals[member] & set) !== 0) continue
        const bound = this.#boundOf(group + 1, leftS - this.#durations[member], left - 1)
        const total = value + this.#prices[member] + bound
        if (total <= promise) continue
        promise = total
        choice = member
      }
      if (promise <= this.#bestValue * NEARLY || ++this.#nodes > NODES_MAX) return
      if (choice === SKIP) {
        maySkip = false
        this.#search(group + 1, leftS, left, value, set)
      } else {
        untried &= ~(1 << choice)
        const price = value + this.#prices[choice]
        this.#search(group + 1, leftS - this.#durations[choice], left - 1, price, set | (1 << choice))
      }
    }
  }

  #boundOf(group: number, leftS: number, left: number): number {
    const row = group * (this.#adsMax + 1) + left
    return this.#bounds[row * (this.#steps + 1) + Math.floor(leftS / this.#stepS)]
  }
}

/** The candidates in sets of which at most one member may be chosen. */
class Groups {
  sets = new Int32Array(POD_CANDIDATES_MAX)
  count = 0
  #triedSets = new Int32Array(POD_CANDIDATES_MAX)
  readonly #keys = new Int32Array(POD_CANDIDATES_MAX)

  /** Each candidate is a group of its own. */
  clear(count: number): void {
    for (let i = 0; i < count; i++) this.sets[i] = 1 << i
    this.count = count
  }

  /** Groups the candidates by their keys where that makes fewer groups. */
  tryKeys(keys: Int32Array, order: Int32Array, candidateCount: number): void {
    const sets = this.#triedSets
    const known = this.#keys
    let count = 0
    for (let i = 0; i < candidateCount; i++) {
      const key = keys[order[i]]
      let group = 0
      while (group < count && (key < 0 || known[group] !== key)) group++
      if (group === count) {
        known[group] = key
        sets[count++] = 0
      }
      sets[group] |= 1 << i
    }
    if (count >= this.count) return
    this.#triedSets = this.sets
    this.sets = sets
    this.count = count
  }
}

/** The place of the lowest bit. */
function lowest(set: number): number {
  return 31 - Math.clz32(set & -set)
}

function greatestCommonDivisor(first: number, second: number): number {
  let divisor = first
  let rest = second
  while (rest !== 0) {
    const next = divisor % rest
    divisor = rest
    rest = next
  }
  return divisor
}
