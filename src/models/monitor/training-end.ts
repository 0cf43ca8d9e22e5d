/**
 * When a model's training window ended, read from `training.window` of its manifest where that is an interval of ISO 8601:
 * `2026-01-01/2026-01-28` or `2026-01-01T00:00:00Z/2026-01-28T06:00:00Z`. A day is over when the next one begins, UTC.
 */
const DAY_MS = 86_400_000
const INTERVAL = /^[^/]+\/(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z)?$/

/** Unix time; NaN where the text does not say. */
export function trainingEndMs(window: string): number {
  const [, day, time] = INTERVAL.exec(window) ?? []
  if (day === undefined) return Number.NaN
  return time === undefined ? Date.parse(day) + DAY_MS : Date.parse(day + time)
}
