import t from 'tap'
import { trainingEndMs } from './training-end.ts'

/** Each row: a window as manifests state it, and when it ended; undefined where it does not say. */
const WINDOWS: readonly (readonly [string, string | undefined])[] = [
  ['2026-01-01/2026-01-28', '2026-01-29T00:00:00Z'],
  ['2026-01-01T00:00:00Z/2026-01-28T06:30:00Z', '2026-01-28T06:30:00Z'],
  ['2026-01-01T00:00Z/2026-01-28T06:30Z', '2026-01-28T06:30:00Z'],
  ['2026-01-01/2026-13-01', undefined],
  ['2026-01-01/2026-01-28, simulated', undefined],
  ['2026-01', undefined],
  ['none', undefined],
  ['', undefined],
]

for (const [window, end] of WINDOWS) {
  t.test(`"${window}" ended ${end ?? 'at no time that can be read'}`, async (t) => {
    t.same(trainingEndMs(window), end === undefined ? Number.NaN : Date.parse(end))
  })
}
