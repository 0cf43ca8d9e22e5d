/**
 * How good predicted probabilities are, against labels of 0 and 1. Exact, cold, over whole arrays.
 * A row may stand for several, as where negatives were sampled; each counts once where no weights are given.
 * A measure the rows cannot give, such as the ranking of clicks where nobody clicked, is NaN.
 */
import { assert } from '../base/assert.ts'

export type Predictions = Float32Array | Float64Array
export type Labels = Uint8Array
export type Weights = Float32Array | undefined

/** Share of (positive, negative) pairs that the predictions put in the right order; a tie counts one half. */
export function auc(predictions: Predictions, labels: Labels, weights?: Weights): number {
  const order = orderOf(predictions, labels)
  let [orderedPairs, negatives, positives] = [0, 0, 0]
  for (let first = 0, next = 0; first < order.length; first = next) {
    const prediction = predictions[order[first]]
    let [tiedNegatives, tiedPositives] = [0, 0]
    for (; next < order.length && predictions[order[next]] === prediction; next++) {
      const row = order[next]
      if (labels[row] === 1) tiedPositives += weights?.[row] ?? 1
      else tiedNegatives += weights?.[row] ?? 1
    }
    orderedPairs += tiedPositives * (negatives + tiedNegatives / 2)
    negatives += tiedNegatives
    positives += tiedPositives
  }
  return orderedPairs / (positives * negatives)
}

/** Mean negative log likelihood, in nats. */
export function logLoss(predictions: Predictions, labels: Labels, weights?: Weights): number {
  assert(predictions.length === labels.length, 'every prediction has a label')
  let [loss, count] = [0, 0]
  for (let i = 0; i < labels.length; i++) {
    const weight = weights?.[i] ?? 1
    loss += weight * lossOf(predictions[i], labels[i])
    count += weight
  }
  return loss / count
}

/** Of one row. A prediction is held 1e-12 away from 0 and 1, so one mistake is not infinite. */
export function lossOf(prediction: number, label: number): number {
  const likelihood = label === 1 ? prediction : 1 - prediction
  return -Math.log(Math.min(1 - 1e-12, Math.max(1e-12, likelihood)))
}

/** Log loss over that of always predicting the labels' own mean: below 1 the model knows more than the base rate. */
export function normalisedEntropy(predictions: Predictions, labels: Labels, weights?: Weights): number {
  const rate = sumOf(labels, weights) / countOf(labels, weights)
  const entropy = -rate * Math.log(rate) - (1 - rate) * Math.log(1 - rate)
  return logLoss(predictions, labels, weights) / entropy
}

/** Expected over observed positives: above 1 the model promises too much. */
export function calibrationRatio(predictions: Predictions, labels: Labels, weights?: Weights): number {
  assert(predictions.length === labels.length, 'every prediction has a label')
  const positives = sumOf(labels, weights)
  return positives === 0 ? Number.NaN : sumOf(predictions, weights) / positives
}

/**
 * Expected calibration error over bins of as many rows each in the order of predictions: how far the mean prediction of
 * a bin is from its rate of positives, in the mean.
 */
export function expectedCalibrationError(
  predictions: Predictions,
  labels: Labels,
  weights?: Weights,
  bins = 20,
): number {
  const order = orderOf(predictions, labels)
  const total = countOf(labels, weights)
  let [error, seen, expected, observed] = [0, 0, 0, 0]
  let bin = 1
  for (const [place, row] of order.entries()) {
    const weight = weights?.[row] ?? 1
    seen += weight
    expected += weight * predictions[row]
    observed += weight * labels[row]
    if (seen * bins < bin * total && place < order.length - 1) continue
    error += Math.abs(expected - observed)
    bin = Math.floor((seen * bins) / total) + 1
    expected = 0
    observed = 0
  }
  return error / total
}

/** Row numbers, the lowest prediction first. */
function orderOf(predictions: Predictions, labels: Labels): Uint32Array {
  assert(predictions.length === labels.length, 'every prediction has a label')
  return Uint32Array.from(predictions.keys()).sort((a, b) => predictions[a] - predictions[b])
}

function sumOf(values: Predictions | Labels, weights: Weights): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] * (weights?.[i] ?? 1)
  return sum
}

function countOf(labels: Labels, weights: Weights): number {
  return weights === undefined ? labels.length : weights.reduce((sum, weight) => sum + weight, 0)
}
