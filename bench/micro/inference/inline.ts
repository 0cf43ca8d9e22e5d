/**
 * The inline scorer: sums prepared for ad and imp, against adding up every column of every row.
 */
import type { MicroBench } from '../measure.ts'
import { inline, inlinePlan, matchedRequest, model } from '../setting.ts'

const CANDIDATES = 16
const { vector, ads: candidates } = matchedRequest(0)
const { columns, bias, table } = model.inline
const cells = new Int32Array(columns.length)

function prepared(): number {
  inline.begin(vector)
  let sum = 0
  for (let i = 0; i < CANDIDATES; i++) sum += inline.score(candidates[i])
  return sum
}

function everyColumn(): number {
  inlinePlan.begin(vector)
  let sum = 0
  for (let i = 0; i < CANDIDATES; i++) {
    inlinePlan.write(cells, 0, candidates[i])
    let logit = bias
    for (let column = 0; column < cells.length; column++) logit += table[cells[column]]
    sum += 1 / (1 + Math.exp(-logit))
  }
  return sum
}

function repeat(count: number, score: () => number): number {
  let check = 0
  for (let i = 0; i < count; i++) check += score()
  return check
}

export const benches: MicroBench[] = [
  {
    name: `inference: inline scores of ${CANDIDATES} candidates`,
    unit: 'request',
    count: 5000,
    cases: [
      { name: 'prepared sums', run: (count) => repeat(count, prepared) },
      { name: 'every column of every row', run: (count) => repeat(count, everyColumn) },
    ],
  },
]
