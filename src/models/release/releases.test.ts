/**
 * The release of versions: by hand, by policy, and what a restart knows of it. The versions are counters that a test
 * moves; the clock stands still until it is told.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { Prng } from '../../base/prng.ts'
import { ManualClock } from '../../testing/clock.ts'
import { PromptLabels } from '../../testing/labels.ts'
import type { Model } from '../load.ts'
import type { Version } from '../repository.ts'
import { ReleaseDesk } from './desk.ts'
import { releasedVersion } from './file.ts'
import { DEFAULT_POLICY, type ReleasePolicy } from './policy.ts'
import { type ReleaseEvent, Releases } from './releases.ts'
import { Scores } from './scores.ts'
import type { Served } from './served.ts'
import type { CandidateRole } from './serving.ts'
import { Shadow } from './shadow.ts'

const modelOf = (version: string) =>
  ({ manifest: { name: 'ctr', version }, spec: { key: `ctr/${version}` } }) as Model
const servedOf = (version: string) =>
  ({
    key: `ctr/${version}`,
    model: modelOf(version),
    queue: { counts: { tickets: 0, lateTickets: 0, failedTickets: 0 } },
    scores: new Scores(),
  }) as unknown as Served & { queue: { counts: Record<string, number> } }
const ready = (version: string, parts: Partial<Version> = {}): Version => ({
  ...{ name: 'ctr', version, state: 'ready', reasons: [], batchMs: 1.23456, model: modelOf(version) },
  ...parts,
})
const VERSIONS: readonly Version[] = [
  ready('1', { batchMs: Number.NaN }),
  ready('2'),
  ready('2b'),
  ready('3', { state: 'refused', reasons: ['too slow'], batchMs: 60, model: undefined }),
  ready('1', { name: 'cvr' }),
]
const QUICK: ReleasePolicy = {
  ...DEFAULT_POLICY,
  ...{
    shadowS: 10,
    shadowScores: 100,
    shadowClicks: 0,
    canaryShares: [0.1, 0.5],
    canaryS: 10,
    canaryRequests: 50,
  },
}

const prng = new Prng(1)
/** Log-normal, one in the middle. */
const spread = () => Math.exp(0.7 * prng.normal())

/** Stands where versions are loaded, and does it at once. */
class FakeServing {
  live = servedOf('1')
  previous: ReturnType<typeof servedOf> | undefined
  candidate: CandidateRole | undefined
  faults: readonly string[] = []

  async stage({ manifest }: Model, share: number): Promise<readonly string[]> {
    if (this.faults.length > 0) return this.faults
    const isSame = this.candidate?.served.model.manifest.version === manifest.version
    const { served, shadow } = isSame
      ? this.candidate!
      : { served: servedOf(manifest.version), shadow: new Shadow(() => new PromptLabels()) }
    this.candidate = { served, shadow, share, buckets: share * 10_000, salt: 1 }
    return []
  }

  async promote({ manifest }: Model): Promise<readonly string[]> {
    if (this.faults.length > 0) return this.faults
    const isCandidate = this.candidate?.served.model.manifest.version === manifest.version
    this.previous = this.live
    this.live = isCandidate ? (this.candidate!.served as FakeServing['live']) : servedOf(manifest.version)
    this.candidate = undefined
    return []
  }

  rollBack(): readonly string[] {
    if (this.candidate !== undefined) this.candidate = undefined
    else if (this.previous === undefined) return ['there is none']
    else [this.live, this.previous] = [this.previous, this.live]
    return []
  }

  revert(): void {
    this.live = this.previous!
    this.previous = undefined
  }
}

