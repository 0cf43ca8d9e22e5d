/**
 * `make gate`: command line, files and exit status around `bench/gate/gate.ts`. An interrupted gate leaves no worktree,
 * and its bidders end with it (`bench/gate/probe.ts`).
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endWithReader } from '../../src/base/printing.ts'
import { type Base, type Built, buildCommit, chooseBase, isChanged, NoBase } from './base.ts'
import { decidedSince } from './decided.ts'
import { type GateReport, NotComparable, runGate } from './gate.ts'
import { proofText, prove, type Trial, trialLine } from './prove.ts'
import { gateJunit, gateMarkdown, gateTable } from './report.ts'
import type { FormName } from './rounds.ts'

const HELP = `Compares this tree, as built, with an earlier commit on this machine, and fails when it is slower.

  make gate ARGS="[options]"

  --base COMMIT     what to compare with. Unless given it is where this tree left the main branch (origin/main, or else
                    main): on a branch the merge base, on main HEAD if tracked files have changed, or else HEAD~1.
                    For a pull request into another branch give its merge base: git merge-base HEAD origin/BRANCH
  --short           about 80 s: judges CPU, allocations, start-up and memory, only tells rates and latencies.
                    Without it some eight minutes, and everything is judged
  --handicap PCT    burn this share of the base's CPU in each request of the candidate, to see the gate fail
  --prove N         the short form N times on the unchanged tree and N times with --handicap (10 unless given), and
                    how many were caught; the base is HEAD, so commit first
  --seconds N       no round begins behind this; with fewer than six nothing is judged, and the run is void
  --accept-void     exit with 0 instead of 2 when nothing could be told, for machines that are shared with others
  --json FILE       the whole report; with --prove that of each run
  --junit FILE      a test case a measure
  --markdown FILE   a summary for a pull request
  --help            print this

Exit status: 0 pass, warnings included; 1 fail; 2 void: the machine was too noisy, or the generator was the limit; 3 could
not run. make itself turns each but 0 into 2; node_modules/.bin/node bench/gate/cli.ts, after make build, does not.
Without an earlier commit there is nothing to compare: said, and 0, but 3 under CI=true if the history was cut off.
`

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const STATUS = { pass: 0, warn: 0, fail: 1, void: 2 } as const
const COULD_NOT_RUN = 3
const INTERRUPTED = 130

const flags = {
  base: { type: 'string' },
  short: { type: 'boolean', default: false },
  handicap: { type: 'string' },
  prove: { type: 'string' },
  seconds: { type: 'string' },
  'accept-void': { type: 'boolean', default: false },
  json: { type: 'string' },
  junit: { type: 'string' },
  markdown: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values']

/** Runs with these arguments; gives the exit status. */
async function gateCommand(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: flags })
    if (values.help) {
      process.stdout.write(HELP)
      return 0
    }
    return values.prove === undefined ? await gateOnce(values) : await gateProved(values)
  } catch (cause) {
    const { message } = cause as Error
    if (cause instanceof NotComparable) {
      console.log(`gate: VOID: not comparable: ${message}`)
      return args.includes('--accept-void') ? 0 : STATUS.void
    }
    if (cause instanceof NoBase && (cause.isWhole || !process.env.CI)) {
      console.log(`gate: nothing to compare with: ${message}`)
      return 0
    }
    console.error(`gate: ${message}`)
    return COULD_NOT_RUN
  }
}

async function gateOnce(values: Values): Promise<number> {
  const handicapPercent = numberOf('--handicap', values.handicap ?? '0')
  const base = chooseBase(ROOT, values.base)
  const secondsMost = values.seconds === undefined ? Infinity : numberOf('--seconds', values.seconds)
  return await withBase(base, async (run) => {
    const report = await run(values.short ? 'short' : 'full', handicapPercent, secondsMost)
    console.log(gateTable(report))
    write(values.json, `${JSON.stringify(report, null, 2)}\n`)
    write(values.junit, gateJunit(report))
    write(values.markdown, gateMarkdown(report))
    return report.verdict === 'void' && values['accept-void'] ? 0 : STATUS[report.verdict]
  })
}

async function gateProved(values: Values): Promise<number> {
  const runs = numberOf('--prove', values.prove!)
  const handicapPercent = numberOf('--handicap', values.handicap ?? '10')
  if (runs < 1 || handicapPercent <= 0) throw new Error('--prove and --handicap must be above 0')
  if (values.base !== undefined || values.junit !== undefined || values.markdown !== undefined) {
    throw new Error(
      '--prove takes no --base, --junit or --markdown: its base is HEAD, and it writes --json alone',
    )
  }
  if (isChanged(ROOT))
    throw new Error('--prove needs a tree that is its commit: commit or stash what has changed')
  const trials: Trial[] = []
  return await withBase(chooseBase(ROOT, 'HEAD'), async (run) => {
    const proof = await prove(
      runs,
      handicapPercent,
      (percent) => run('short', percent, Infinity),
      (trial) => {
        trials.push(trial)
        console.log(trialLine(trial))
      },
    )
    console.log(proofText(proof))
    write(values.json, `${JSON.stringify({ ...proof, trials }, null, 2)}\n`)
    return proof.holds ? 0 : STATUS.fail
  })
}

type Run = (formName: FormName, handicapPercent: number, secondsMost: number) => Promise<GateReport>

/** Builds the base, hands over what compares with it, and takes everything down again, also when it is interrupted. */
async function withBase<Answer>(base: Base, use: (run: Run) => Promise<Answer>): Promise<Answer> {
  console.error(`gate: building the base, ${base.commit.slice(0, 7)} "${base.subject}": ${base.choice}`)
  const built: Built = buildCommit(ROOT, base.commit)
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-gate-'))
  const remove = () => {
    built.remove()
    rmSync(folder, { recursive: true, force: true })
  }
  const interrupt = () => {
    remove()
    process.exit(INTERRUPTED)
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    return await use((formName, handicapPercent, secondsMost) =>
      runGate({
        formName,
        handicapPercent,
        secondsMost,
        base,
        decided: decidedSince(ROOT, base.commit),
        baseFolder: built.folder,
        candidateFolder: ROOT,
        folder,
        candidate: candidateText(),
        notes: built.isLockSame
          ? []
          : ["package-lock.json differs: the base runs on this tree's packages, so theirs are not compared"],
        note: (line) => console.error(line),
      }),
    )
  } finally {
    remove()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

function candidateText(): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' }).trim()
  return `${git('log', '-1', '--format=%h "%s"')}${isChanged(ROOT) ? ' and what has changed since' : ''}`
}

function write(file: string | undefined, text: string): void {
  if (file !== undefined) writeFileSync(file, text)
}

function numberOf(flag: string, text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !(number >= 0 && number < Infinity))
    throw new Error(`${flag} must be a number, not ${text}`)
  return number
}

endWithReader()
process.exitCode = await gateCommand(process.argv.slice(2))
