/**
 * The policy as a table: what was measured, and what is to become of the version.
 */
import t from 'tap'
import { DEFAULT_POLICY, judge, type Measured, type ReleasePolicy } from './policy.ts'

const WELL: Measured = {
  stage: 'shadow',
  share: 0,
  stageS: 90_000,
  requests: 200_000,
  shadowScores: 1_200_000,
  recent: { requests: 1000, late: 0, failed: 0 },
  rival: { requests: 1000, late: 0, failed: 0 },
  recentScores: { count: 1000, mean: 0.01 },
  reference: { count: 1000, mean: 0.01 },
  psi: { count: 50_000, value: 0.03 },
  labels: { clicks: 400, expected: 405 },
  logLossWorse: -0.01,
}
const CANARY: Measured = { ...WELL, stage: 'canary', share: 0.05, stageS: 1900, requests: 12_000 }
const LIVE: Measured = { ...WELL, stage: 'live', share: 1, rival: undefined }

type Row = readonly [about: string, measured: Measured, wanted: string, policy?: Partial<ReleasePolicy>]

/** What is wanted reads as the verdict's kind, and what it says. */
const TABLE: readonly Row[] = [
  ['a shadow that was long enough and is no worse', WELL, 'advance canary 0.01'],
  ['one that is too young', { ...WELL, stageS: 86_399 }, 'stay 86399 of 86400 seconds in shadow'],
  [
    'one with too few rows and clicks',
    { ...WELL, shadowScores: 10, labels: { clicks: 3, expected: 9 } },
    'stay 10 of 1000000 rows scored beside the live version; 3 of 200 clicks on impressions that both have scored',
  ],
  ['one that is a little worse', { ...WELL, logLossWorse: 0.0019 }, 'advance canary 0.01'],
  [
    'one that is worse',
    { ...WELL, logLossWorse: 0.004 },
    'stay its log loss is 0.4 % worse than that of the live version on the same impressions; 0.2 % may be',
  ],
  [
    'one without labels, where none are asked for',
    { ...WELL, labels: { clicks: 0, expected: 1 }, logLossWorse: Number.NaN },
    'advance canary 0.01',
    { shadowClicks: 0 },
  ],
  ['no canary at all', WELL, 'advance live 1', { canaryShares: [] }],
  ['a canary that was long enough', CANARY, 'advance canary 0.2'],
  ['the last canary', { ...CANARY, share: 0.5 }, 'advance live 1'],
  ['a share by hand goes on to the next larger one', { ...CANARY, share: 0.1 }, 'advance canary 0.2'],
  [
    'a canary that is too young and too small',
    { ...CANARY, stageS: 60.5, requests: 900 },
    'stay 60 of 1800 seconds at 5 % of the requests; 900 of 10000 requests at 5 %',
  ],
  ['a canary needs no labels', { ...CANARY, labels: { clicks: 0, expected: 0 } }, 'advance canary 0.2'],
  ['a live version that is well', LIVE, 'stay '],
  [
    'a late canary',
    { ...CANARY, recent: { requests: 1000, late: 60, failed: 0 } },
    'rollBack latency: 6 % of its requests were late, 5 % may be',
  ],
  [
    'all are late',
    {
      ...CANARY,
      recent: { requests: 1000, late: 60, failed: 0 },
      rival: { requests: 500, late: 20, failed: 0 },
    },
    'advance canary 0.2',
  ],
  [
    'few are late, of few',
    { ...CANARY, recent: { requests: 20, late: 19, failed: 0 } },
    'advance canary 0.2',
  ],
  [
    'nobody to be held against',
    { ...CANARY, recent: { requests: 100, late: 90, failed: 0 }, rival: { requests: 0, late: 0, failed: 0 } },
    'rollBack latency: 90 % of its requests were late, 5 % may be',
  ],
  [
    'a live version that is a little late',
    { ...LIVE, recent: { requests: 1000, late: 240, failed: 0 } },
    'stay ',
  ],
  [
    'a live version that is late',
    { ...LIVE, recent: { requests: 1000, late: 260, failed: 0 } },
    'rollBack latency: 26 % of its requests were late, 25 % may be',
  ],
  [
    'a shadow that fails',
    { ...WELL, recent: { requests: 1000, late: 0, failed: 11 } },
    'rollBack errors: 1.1 % of its requests failed, 1 % may',
  ],
  ['one that failed twice', { ...LIVE, recent: { requests: 10, late: 0, failed: 2 } }, 'stay '],
  [
    'no request at all',
    { ...LIVE, recent: { requests: 0, late: 0, failed: 0 } },
    'stay ',
    { failedMin: 0, lateMin: 0 },
  ],
  [
    'scores that jump up',
    { ...LIVE, recentScores: { count: 200, mean: 0.021 } },
    'rollBack score drift: its mean score is 0.0210, 2.10 times what it is held against; 2 times may be',
  ],
  [
    'scores that fall',
    { ...CANARY, recentScores: { count: 200, mean: 0.004 } },
    'rollBack score drift: its mean score is 0.00400, 0.400 times what it is held against; 2 times may be',
  ],
  ['scores of a few', { ...CANARY, recentScores: { count: 199, mean: 0.9 } }, 'advance canary 0.2'],
  [
    'nothing to hold them against',
    { ...CANARY, recentScores: { count: 500, mean: 0.9 }, reference: { count: 0, mean: Number.NaN } },
    'advance canary 0.2',
  ],
  [
    'scores that are spread otherwise',
    { ...LIVE, psi: { count: 5000, value: 0.31 } },
    'rollBack score drift: the stability index of its scores is 0.31, 0.25 may be',
  ],
  ['an index of a few', { ...LIVE, psi: { count: 4999, value: 3 } }, 'stay '],
  [
    'too many clicks expected',
    { ...LIVE, labels: { clicks: 200, expected: 260 } },
    'rollBack calibration: it expects 1.30 times the 200 clicks there were; 0.8 to 1.25 may be',
  ],
  [
    'too few expected',
    { ...CANARY, labels: { clicks: 400, expected: 200 } },
    'rollBack calibration: it expects 0.50 times the 400 clicks there were; 0.8 to 1.25 may be',
  ],
  ['of too few clicks', { ...LIVE, labels: { clicks: 199, expected: 400 } }, 'stay '],
  [
    'off by what chance may do',
    { ...LIVE, labels: { clicks: 20, expected: 27 } },
    'stay ',
    { calibrationClicks: 10 },
  ],
  [
    'a breach goes before the next stage',
    { ...WELL, labels: { clicks: 400, expected: 900 } },
    'rollBack calibration: it expects 2.25 times the 400 clicks there were; 0.8 to 1.25 may be',
  ],
]

t.test('the policy', async (t) => {
  for (const [about, measured, wanted, policy] of TABLE) {
    const verdict = judge(measured, { ...DEFAULT_POLICY, ...policy })
    const says =
      verdict.kind === 'stay'
        ? verdict.waits.join('; ')
        : verdict.kind === 'advance'
          ? `${verdict.stage} ${verdict.share}`
          : verdict.reasons.join('; ')
    t.equal(`${verdict.kind} ${says}`, wanted, about)
  }
})

t.test('several breaches are told together', async (t) => {
  const verdict = judge(
    { ...LIVE, recent: { requests: 100, late: 90, failed: 10 }, psi: { count: 9000, value: 1 } },
    DEFAULT_POLICY,
  )
  t.equal(verdict.kind === 'rollBack' && verdict.reasons.length, 3)
})

t.test('every threshold has a default', async (t) => {
  t.notOk(Object.values(DEFAULT_POLICY).includes(undefined as never))
})
