/**
 * Reads the Dockerfile the way a reviewer would, because no container engine runs where the tests run. Each check is
 * shown to work on a Dockerfile with one thing broken. What only a real build can show is not covered here.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import { readSettings } from '../src/config/settings.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dockerfile = readFileSync(`${root}Dockerfile`, 'utf8')
const dockerignore = readFileSync(`${root}.dockerignore`, 'utf8')
const packageJson = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

const bundled = await bundledFiles()

type Instruction = { word: string; args: string; flags: Map<string, string>; stage: number }

t.test('the Dockerfile keeps its promises', async (t) => {
  t.strictSame(faults(dockerfile, dockerignore), [])
})

t.test('each promise that is broken is found', async (t) => {
  const broken: [change: string, dockerfile: string, fault: RegExp][] = [
    ['one stage', 'FROM node:22-bookworm-slim\nUSER 10001\nCMD ["x"]', /one stage only/],
    ['no user at the end', dockerfile.replace(/^USER.*$/m, ''), /the final stage sets no USER/],
    ['root by number', dockerfile.replace(/^USER.*$/m, 'USER 0'), /USER 0 /],
    ['a user by name', dockerfile.replace(/^USER.*$/m, 'USER node'), /USER node /],
    ['a later root', dockerfile.replace(/^VOLUME/m, 'USER root\nVOLUME'), /USER root /],
    [
      'a user of an early stage',
      'FROM a:1 AS one\nUSER 1\nFROM a:1\nCMD ["x"]',
      /the final stage sets no USER/,
    ],
    ['tag latest', dockerfile.replace('node:22-bookworm-slim AS', 'node:latest AS'), /node:latest/],
    [
      'no tag',
      dockerfile.replace('node:22-bookworm-slim AS', 'registry:5000/node AS'),
      /5000\/node has no fixed tag/,
    ],
    ['another Node', dockerfile.replaceAll('node:22-', 'node:20-'), /node:20-bookworm-slim is not Node 22/],
    ['musl', dockerfile.replaceAll('bookworm-slim', 'alpine'), /alpine has no glibc/],
    [
      'a source that is gone',
      dockerfile.replace('COPY bin/ bin/', 'COPY bins/ bin/'),
      /bins\/ is not in the tree/,
    ],
    [
      'a glob without match',
      dockerfile.replace('COPY bin/', 'COPY bin/*.exe'),
      /bin\/\*\.exe is not in the tree/,
    ],
    [
      'a stage that is gone',
      dockerfile.replace('--from=build', '--from=builder'),
      /no earlier stage is called builder/,
    ],
    [
      'a path that no stage has',
      dockerfile.replace('/dist/ dist/', '/out/ dist/'),
      /\/out\/ is made by no step/,
    ],
    [
      'an ignored source',
      dockerfile.replace('COPY package.json LICENSE', 'COPY biome.json'),
      /dockerignore.*biome/,
    ],
    [
      'credentials of npm',
      dockerfile.replace('COPY package.json', 'COPY .npmrc package.json'),
      /\.npmrc may hold/,
    ],
    ['a secret variable', `${dockerfile}\nENV PEREGRINE_ADMIN_TOKEN=letmein`, /PEREGRINE_ADMIN_TOKEN/],
    [
      'a secret after another',
      dockerfile.replace('ENV ', 'ENV A=b \\\n    DB_PASSWORD=x \\\n    '),
      /DB_PASSWORD/,
    ],
    ['a secret argument', dockerfile.replace('ARG VERSION', 'ARG NPM_TOKEN\nARG VERSION'), /NPM_TOKEN/],
    [
      'a download',
      dockerfile.replace('RUN npm ci --omit', 'ADD https://a.b/c /c\nRUN npm ci --omit'),
      /ADD /,
    ],
    [
      'another version',
      dockerfile.replace(/ARG VERSION=.*/, 'ARG VERSION=9.9.9'),
      /9\.9\.9 is not the version/,
    ],
    ['a shell around the process', dockerfile.replace(/^CMD.*$/m, 'CMD serve'), /CMD is not in exec form/],
    ['a download of CUDA', dockerfile.replace(/^ENV ONNX.*$/m, ''), /ONNXRUNTIME_NODE_INSTALL/],
    ['a flag unknown to serve', dockerfile.replace('"--host"', '"--hots"'), /--hots/],
    ['bids on loopback', dockerfile.replace('0.0.0.0', '127.0.0.1'), /127\.0\.0\.1 cannot be published/],
    [
      'a variable unknown to serve',
      dockerfile.replace(/^USER/m, 'ENV PEREGRINE_X=1\nUSER'),
      /no setting PEREGRINE_X/,
    ],
    [
      'admin open to all',
      dockerfile.replace(/^USER/m, 'ENV PEREGRINE_ADMIN_HOST=0.0.0.0\nUSER'),
      /set PEREGRINE_ADMIN_TOKEN/,
    ],
    ['reports to others', dockerfile.replace(/^ENV ORT_.*$/m, ''), /ORT_DISABLE_TELEMETRY/],
    ['a source of the bundle left out', dockerfile.replace('COPY src/ src/', ''), /src\/cli\.ts is bundled/],
    ['the wrong source', dockerfile.replace('COPY src/ src/', 'COPY bin/ src/'), /src\/main\.ts is bundled/],
    ['npm install', dockerfile.replace('npm ci --omit', 'npm install --omit'), /npm ci/],
  ]
  for (const [change, text, fault] of broken) {
    t.match(faults(text, dockerignore).join('\n'), fault, change)
  }
  t.match(
    faults(dockerfile, `${dockerignore}\nsrc/openrtb`).join('\n'),
    /src\/openrtb\/.* is bundled/,
    'a room ignored',
  )
})