function open(t: Test, policy: Partial<ReleasePolicy> = {}) {
  const file = join(t.testdir({}), 'models.json')
  const serving = new FakeServing()
  const clock = new ManualClock()
  const events: ReleaseEvent[] = []
  const repository = {
    versions: (name?: string) => VERSIONS.filter((one) => name === undefined || one.name === name),
    find: (name: string, version: string) =>
      VERSIONS.find((one) => one.name === name && one.version === version),
  }
  const labels = new Map<string, PromptLabels>()
  const labelsOf = (key: string): PromptLabels => {
    const known = labels.get(key) ?? new PromptLabels()
    labels.set(key, known)
    return known
  }
  const start = (flag = '1') =>
    new Releases({
      ...{ name: 'ctr', serving, repository, file, flag, clock },
      policy: { ...QUICK, ...policy },
      hasTrials: policy.canaryShares?.length !== 0,
      labelsOf: ({ key }) => labelsOf(key),
      onEvent: (event) => events.push(event),
    })
  const line = start()
  const releases = new ReleaseDesk({
    served: new Map([['ctr', line]]),
    repository,
    monitoringOf: (key) => (key === 'ctr/1' ? { rows: 1 } : undefined),
  })
  /** Time passes, and the policy looks as often as it does. */
  const pass = async (seconds: number) => {
    for (let quarter = 0; quarter < 4 * seconds; quarter++) {
      clock.advance(250)
      await line.tick()
    }
  }
  /** A version answers requests, each with a row of about this score. */
  const answer = ({ queue, scores }: Served, requests: number, score = 0.01, late = 0, failed = 0) => {
    const { counts } = queue as { counts: Record<string, number> }
    counts.tickets += requests
    counts.lateTickets += late
    counts.failedTickets += failed
    for (let i = 0; i < requests; i++) scores.note(score * spread())
  }
  const stateOf = (version: string) =>
    releases.find('ctr')!.versions.find((one) => one.version === version)!.state
  const told = () => events.map(({ did, model, stage, share }) => `${did} ${model} ${stage} ${share}`)
  return { file, serving, clock, events, line, releases, labelsOf, start, pass, answer, stateOf, told }
}

/** What scores beside the live version. */
const shadowRows = ({ candidate }: FakeServing, rows: number, live: number, own: number) => {
  for (let row = 0; row < rows; row++) candidate!.shadow.note(live * spread(), own * spread())
}

t.test('a version goes live by hand, back and forth, and a restart begins with it', async (t) => {
  const { file, releases } = open(t)
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  t.same(await releases.promote('ctr', '2', 'live'), { faults: [] })
  t.equal(releasedVersion(file, 'ctr', '1'), '2')
  t.equal(releasedVersion(file, 'ctr', '3'), '3', 'unless --model was changed since')
  t.same(releases.find('ctr'), {
    name: 'ctr',
    live: '2',
    previous: '1',
    candidate: null,
    versions: [
      { version: '1', state: 'previous', reasons: [], batchMs: null, monitoring: { rows: 1 } },
      { version: '2', state: 'live', reasons: [], batchMs: 1.235, monitoring: undefined },
      { version: '2b', state: 'ready', reasons: [], batchMs: 1.235, monitoring: undefined },
      { version: '3', state: 'refused', reasons: ['too slow'], batchMs: 60, monitoring: undefined },
    ],
  })
  t.same(await releases.rollBack('ctr'), { faults: [] })
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
})

t.test('a version goes from shadow over its canaries to live, each when it has waited for it', async (t) => {
  const { serving, releases, pass, answer, stateOf, told } = open(t)
  await releases.promote('ctr', '2', 'shadow')
  t.equal(stateOf('2'), 'shadow')
  await pass(11)
  t.same(releases.find('ctr')?.candidate?.waits, ['0 of 100 rows scored beside the live version'])
  shadowRows(serving, 100, 0.01, 0.011)
  await pass(1)
  t.equal(stateOf('2'), 'canary')
  answer(serving.candidate!.served, 50)
  await pass(9)
  t.match(releases.find('ctr')?.candidate, { share: 0.1, waits: [/^\d of 10 seconds at 10 %/] })
  await pass(2)
  t.match(releases.find('ctr')?.candidate, {
    share: 0.5,
    waits: [/ 10 seconds at 50 %/, /^0 of 50 requests/],
  })
  answer(serving.candidate!.served, 50)
  await pass(11)
  t.same([stateOf('1'), stateOf('2')], ['previous', 'live'])
  t.same(told(), ['advanced ctr/2 canary 0.1', 'advanced ctr/2 canary 0.5', 'advanced ctr/2 live 1'])
})

