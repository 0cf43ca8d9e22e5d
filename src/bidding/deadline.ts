/**
 * How much time a request leaves us. `tmax` counts from the exchange's side and includes the network both ways
 * (OpenRTB 2.6 section 3.2.1); we count from the first byte that we saw.
 */
export type TimeLimits = {
  /** Taken when a request has no usable `tmax`. */
  readonly tmaxDefaultMs: number
  /** No request gets more, whatever it says. */
  readonly tmaxMostMs: number
}

/** Between the scores and the last byte: pricing, writing, and the loop turn that both wait for. */
export const ANSWER_MARGIN_MS = 2

/** When the answer must have left, on the monotonic clock. */
export function answerByMs(
  firstByteMs: number,
  tmaxMs: number,
  networkAllowanceMs: number,
  limits: TimeLimits,
): number {
  const wantedMs = tmaxMs > 0 ? tmaxMs : limits.tmaxDefaultMs
  return firstByteMs + Math.min(wantedMs, limits.tmaxMostMs) - networkAllowanceMs
}

/** Until when scores are of use. */
export function scoreByMs(answerBy: number): number {
  return answerBy - ANSWER_MARGIN_MS
}
