/**
 * Runs every micro bench, or those whose file's path holds a word: `node bench/micro/run.ts [--smoke] [WORD]`.
 * Each file runs in a process of its own, so that no bench meets code that another one has warmed up its way.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type AsyncMicroBench, type MicroBench, measure, measureAsync, tableOf } from './measure.ts'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const [first, ...rest] = process.argv.slice(2)
if (first === '--file') await runFile(rest[0], rest.includes('--smoke'))
else runAll(process.argv.slice(2))

function runAll(args: readonly string[]): void {
  const word = args.find((arg) => !arg.startsWith('--')) ?? ''
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.includes('/') && file.endsWith('.ts') && file.includes(word))
    .sort()
  for (const file of files) {
    const own = [fileURLToPath(import.meta.url), '--file', file, ...args.filter((arg) => arg === '--smoke')]
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...own], { stdio: 'inherit' })
  }
}

async function runFile(file: string, isSmoke: boolean): Promise<void> {
  const size = isSmoke ? 'smoke' : 'full'
  const { benches = [], asyncBenches = [] } = (await import(`./${file}`)) as {
    benches?: MicroBench[]
    asyncBenches?: AsyncMicroBench[]
  }
  for (const bench of benches) console.log(tableOf(bench, measure(bench, size)))
  for (const bench of asyncBenches) console.log(tableOf(bench, await measureAsync(bench, size)))
}
