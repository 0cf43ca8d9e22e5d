/**
 * Adds to package-lock.json the optional platform packages that the registry in use may lack.
 *
 * esbuild, Biome, TypeScript and uWebSockets.js list one optional package for every platform. A registry that mirrors
 * only some of them makes npm write a lock file without the others, and `npm ci` then refuses it ("Missing ... from
 * lock file"). The entries added here carry no integrity. Run it after each `npm install`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

type LockPackage = {
  version: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  engines?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

const OS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const CPU = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockPackage> }

/** Reads the platform out of a package name such as `@uwsjs/linux-x64-22` (the number is a Node major version). */
function platformEntry(name: string, version: string, dev: boolean | undefined): LockPackage | undefined {
  const words = name.split(/[/-]/)
  const os = words.find((word) => OS.includes(word))
  const cpu = words.find((word) => CPU.includes(word))
  if (os === undefined || cpu === undefined) return undefined
  const node = name.startsWith('@uwsjs/') ? Number(words.at(-1)) : undefined
  return {
    version,
    ...(dev ? { dev } : {}),
    optional: true,
    os: [os],
    cpu: [cpu],
    ...(node ? { engines: { node: `>=${node}.0.0 <${node + 1}.0.0` } } : {}),
  }
}

let added = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '') continue
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (lock.packages[place] !== undefined || !/^\d/.test(version)) continue
    const missing = platformEntry(name, version, entry.dev)
    if (missing === undefined) continue
    lock.packages[place] = missing
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`complete-lockfile: ${added} entries added`)
