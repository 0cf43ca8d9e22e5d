/**
 * Isotonic calibration: the rates that labels bear out, rising with the model's log odds and otherwise of any shape.
 *
 * Rows in the order of their log odds are cut into blocks of enough positives each; blocks whose rates do not rise are
 * pooled with their neighbours (pool adjacent violators); a knot stands at the mean of each block. Between knots the log
 * odds go in a straight line, outside they stay flat. Cold; sorts the rows once.
 */
import { logitOf } from '../logit.ts'
import type { Scored } from './scored.ts'

/** Where the model's log odds `from` become `to`; both rise from knot to knot. */
export type Knot = { readonly from: number; readonly to: number }

/** Rows side by side: sums of their weights. */
export type Block = { readonly weight: number; readonly logits: number; readonly positives: number }

const POSITIVES_MIN = 50
/** More knots would follow the noise, and each is work for every row that is served. */
const KNOTS_MAX = 32
/** Between knots closer than this a line may be so steep that it multiplies what 32-bit floats round. */
const LOGIT_GAP = 0.05
/** Rates of blocks are held within these, as probabilities are. */
const RATE_MIN = 1e-6

export function fitIsotonic(scored: Scored): Knot[] {
  return poolBlocks(blocksOf(scored)).map((block) => ({
    from: block.logits / block.weight,
    to: logitOf(Math.min(1 - RATE_MIN, Math.max(RATE_MIN, rateOf(block)))),
  }))
}

/** Pool adjacent violators: what is left rises, and fits the blocks best of all that rises. */
export function poolBlocks(blocks: readonly Block[]): Block[] {
  const pooled: Block[] = []
  for (const block of blocks) {
    let last = block
    while (pooled.length > 0 && isPooled(pooled[pooled.length - 1], last)) last = joined(pooled.pop()!, last)
    pooled.push(last)
  }
  return pooled
}

function isPooled(left: Block, right: Block): boolean {
  return rateOf(left) >= rateOf(right) || right.logits / right.weight - left.logits / left.weight < LOGIT_GAP
}

function joined(left: Block, right: Block): Block {
  return {
    weight: left.weight + right.weight,
    logits: left.logits + right.logits,
    positives: left.positives + right.positives,
  }
}

function rateOf({ positives, weight }: Block): number {
  return positives / weight
}

/** Rows of one prediction stay together; what is left over at the end goes to the last block. */
function blocksOf({ predictions, labels, weights }: Scored): Block[] {
  const order = Uint32Array.from(predictions.keys()).sort((a, b) => predictions[a] - predictions[b])
  const positives = labels.reduce((sum, label) => sum + label, 0)
  const positivesMin = Math.max(POSITIVES_MIN, Math.ceil(positives / KNOTS_MAX))
  const blocks: Block[] = []
  let [weight, logits, weightOfPositives, count] = [0, 0, 0, 0]
  for (const [place, row] of order.entries()) {
    weight += weights[row]
    logits += weights[row] * logitOf(predictions[row])
    weightOfPositives += weights[row] * labels[row]
    count += labels[row]
    const isLast = place === order.length - 1
    if (!isLast && (count < positivesMin || predictions[order[place + 1]] === predictions[row])) continue
    const block = { weight, logits, positives: weightOfPositives }
    if (count >= positivesMin || blocks.length === 0) blocks.push(block)
    else blocks.push(joined(blocks.pop()!, block))
    ;[weight, logits, weightOfPositives, count] = [0, 0, 0, 0]
  }
  return blocks
}
