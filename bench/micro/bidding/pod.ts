/**
 * Filling a pod of 90 s: the search against taking the dearest that fits, by what is known of the candidates.
 */
import { Prng } from '../../../src/base/prng.ts'
import { DEDUPE, type Pod, type PodCandidates, PodFiller } from '../../../src/bidding/pod.ts'
import type { MicroBench } from '../measure.ts'

const SEED = 11
const DRAWS = 256
const EVEN_S = [6, 15, 20, 30, 45, 60]
const FIFTEENS_S = [15, 30, 60]

type Draw = { readonly count: number; readonly advertisers: number; readonly durations: readonly number[] }

function draws({ count, advertisers, durations }: Draw): PodCandidates[] {
  const prng = new Prng(SEED)
  return Array.from({ length: DRAWS }, () => {
    const fill = (draw: () => number) => Int32Array.from({ length: count }, draw)
    const lengths = fill(() => prng.pick(durations))
    return {
      durations: lengths,
      // A longer ad costs more, though not in proportion.
      prices: Float64Array.from(lengths, (s) => Math.ceil(1e6 * (2 + s / 10) * (0.5 + prng.unit()))),
      advertisers: fill(() => prng.below(advertisers)),
      creatives: fill(() => prng.below(1000)),
      categories: fill(() => prng.below(6)),
    }
  })
}

const filler = new PodFiller()

function run(pod: Pod, candidates: readonly PodCandidates[]): (times: number) => number {
  return (times) => {
    let check = 0
    for (let i = 0; i < times; i++) {
      const pick = candidates[i % DRAWS]
      const chosen = filler.fill(pod, pick, pick.durations.length)
      for (let j = 0; j < chosen; j++) check += pick.prices[filler.chosen[j]]
    }
    return check
  }
}

function greedy(pod: Pod, candidates: readonly PodCandidates[]): (times: number) => number {
  return (times) => {
    let check = 0
    for (let i = 0; i < times; i++) check += greedyValue(pod, candidates[i % DRAWS])
    return check
  }
}

function greedyValue(pod: Pod, { durations, prices, advertisers, creatives }: PodCandidates): number {
  const order = Array.from(prices.keys()).sort((a, b) => prices[b] - prices[a])
  const taken: number[] = []
  let leftS = pod.podDurationS
  let value = 0
  for (const i of order) {
    if (durations[i] > leftS) continue
    if (taken.some((j) => advertisers[i] === advertisers[j] || creatives[i] === creatives[j])) continue
    taken.push(i)
    leftS -= durations[i]
    value += prices[i]
  }
  return value
}

const pod = { podDurationS: 90, sequenceMax: 6, dedupe: 0 }
const strict = { ...pod, dedupe: DEDUPE.advertiser | DEDUPE.creative | DEDUPE.category }
const sixteen = draws({ count: 16, advertisers: 10, durations: EVEN_S })
const fifteens = draws({ count: 16, advertisers: 10, durations: FIFTEENS_S })
const most = draws({ count: 32, advertisers: 20, durations: EVEN_S })
const oddLengths = draws({ count: 32, advertisers: 32, durations: [7, 11, 13, 17, 23, 29, 31] })

export const benches: MicroBench[] = [
  {
    name: 'bidding: fill a pod of 90 s',
    unit: 'pod',
    count: 5_000,
    cases: [
      { name: '16 candidates of 15, 30 and 60 s', run: run(pod, fifteens) },
      { name: '16 candidates of 6 to 60 s', run: run(pod, sixteen) },
      { name: '16 candidates, categories once too', run: run(strict, sixteen) },
      { name: '32 candidates of 6 to 60 s', run: run(pod, most) },
      { name: '32 candidates, categories once too', run: run(strict, most) },
      { name: '32 candidates of odd lengths, 3600 s', run: run({ ...pod, podDurationS: 3600 }, oddLengths) },
      { name: 'the dearest that fits: 16 of 6 to 60 s', run: greedy(pod, sixteen) },
    ],
  },
]