function faults(text: string, ignore: string): string[] {
  const instructions = parse(text)
  return [
    ...stageFaults(instructions),
    ...userFaults(instructions),
    ...baseFaults(instructions),
    ...copyFaults(instructions, ignore),
    ...secretFaults(instructions),
    ...stepFaults(instructions),
    ...settingFaults(instructions),
    ...bundleFaults(instructions, ignore),
  ]
}

/** One entry for each instruction: comments dropped, continued lines joined. Heredocs are not read; we use none. */
function parse(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line))
  const joined = lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
  let stage = -1
  return joined
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word, flagText, args] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line.trim())!
      if (word === 'FROM') stage++
      const flags = flagText.trim().split(/\s+/).filter(Boolean)
      return {
        word,
        args,
        stage,
        flags: new Map(flags.map((flag) => flag.slice(2).split('=', 2) as [string, string])),
      }
    })
}

function only(instructions: Instruction[], ...words: string[]): Instruction[] {
  return instructions.filter(({ word }) => words.includes(word))
}

function lastStage(instructions: Instruction[]): number {
  return instructions.at(-1)!.stage
}

function stageNames(instructions: Instruction[], before: number): string[] {
  const named = only(instructions, 'FROM').filter(({ stage }) => stage < before)
  return named.flatMap(({ args }) => /\sAS\s+(\S+)/i.exec(args)?.[1] ?? [])
}

function stageFaults(instructions: Instruction[]): string[] {
  return lastStage(instructions) < 1 ? ['one stage only: the compiler and its packages would be shipped'] : []
}

/** Kubernetes proves `runAsNonRoot` by the number alone, and the last USER is the one that counts. */
function userFaults(instructions: Instruction[]): string[] {
  const user = only(instructions, 'USER')
    .filter(({ stage }) => stage === lastStage(instructions))
    .at(-1)
  if (user === undefined) return ['the final stage sets no USER']
  return /^[1-9]\d*(:[1-9]\d*)?$/.test(user.args) ? [] : [`USER ${user.args} is not a number above 0`]
}

function baseFaults(instructions: Instruction[]): string[] {
  return only(instructions, 'FROM').flatMap(({ args, stage }) => {
    const image = args.split(/\s+/)[0]
    if (stageNames(instructions, stage).includes(image)) return []
    const [name, tag] = image.split('/').at(-1)!.split(/[:@]/)
    if (tag === undefined || tag === 'latest') return [`${image} has no fixed tag`]
    if (name === 'node' && !tag.startsWith('22')) return [`${image} is not Node 22`]
    return tag.includes('alpine') ? [`${image} has no glibc`] : []
  })
}

function copyFaults(instructions: Instruction[], ignore: string): string[] {
  return only(instructions, 'COPY', 'ADD').flatMap((copy) => {
    if (copy.word === 'ADD') return [`ADD ${copy.args}: COPY says what it does`]
    const sources = copy.args.split(/\s+/).slice(0, -1)
    const from = copy.flags.get('from')
    if (from === undefined) return sources.flatMap((source) => contextFaults(source, ignore))
    if (!stageNames(instructions, copy.stage).includes(from)) return [`no earlier stage is called ${from}`]
    return sources.flatMap((source) => (isMade(source) ? [] : [`${source} is made by no step of ${from}`]))
  })
}

