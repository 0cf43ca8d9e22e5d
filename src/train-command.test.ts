// `peregrine train` on event logs as a bidder writes them, into models folders that a bidder would watch.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { loadModel } from './models/load.ts'
import { writeTrainingLog } from './testing/training-log.ts'
import { TRAIN_HELP, trainCommand } from './train-command.ts'

t.setTimeout(120_000)

const PEREGRINE = fileURLToPath(new URL('../bin/peregrine', import.meta.url))

type Run = { readonly status: number; readonly out: string; readonly err: string }

async function run(t: Test, args: readonly string[]): Promise<Run> {
  const out = t.capture(console, 'log')
  const err = t.capture(console, 'error')
  const status = await trainCommand(args)
  const textOf = (capture: typeof out) =>
    capture()
      .map(({ args: [text] }) => text)
      .join('\n')
  return { status, out: textOf(out), err: textOf(err) }
}

/** A data folder with impressions, and an empty models folder. */
async function folders(t: Test, rows = 8000) {
  const directory = t.testdir({ models: {} })
  const data = join(directory, 'data')
  if (rows > 0) await writeTrainingLog(join(data, 'events'), { rows })
  return { data, models: join(directory, 'models') }
}

t.test('a version is written that passes the check, and the next one beside it', async (t) => {
  const { data, models } = await folders(t)
  const flags = ['--data', data, '--models', models]
  const { status, out, err } = await run(t, flags)
  t.equal(err, '')
  t.equal(status, 0)
  t.match(out, /^learnt from 7200 impressions with \d+ clicks, 2026-01-01\/2026-01-01; base rate 0\.1/)
  t.match(out, /\nAUC +0\.\d{5} +0\.\d{5}\n/)
  t.match(out, /\nexpected over realised clicks +\d\.\d{3} \(\d\.\d\d to \d\.\d\d\)/)
  t.match(out, new RegExp(`${join(models, 'ctr', '1')} is written and answers as it should`))
  t.same(readdirSync(join(models, 'ctr')), ['1'], 'no checkpoint is left')
  const loaded = await loadModel(join(models, 'ctr', '1'))
  t.ok('model' in loaded)
  if (!('model' in loaded)) return
  const { training, quality } = loaded.model.manifest
  t.match(training, { window: '2026-01-01/2026-01-01', rows: 7200, seed: 1 })
  for (const name of [
    'auc',
    'aucInline',
    'calibration',
    'calibrationError',
    'campaignError',
    'progressiveLogLoss',
  ])
    t.ok(Number.isFinite(quality[name]), name)
  const again = await run(t, [...flags, '--json', '--negative-share', '0.5', '--base-rate', '0.1'])
  t.match(JSON.parse(again.out), {
    folder: join(models, 'ctr', '2'),
    quality: { model: { campaigns: Array }, inline: {} },
    calibration: { model: { kind: 'platt' } },
  })
})

t.test('of a part of the log', async (t) => {
  const { data, models } = await folders(t)
  const flags = ['--data', data, '--models', models, '--json']
  // A row a second, from the first of January on.
  const { out } = await run(t, [...flags, '--from', '2026-01-01T01:00:00Z', '--to', '2026-01-01T02:00:00Z'])
  t.equal(JSON.parse(out).survey.rows, 3600)
  const none = await run(t, [...flags, '--from', '2026-02-01'])
  t.equal(none.status, 1)
  t.match(
    none.err,
    /^peregrine: train: there are no impressions in .*events from 2026-02-01T00:00:00\.000Z; take a/,
  )
})

t.test('of conversions, from the clicks alone', async (t) => {
  const { data, models } = await folders(t)
  const args = [
    '--data',
    data,
    '--models',
    models,
    '--task',
    'cvr',
    '--name',
    'cvr',
    '--holdout-share',
    '0.2',
  ]
  const { status, err } = await run(t, args)
  t.same([status, err], [0, ''])
  const loaded = await loadModel(join(models, 'cvr', '1'))
  t.match(loaded, { model: { manifest: { task: 'cvr', reference: { texts: Object, unseen: Object } } } })
})