t.test('one version is on trial at a time', async (t) => {
  const { releases } = open(t)
  await releases.promote('ctr', '2', 'shadow')
  const refused = { faults: ['ctr/2 is on trial; let it go live, or end its trial by rolling back, first'] }
  for (const stage of ['shadow', 'canary', 'live'] as const)
    t.same(await releases.promote('ctr', '2b', stage), refused)
  t.same(await releases.promote('ctr', '2', 'live'), { faults: [] })
  t.same(await releases.promote('ctr', '2b', 'shadow'), { faults: [] })
})

t.test('by hand a version enters any stage, and goes on from there', async (t) => {
  const { serving, releases, pass, answer, stateOf } = open(t)
  await releases.promote('ctr', '2', 'canary', 0.3)
  t.equal(serving.candidate?.share, 0.3)
  answer(serving.candidate!.served, 60)
  await pass(11)
  t.equal(serving.candidate?.share, 0.5)
  t.same(await releases.rollBack('ctr'), { faults: [] })
  t.equal(stateOf('2'), 'ready')
  await releases.promote('ctr', '2', 'canary')
  t.equal(serving.candidate?.share, 0.1, 'the first share of the policy, unless one is named')
})

t.test('a canary that fails is gone within a second, and latched until it is re-armed', async (t) => {
  const { serving, releases, pass, answer, stateOf, events, start } = open(t)
  await releases.promote('ctr', '2', 'canary', 0.1)
  await pass(1)
  answer(serving.candidate!.served, 100, 0.01, 0, 5)
  await pass(1)
  t.equal(serving.candidate, undefined)
  t.equal(stateOf('2'), 'rolledBack')
  t.match(events, [
    { did: 'rolledBack', stage: 'canary', reasons: ['errors: 5 % of its requests failed, 1 % may'] },
  ])
  t.match((await releases.promote('ctr', '2', 'live')).faults, [
    'ctr/2 was rolled back, and nobody has re-armed it',
    /^errors: 5 %/,
  ])
  t.match((await start().promote('2', 'shadow')).faults[0], /was rolled back/, 'also behind a restart')
  t.same(await releases.rearm('ctr', '2'), { faults: [] })
  t.same(await releases.promote('ctr', '2', 'shadow'), { faults: [] })
  t.same(await releases.rearm('ctr', '2'), { faults: ['ctr/2 was not rolled back'] })
})

t.test('a live version that is late goes back to the one before', async (t) => {
  const { file, serving, releases, pass, answer, stateOf, told } = open(t)
  await releases.promote('ctr', '2', 'live')
  await pass(2)
  answer(serving.live, 100, 0.01, 40)
  await pass(1)
  t.same([stateOf('1'), stateOf('2'), serving.previous], ['live', 'rolledBack', undefined])
  t.same(told(), ['rolledBack ctr/2 live 1'])
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
})

t.test('a live version is held against the scores of its trial', async (t) => {
  const { serving, releases, pass, answer, events } = open(t)
  await releases.promote('ctr', '2', 'shadow')
  shadowRows(serving, 6000, 0.01, 0.01)
  await releases.promote('ctr', '2', 'live')
  answer(serving.live, 6000, 0.012)
  await pass(2)
  t.same(events, [], 'a little more is nothing')
  answer(serving.live, 300, 0.05)
  await pass(1)
  t.match(events, [
    { did: 'rolledBack', reasons: [/^score drift: its mean score is 0\.06.*, [45]\.\d+ times/] },
  ])
})

t.test('without a trial it is held against its own first scores', async (t) => {
  const { serving, releases, pass, answer, events } = open(t)
  await releases.promote('ctr', '2', 'live')
  answer(serving.live, 6000, 0.01)
  await pass(2)
  answer(serving.live, 300, 0.0001)
  await pass(1)
  t.match(events, [{ did: 'rolledBack', reasons: [/^score drift/] }])
})

t.test('where there is nothing to go back to, it is said once', async (t) => {
  const { serving, pass, answer, events } = open(t)
  for (let second = 0; second < 3; second++) {
    answer(serving.live, 100, 0.01, 100)
    await pass(1)
  }
  t.match(events, [{ did: 'alarm', model: 'ctr/1', reasons: [/^latency/] }])
})