/** The two folders that a stage makes: by `npm ci` and by scripts/build.ts. */
function isMade(path: string): boolean {
  return /^\/opt\/peregrine\/(node_modules|dist)\/$/.test(path)
}

function contextFaults(source: string, ignore: string): string[] {
  if (/(^|\/)\.(npmrc|env|git|docker|ssh)/.test(source)) return [`${source} may hold credentials`]
  const isThere = /[*?[]/.test(source)
    ? globSync(source, { cwd: root }).length > 0
    : existsSync(root + source)
  if (!isThere) return [`${source} is not in the tree`]
  return isSent(source.replace(/\/$/, ''), ignore) ? [] : [`.dockerignore keeps ${source} from the build`]
}

/** The last line of .dockerignore that matches a path or a folder above it decides. */
function isSent(path: string, ignore: string): boolean {
  let isIn = true
  for (const line of ignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const pattern = line.replace(/^!/, '')
    if (matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`)) isIn = line.startsWith('!')
  }
  return isIn
}

/** Both ARG and ENV stay readable in the image's history. */
function secretFaults(instructions: Instruction[]): string[] {
  const names = only(instructions, 'ENV', 'ARG').flatMap(
    ({ args }) => args.match(/[A-Za-z_]\w*(?==|$)/g) ?? [],
  )
  const secret = names.filter((name) => /token|secret|passw|credential|private|api_?key|auth/i.test(name))
  return secret.map((name) => `${name} would be readable in the image`)
}

function stepFaults(instructions: Instruction[]): string[] {
  const found: string[] = []
  for (const { word, args, stage } of only(instructions, 'RUN', 'CMD', 'ENTRYPOINT', 'ARG')) {
    if (/^(CMD|ENTRYPOINT)$/.test(word) && !args.startsWith('[')) found.push(`${word} is not in exec form`)
    if (/npm (install|i) /.test(args))
      found.push('npm ci installs what the lock file says, npm install does not')
    if (args.includes('npm ') && !isOnnxDownloadOff(instructions, stage)) {
      found.push('ONNXRUNTIME_NODE_INSTALL=skip is missing before npm: it would download CUDA')
    }
    const version = /^VERSION=(.*)$/.exec(args)?.[1]
    if (version !== undefined && version !== packageJson.version) found.push(`${version} is not the version`)
  }
  return found
}

function isOnnxDownloadOff(instructions: Instruction[], stage: number): boolean {
  const variables = only(instructions, 'ENV').filter((env) => env.stage === stage)
  return variables.some(({ args }) => args.includes('ONNXRUNTIME_NODE_INSTALL=skip'))
}

/** CMD and ENV as `serve` itself reads them; it refuses to start for any it does not know. */
function settingFaults(instructions: Instruction[]): string[] {
  const command = only(instructions, 'CMD').at(-1)?.args
  if (command?.startsWith('["serve"') !== true) return ['CMD does not serve']
  const own = only(instructions, 'ENV').filter(({ stage }) => stage === lastStage(instructions))
  const pairs = own.flatMap(({ args }) => [...args.matchAll(/(\w+)=(\S*)/g)])
  const variables = Object.fromEntries(pairs.map(([, name, value]) => [name, value]))
  if (variables.ORT_DISABLE_TELEMETRY !== '1')
    return ['ORT_DISABLE_TELEMETRY=1 is missing: ONNX Runtime would report']
  try {
    const { host } = readSettings(JSON.parse(command).slice(1), variables)
    return host === '0.0.0.0' ? [] : [`bids on ${host} cannot be published from a container`]
  } catch (cause) {
    return [(cause as Error).message]
  }
}

/** Every file of ours that the bundle is made from. */
async function bundledFiles(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli.ts', 'src/inference/worker.ts', 'bench/load/lane-thread.ts'],
    outdir: 'dist',
    bundle: true,
    write: false,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    metafile: true,
  })
  return Object.keys(metafile.inputs)
}

function bundleFaults(instructions: Instruction[], ignore: string): string[] {
  const copies = only(instructions, 'COPY').filter(({ stage }) => stage === 0)
  const folders = copies.flatMap(({ args }) => args.split(/\s+/).slice(0, -1))
  const isCopied = (file: string) => folders.some((folder) => file.startsWith(folder))
  const lost = bundled.filter((file) => !isCopied(file) || !isSent(file, ignore))
  return lost.map((file) => `${file} is bundled, but the stage that bundles does not get it`)
}
