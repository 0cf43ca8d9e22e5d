/**
 * The gate: a built candidate against a built base, from the same catalog and requests, until there is a verdict. It
 * measures on after the planned rounds only while a measure is void, and never for a better answer than it has.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { writeOperator } from '../end-to-end/target.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { makeBodies } from '../traffic/requests.ts'
import type { Base } from './base.ts'
import { allowanceOf, type Decision } from './decided.ts'
import { MEASURES } from './measures.ts'
import { FORMS, type Form, type FormName, Rounds, type Setting, warmUp } from './rounds.ts'
import { Side } from './side.ts'
import { judge, overall, type Result } from './verdict.ts'
import { compareWork, type WorkResult } from './work.ts'

const CAMPAIGNS = 1000
const BODIES = 2000
/** What a process, or a run of the generator, takes to come up. */
const START_S = 1
const GENERATOR_S = 0.4

export type Comparison = {
  readonly formName: FormName
  readonly base: Base
  /** What was decided since the base. */
  readonly decided: readonly Decision[]
  /** Both built, each with a slash at its end. */
  readonly baseFolder: string
  readonly candidateFolder: string
  /** Where the catalog and the requests go; the caller removes it. */
  readonly folder: string
  /** What the candidate is, as a person reads it. */
  readonly candidate: string
  /** Percent of the base's CPU a request that each request of the candidate burns on purpose. */
  readonly handicapPercent: number
  /** No round begins behind it; `Infinity` for as long as it takes. */
  readonly secondsMost: number
  readonly notes: readonly string[]
  readonly note: (line: string) => void
}

export type GateReport = {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'void'
  readonly form: FormName
  readonly base: Base
  readonly candidate: string
  readonly machine: string
  readonly rounds: number
  readonly seconds: number
  readonly results: readonly Result[]
  readonly work: WorkResult
  readonly notes: readonly string[]
}

/** No figure of the two sides would mean anything beside the other. */
export class NotComparable extends Error {}

export async function runGate(comparison: Comparison): Promise<GateReport> {
  const startMs = performance.now()
  const form: Form = FORMS[comparison.formName]
  const setting = prepare(comparison, form)
  const share = comparison.handicapPercent / 100
  const handicapMicros = share > 0 ? share * (await baseCpuMicros(setting)) : 0
  const rounds = new Rounds({
    ...setting,
    sides: { ...setting.sides, candidate: { ...setting.sides.candidate, handicapMicros } },
  })
  const results = await untilJudged(rounds, comparison, form)
  const work = compareWork(rounds.work('base'), rounds.work('candidate'))
  return {
    verdict: withWork(overall(results), work),
    form: comparison.formName,
    base: comparison.base,
    candidate: comparison.candidate,
    machine: `${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`,
    rounds: rounds.count,
    seconds: (performance.now() - startMs) / 1000,
    results,
    work,
    notes: [...comparison.notes, ...notesOf(rounds, comparison, form, handicapMicros)],
  }
}

async function untilJudged(
  rounds: Rounds,
  { formName, secondsMost, decided, note }: Comparison,
  form: Form,
): Promise<Result[]> {
  const judged = () =>
    MEASURES.map((measure) =>
      judge(
        { ...measure, failRatio: measure.failRatio * allowanceOf(decided, measure.key) },
        rounds.series[measure.key],
        measure.isSharp || formName === 'full',
      ),
    )
  const startMs = performance.now()
  const elapsedS = () => (performance.now() - startMs) / 1000
  let planned = form.rounds
  while (rounds.count < planned && elapsedS() < secondsMost) {
    const leftS = secondsLeft(form, planned, rounds.count, elapsedS())
    note(`gate: round ${rounds.count + 1} of ${planned}, about ${leftS} s left`)
    await rounds.next()
    if (rounds.count === planned && overall(judged()) === 'void') planned = form.roundsMost
  }
  return judged()
}

function notesOf(
  { count, voidRuns }: Rounds,
  { handicapPercent, decided }: Comparison,
  form: Form,
  handicapMicros: number,
): string[] {
  const handicap = `on purpose each request of the candidate burns ${handicapMicros.toFixed(1)} us, ${handicapPercent} % of the base's`
  return [
    ...decided.map(({ why, commit }) => `allowed for: ${why} (${commit.slice(0, 7)})`),
    ...(handicapMicros > 0 ? [handicap] : []),
    ...(count > form.rounds ? [`${count} rounds instead of ${form.rounds}: the machine is noisy`] : []),
    ...(count < form.rounds ? [`only ${count} of ${form.rounds} rounds in the time that it was given`] : []),
    ...(voidRuns > 0 ? [`${voidRuns} open-loop runs left out: the generator was the limit`] : []),
  ]
}

function prepare(comparison: Comparison, form: Form): Setting {
  const { baseFolder, candidateFolder, folder } = comparison
  const catalog = join(folder, 'catalog')
  writeCatalog(makeCatalog(1, { campaigns: CAMPAIGNS, hasBudgets: true }), catalog)
  if (!takes(baseFolder, catalog)) {
    throw new NotComparable('the base refuses the catalog that this tree makes for its benches')
  }
  const requests = join(folder, 'requests.ndjson')
  writeFileSync(
    requests,
    makeBodies(1, BODIES)
      .map((body) => Buffer.from(body).toString())
      .join('\n'),
  )
  const side = { catalog, operator: writeOperator(folder), handicapMicros: 0 }
  return {
    form,
    requests,
    sides: {
      base: { ...side, name: 'base', folder: baseFolder },
      candidate: { ...side, name: 'candidate', folder: candidateFolder },
    },
  }
}

function takes(folder: string, catalog: string): boolean {
  const args = ['check', '--catalog', catalog, '--models', `${folder}models`]
  return (
    spawnSync(process.execPath, [`${folder}dist/peregrine.js`, ...args], { stdio: 'ignore' }).status === 0
  )
}

/** What a handicap is a share of: as a round measures it, before the first one. */
async function baseCpuMicros(setting: Setting): Promise<number> {
  const { form, sides, requests } = setting
  const side = await Side.start(sides.base)
  try {
    await warmUp(side, setting)
    let least = Infinity
    for (let run = 0; run < form.closedRuns; run++) {
      least = Math.min(least, (await side.cost(form.closedS, requests)).cpuMicrosPerRequest)
    }
    return least
  } finally {
    await side.stop()
  }
}

function withWork(verdict: GateReport['verdict'], work: WorkResult): GateReport['verdict'] {
  if (work.verdict === 'fail') return 'fail'
  return verdict === 'pass' ? work.verdict : verdict
}

/** By the rounds that are done, before the first one by what the form asks for. */
function secondsLeft(form: Form, planned: number, done: number, elapsedS: number): number {
  const { warmUpS, closedRuns, closedS, search, openRuns, openS, shares } = form
  const run = (seconds: number) => seconds + GENERATOR_S
  const searchS = search === undefined ? 0 : (search.steps + 1) * run(search.seconds)
  const sideS = run(warmUpS) + closedRuns * run(closedS) + searchS + shares.length * openRuns * run(openS)
  const roundS = done === 0 ? 2 * (START_S + sideS) : elapsedS / done
  return Math.round(roundS * (planned - done))
}
