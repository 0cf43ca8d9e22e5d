/**
 * How good predicted probabilities are, against labels of 0 and 1. Exact, cold, over whole arrays.
 * A measure the rows cannot give, such as the ranking of clicks where nobody clicked, is NaN.
 */
import { assert } from '../base/assert.ts'

export type Predictions = Float32Array | Float64Array
export type Labels = Uint8Array

/** Share of (positive, negative) pairs that the predictions put in the right order; a tie counts one half. */
export function auc(predictions: Predictions, labels: Labels): number {
  const positives = sortedWhere(predictions, labels, 1)
  const negatives = sortedWhere(predictions, labels, 0)
  let orderedPairs = 0
  let below = 0
  let notAbove = 0
  for (const prediction of positives) {
    while (negatives[below] < prediction) below++
    while (negatives[notAbove] <= prediction) notAbove++
    orderedPairs += (below + notAbove) / 2
  }
  return orderedPairs / (positives.length * negatives.length)
}

/** Mean negative log likelihood, in nats. A prediction is held 1e-12 away from 0 and 1, so one mistake is not infinite. */
export function logLoss(predictions: Predictions, labels: Labels): number {
  assert(predictions.length === labels.length, 'every prediction has a label')
  let loss = 0
  for (let i = 0; i < labels.length; i++) {
    const likelihood = labels[i] === 1 ? predictions[i] : 1 - predictions[i]
    loss -= Math.log(Math.min(1 - 1e-12, Math.max(1e-12, likelihood)))
  }
  return loss / labels.length
}

/** Log loss over that of always predicting the labels' own mean: below 1 the model knows more than the base rate. */
export function normalisedEntropy(predictions: Predictions, labels: Labels): number {
  const rate = sumOf(labels) / labels.length
  const entropy = -rate * Math.log(rate) - (1 - rate) * Math.log(1 - rate)
  return logLoss(predictions, labels) / entropy
}

/** Expected over observed positives: above 1 the model promises too much. */
export function calibrationRatio(predictions: Predictions, labels: Labels): number {
  assert(predictions.length === labels.length, 'every prediction has a label')
  const positives = sumOf(labels)
  return positives === 0 ? Number.NaN : sumOf(predictions) / positives
}

function sortedWhere(predictions: Predictions, labels: Labels, label: number): Float64Array {
  assert(predictions.length === labels.length, 'every prediction has a label')
  return Float64Array.from(predictions.filter((_, i) => labels[i] === label)).sort()
}

function sumOf(values: Predictions | Labels): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum
}
