/**
 * When an alarm is raised: states that are well but for one thing, at its threshold and beyond it.
 */
import t from 'tap'
import { ALARM_NAMES, alarms, type MonitorState, THRESHOLDS } from './alarms.ts'
import { ratioOf } from './calibration.ts'
import type { FeatureWindow } from './feature-drift.ts'
import { WINDOWS_KEPT } from './windows.ts'

const HOUR = 3_600_000

type Change = Partial<FeatureWindow>

/** Three windows of a feature, each as it should be but for what a case says of it. */
function windowsOf(...changes: readonly Change[]): FeatureWindow[] {
  const well = { rows: 5000, psi: 0.01, noise: 0.01, missing: 0.05, outOfRange: 0, unseen: 0.1 }
  return changes.map((change) => ({ ...well, ...change }))
}

function stateOf(change: {
  windows?: FeatureWindow[]
  scores?: Change[]
  expected?: number
  clicks?: number
  normalisedEntropy?: number
  trainedAgeMs?: number
}): MonitorState {
  const { windows = windowsOf({}, {}, {}), scores = [{}, {}, {}], expected = 1000, clicks = 1000 } = change
  const ratio = ratioOf(expected, clicks)
  return {
    features: [{ feature: 'os', usual: { missing: 0.05, unseen: 0.1 }, windows }],
    scores: {
      reference: 'manifest',
      windows: scores.map((score) => ({ rows: 5000, psi: 0.01, noise: 0.01, mean: 0.01, ...score })),
    },
    calibration: {
      matureMs: HOUR,
      isDelayLearned: true,
      mature: {
        ...ratio,
        impressions: 100_000,
        expectedLogLoss: 0.05,
        logLoss: 0.05,
        normalisedEntropy: change.normalisedEntropy ?? 0.9,
      },
      live: { ...ratio, clicksInTheEnd: clicks },
      campaigns: [],
    },
    trainedAgeMs: change.trainedAgeMs ?? HOUR,
  }
}

const moved = { psi: 0.22, noise: 0.01 }
const still = { psi: 0.2, noise: 0.01 }

/** Each row: what it is about, the state, the alarms. */
const CASES: readonly (readonly [string, Parameters<typeof stateOf>[0], readonly string[]])[] = [
  ['all is well', {}, []],
  [
    'a feature has moved in three windows in a row',
    { windows: windowsOf(moved, moved, moved) },
    ['feature_psi'],
  ],
  ['in two alone, as there are no more', { windows: windowsOf(moved, moved) }, []],
  ['in two of three', { windows: windowsOf(moved, still, moved) }, []],
  ['in three, one of them with few rows', { windows: windowsOf(moved, { ...moved, rows: 4999 }, moved) }, []],
  [
    'by no more than chance and the threshold',
    { windows: windowsOf(...Array(3).fill({ psi: 0.25, noise: 0.06 })) },
    [],
  ],
  [
    'a feature is not compared',
    { windows: windowsOf(...Array(3).fill({ psi: Number.NaN, noise: Number.NaN })) },
    [],
  ],
  [
    'a feature is missing in one window',
    { windows: windowsOf({}, {}, { missing: 0.16 }) },
    ['feature_missing'],
  ],
  ['it was missing, and is back', { windows: windowsOf({}, { missing: 0.9 }, {}) }, []],
  ['a tenth more is missing, no more', { windows: windowsOf({ missing: 0.15 }) }, []],
  ['it is missing in a window with few rows', { windows: windowsOf({ missing: 1, rows: 4999 }) }, []],
  ['numbers are out of range', { windows: windowsOf({ outOfRange: 0.06 }) }, ['feature_out_of_range']],
  ['a few numbers are out of range', { windows: windowsOf({ outOfRange: 0.05 }) }, []],
  ['values have no weight', { windows: windowsOf({ unseen: 0.31 }) }, ['feature_unseen']],
  ['values have no weight, as is usual', { windows: windowsOf({ unseen: 0.3 }) }, []],
  ['there was no window yet', { windows: [], scores: [] }, []],
  ['scores have moved', { scores: [moved, moved, moved] }, ['score_psi']],
  ['scores have moved and come back', { scores: [moved, moved, still] }, []],
  ['a quotient of 1.1', { expected: 1100, clicks: 1000 }, []],
  ['too much is promised', { expected: 1101, clicks: 1000 }, ['calibration']],
  ['too little is promised', { expected: 890, clicks: 1000 }, ['calibration']],
  ['too much is promised, but chance may be why', { expected: 115, clicks: 100 }, []],
  ['too much is promised, beyond chance', { expected: 126, clicks: 100 }, ['calibration']],
  ['there are few clicks, and few were promised', { expected: 99, clicks: 10 }, []],
  ['a hundred clicks were promised, and none came', { expected: 100, clicks: 0 }, ['calibration']],
  ['no click was promised, and a hundred came', { expected: 0, clicks: 100 }, ['calibration']],
  ['the model is worse than the click rate', { normalisedEntropy: 1.01 }, ['normalised_entropy']],
  ['that may be chance', { normalisedEntropy: 1.01, expected: 999, clicks: 999 }, []],
  ['the training is a day old', { trainedAgeMs: 24 * HOUR }, []],
  ['the training is older', { trainedAgeMs: 24 * HOUR + 1 }, ['model_age']],
  ['nobody knows when it was', { trainedAgeMs: Number.NaN }, []],
]

for (const [about, change, names] of CASES) {
  t.test(about, async (t) => {
    t.same(
      alarms(stateOf(change)).map(({ name }) => name),
      names,
    )
  })
}

t.test('every alarm is among the cases', async (t) => {
  t.same(new Set(CASES.flatMap(([, , names]) => names)), new Set(ALARM_NAMES))
})

t.test('no alarm asks for more windows than are kept', async (t) => {
  for (const [name, rule] of Object.entries(THRESHOLDS))
    if ('windows' in rule) t.ok(rule.windows <= WINDOWS_KEPT, name)
})

t.test('an alarm has its feature, value, threshold, and a sentence', async (t) => {
  t.same(
    alarms(stateOf({ windows: windowsOf({ missing: 0.25 }), expected: 1200, trainedAgeMs: 48 * HOUR })),
    [
      {
        name: 'feature_missing',
        feature: 'os',
        value: 0.25,
        threshold: 0.15000000000000002,
        sentence: '"os" is not known in 0.250 of the rows, in training in 0.050',
      },
      {
        name: 'calibration',
        value: 1.2,
        threshold: 1.1,
        sentence:
          '1200 clicks were expected of mature bids, and 1000 came: a quotient within 0.9 and 1.1 is due',
      },
      {
        name: 'model_age',
        value: 48,
        threshold: 24,
        sentence: 'the training window ended 48.000 hours ago, more than 24: train again',
      },
    ],
  )
  const [{ sentence }] = alarms(stateOf({ windows: windowsOf(moved, moved, moved) }))
  t.equal(
    sentence,
    '"os" is not as it was in training: its stability index is 0.210 beyond chance, more than 0.2 in 3 windows in a row',
  )
})
