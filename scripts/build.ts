/**
 * Bundles the release into dist/: a file for each kind of thread, and chunks for what they share and for what a verb reads
 * only when it is asked for (the load generator); ES modules for Node 22 with source maps.
 *
 * A file of dist/ needs package.json (its `type`) and the three packages below beside it, nothing else. They stay
 * outside because they find files of their own by path: two load a native binary, Piscina starts its own worker file.
 * Nothing is minified, so that a stack trace and a CPU profile of production can be read.
 *
 *   node scripts/build.ts [folder, instead of dist]
 */
import { copyFileSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const outdir = resolve(root, process.argv[2] ?? 'dist')
const entryPoints = {
  peregrine: 'src/cli.ts',
  worker: 'src/inference/worker.ts',
  'store-worker': 'src/budget/store-worker.ts',
  'lane-thread': 'bench/load/lane-thread.ts',
  'metronome-thread': 'bench/load/metronome-thread.ts',
}
/** Read as they stand by what makes report pages. */
const assets = ['node_modules/uplot/dist/uPlot.iife.min.js', 'node_modules/uplot/dist/uPlot.min.css']
const external = ['uWebSockets.js', 'onnxruntime-node', 'piscina']

// Bundled CommonJS packages ask for Node's own modules through `require`, which an ES module does not have.
const banner = `import { createRequire as createRequireOfBundle } from 'node:module'
const require = createRequireOfBundle(import.meta.url)`

/**
 * Node's http by `require`: as an import all its exports are read, one of them loads a client of WebSockets, and the start
 * takes 37 ms longer.
 */
const http: Plugin = {
  name: 'http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http', namespace: 'required' } : undefined,
    )
    onLoad({ filter: /^http$/, namespace: 'required' }, () => ({
      contents: `module.exports = require('node:http')`,
    }))
  },
}

/** What stays outside must be installed in production: a dev dependency would be missed only on the first start. */
function refuseMissingAtRuntime(): void {
  const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const missing = external.filter((name) => dependencies[name] === undefined)
  if (missing.length > 0) throw new Error(`not among the dependencies of package.json: ${missing.join(', ')}`)
}

function printSizes(outputs: string[]): void {
  for (const output of outputs.sort()) {
    const kibibytes = statSync(root + output).size / 1024
    console.log(`${output.padEnd(24)} ${kibibytes.toFixed(1).padStart(8)} KiB`)
  }
}

refuseMissingAtRuntime()
rmSync(outdir, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints,
  external,
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  banner: { js: banner },
  plugins: [http],
  metafile: true,
  logLevel: 'warning',
})
for (const asset of assets) copyFileSync(root + asset, join(outdir, basename(asset)))
printSizes(Object.keys(metafile.outputs))