t.test('what cannot be written is a sentence', async (t) => {
  const { data, models } = await folders(t)
  const flags = ['--data', data, '--models', models]
  const slow = await run(t, [...flags, '--columns', 'none.json'])
  t.match(slow.err, /^peregrine: train: none\.json: ENOENT/)
  await run(t, [...flags, '--version', 'a'])
  const twice = await run(t, [...flags, '--version', 'a'])
  t.equal(twice.status, 1)
  t.match(twice.err, /--version: .*ctr\/a is there already, and versions are never changed; give another/)
})

t.test('flags and folders that cannot be used are a sentence', async (t) => {
  const { data, models } = await folders(t, 0)
  const file = fileURLToPath(import.meta.url)
  const faults = [
    [['--data', data], 'there is no event log'],
    [['--models', file], `ENOTDIR: not a directory, mkdir '${join(file, 'ctr')}'`],
    [['--from', 'yesterday'], '--from: a day or a time such as 2026-01-05 or 2026-01-05T06:00:00Z is due'],
    [['--from', '2026-01-02', '--to', '2026-01-02'], '--to 2026-01-02 is not behind --from 2026-01-02'],
    [['--negative-share', '0'], '--negative-share: a share above 0 and up to 1 is due, not "0"'],
    [['--holdout-share', '0.6'], '--holdout-share: a share above 0 and up to 0.5 is due, not "0.6"'],
    [['--task', 'win'], '--task: one of ctr, cvr is due, not "win"'],
    [['--name', 'CTR'], '--name: a word of lower-case letters, digits and - is due, not "CTR"'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--columns', 'none'], 'none: ENOENT'],
    [['--catalog', models], '--catalog '],
    [['--rows', '5'], "Unknown option '--rows'; peregrine train --help lists the flags"],
  ] as const
  for (const [flags, fault] of faults) {
    const { status, out, err } = await run(t, ['--models', models, ...flags])
    t.equal(status, 1, fault)
    t.equal(out, '')
    t.ok(err.startsWith('peregrine: train: ') && err.includes(fault), `${err} has ${fault}`)
  }
})

t.test('every flag is in the help', async (t) => {
  const source = readFileSync(fileURLToPath(new URL('train-flags.ts', import.meta.url)), 'utf8')
  const flags = [...source.matchAll(/^ {2}'?([a-z-]+)'?: \{ type:/gm)].map(([, flag]) => flag)
  t.ok(flags.length > 15)
  for (const flag of flags) t.match(TRAIN_HELP, `--${flag} `)
})

t.test('after SIGKILL the same command goes on, and comes to the same bytes', async (t) => {
  const { data, models } = await folders(t, 16_000)
  const flags = (version: string) => [
    ...['--data', data, '--models', models, '--version', version, '--checkpoint-rows', '4096'],
  ]
  const checkpoint = join(models, 'ctr', '.train-killed.checkpoint')
  const child = spawn(PEREGRINE, ['train', ...flags('killed')], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  while (!existsSync(checkpoint) && child.exitCode === null) await setTimeout(2)
  child.kill('SIGKILL')
  t.equal(await ended, 'SIGKILL')
  t.ok(existsSync(checkpoint))
  t.notOk(existsSync(join(models, 'ctr', 'killed')))
  t.equal((await run(t, flags('killed'))).status, 0)
  t.notOk(existsSync(checkpoint))
  t.equal((await run(t, flags('whole'))).status, 0)
  for (const file of ['model.onnx', 'inline.bin']) {
    const [killed, whole] = ['killed', 'whole'].map((version) =>
      readFileSync(join(models, 'ctr', version, file)),
    )
    t.ok(killed.equals(whole), file)
  }
  const [killed, whole] = ['killed', 'whole'].map((version) =>
    readFileSync(join(models, 'ctr', version, 'manifest.json'), 'utf8').replace(
      `"version": "${version}"`,
      '',
    ),
  )
  t.equal(killed, whole)
})