t.test('clicks of a version are held against what it said, whoever else bids', async (t) => {
  const { serving, releases, pass, events, labelsOf } = open(t)
  await releases.promote('ctr', '2', 'canary', 0.1)
  const impression = { campaign: 'c', probability: 0.9, bidAtMs: 0 }
  for (let i = 0; i < 300; i++) {
    labelsOf('ctr/1').addImpression({ ...impression, probability: 0.99 })
    labelsOf('ctr/1').addClick({ ...impression, probability: 0.99 })
  }
  for (let i = 0; i < 1000; i++) labelsOf('ctr/2').addImpression(impression)
  for (let i = 0; i < 250; i++) labelsOf('ctr/2').addClick(impression)
  await pass(1)
  t.equal(serving.candidate, undefined)
  t.match(events, [
    {
      did: 'rolledBack',
      reasons: ['calibration: it expects 3.60 times the 250 clicks there were; 0.8 to 1.25 may be'],
    },
  ])
})

t.test('a candidate begins its stage anew behind a restart, once it is ready again', async (t) => {
  const { serving, releases, start, told } = open(t)
  await releases.promote('ctr', '2', 'canary', 0.3)
  serving.candidate = undefined
  const again = start()
  await again.ready(VERSIONS[0])
  t.equal(serving.candidate, undefined)
  await again.ready(VERSIONS[1])
  t.equal(serving.candidate!.share, 0.3)
  t.same(told(), ['staged ctr/2 canary 0.3'])
  serving.candidate = undefined
  await start('2').ready(VERSIONS[1])
  t.equal(serving.candidate, undefined, 'unless --model was changed since')
})

t.test('newer versions are staged by themselves where the policy says so', async (t) => {
  const { serving, line, releases, told } = open(t, { automatic: true })
  await line.ready(VERSIONS[4])
  await line.ready(VERSIONS[3])
  t.equal(serving.candidate, undefined)
  await line.ready(VERSIONS[1])
  t.same(told(), ['staged ctr/2 shadow 0'])
  await releases.promote('ctr', '2', 'live')
  await line.ready(VERSIONS[0])
  t.equal(serving.candidate, undefined, 'an older one')
})

t.test('what is not ready, not there or not served is not released, and says why', async (t) => {
  const { file, releases } = open(t)
  t.same(await releases.promote('ctr', '3', 'live'), { faults: ['ctr/3 is refused', 'too slow'] })
  t.same(await releases.promote('ctr', '4', 'live'), { faults: ['ctr/4 is not there'] })
  const notServed = { faults: ['cvr is not served; a setting names what is: ctr'] }
  t.same(await releases.promote('cvr', '1', 'shadow'), notServed)
  t.same(await releases.rollBack('cvr'), notServed)
  t.same(await releases.rearm('cvr', '1'), notServed)
  t.same(await releases.rollBack('ctr'), { faults: ['there is none'] })
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  t.same(
    releases.list().map(({ name, live }) => [name, live]),
    [
      ['ctr', '1'],
      ['cvr', ''],
    ],
  )
})

t.test('what cannot be written down is done all the same, and that is said', async (t) => {
  const { file, releases } = open(t)
  rmSync(dirname(file), { recursive: true })
  const { faults } = await releases.promote('ctr', '2', 'live')
  t.match(faults.join(), /^it is done, but a restart will not know it: ENOENT/)
  t.equal(releases.find('ctr')?.live, '2')
})

t.test('a version that cannot be staged changes nothing', async (t) => {
  const { serving, releases, pass, told } = open(t)
  await releases.promote('ctr', '2', 'shadow')
  shadowRows(serving, 200, 0.01, 0.01)
  serving.faults = ['no memory']
  await pass(10)
  t.equal(serving.candidate?.share, 0)
  t.same(told().slice(0, 1), ['advanced ctr/2 canary 0.1'])
})

t.test('a file that says nothing is as none', async (t) => {
  const { file, releases } = open(t)
  writeFileSync(file, 'null')
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  writeFileSync(file, '{"ctr":')
  t.equal(releasedVersion(file, 'ctr', '1'), '1')
  t.same(await releases.promote('ctr', '2', 'live'), { faults: [] })
  t.equal(releasedVersion(file, 'ctr', '1'), '2')
})
