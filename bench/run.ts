/**
 * `make bench`: the micro benches of the hot rooms, what decisions are worth, the end-to-end run, bills beside bids,
 * overload, bad peers. `--smoke` runs all of it in its smallest size, to see that it runs; its figures mean nothing. `--json FILE` writes the end-to-end
 * report as well. Against an earlier commit compares `bench/gate/`.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endWithReader } from '../src/base/printing.ts'
import { hostileTable, runHostile } from './end-to-end/hostile.ts'
import { noticesTable, runNotices } from './end-to-end/notices.ts'
import { overloadTable, runOverload } from './end-to-end/overload.ts'
import { endToEndTable, runEndToEnd } from './end-to-end/run.ts'
import { runVersions, versionsTable } from './end-to-end/versions.ts'

const HELP = `make bench ARGS="[--smoke] [--only micro|quality|end-to-end|versions|notices|overload|hostile] [--rate N] [--json FILE]"

--rate N  requests a second that overload takes for the highest rate held, instead of searching for it`

/** What decisions are worth on simulated traffic: scripts, and how each is run in its smallest size. */
const QUALITY = [
  ['truth/shortlist.ts', '--requests', '50'],
  ['exchange/shading.ts', '--auctions', '2000'],
  ['exchange/day.ts', '--days', '1', '--auctions', '20000'],
] as const

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    rate: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

endWithReader()
if (flags.help) console.log(HELP)
else {
  const isWanted = (part: string) => flags.only === undefined || flags.only === part
  const size = flags.smoke ? 'smoke' : 'full'
  const run = (script: string, args: readonly string[]) => {
    const file = fileURLToPath(new URL(script, import.meta.url))
    execFileSync(process.execPath, [file, ...args], { stdio: 'inherit' })
  }
  if (isWanted('micro')) run('micro/run.ts', flags.smoke ? ['--smoke'] : [])
  if (isWanted('quality')) for (const [script, ...smoke] of QUALITY) run(script, flags.smoke ? smoke : [])
  if (isWanted('end-to-end')) {
    const report = await runEndToEnd(size)
    console.log(endToEndTable(report))
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (isWanted('versions')) console.log(versionsTable(await runVersions(size)))
  if (isWanted('notices')) console.log(noticesTable(await runNotices(size)))
  if (isWanted('overload')) console.log(overloadTable(await runOverload(size, flags.rate)))
  if (isWanted('hostile')) console.log(hostileTable(await runHostile(size)))
}
