/**
 * Where the requests of a conformance run come from: published ones that lie beside the checkout, the project's own
 * scenario files, made traffic, the same with some fields shaken, and random requests as sloppy as any sender.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { makeBodies } from '../bench/traffic/requests.ts'
import { Prng } from '../src/base/prng.ts'
import { spell } from '../src/testing/json-spelling.ts'
import { randomRequest } from '../src/testing/random-request.ts'

export type Source = { readonly name: string; readonly bodies: readonly Buffer[] }

const SCENARIOS = fileURLToPath(new URL('../src/bidding/scenarios/', import.meta.url))

/** @param published a folder of JSON files, or of folders of them; left out when it is not there. */
export function sourcesOf(options: { published: string; random: number; seed: number }): Source[] {
  const { published, random, seed } = options
  return [
    { name: 'published requests', bodies: existsSync(published) ? filesUnder(published) : [] },
    { name: 'scenario files', bodies: scenarioRequests().map((request) => Buffer.from(request)) },
    { name: 'made traffic', bodies: makeBodies(seed, Math.ceil(random / 4)) },
    { name: 'shaken requests', bodies: shakenBodies(random, seed) },
    { name: 'random requests', bodies: randomBodies(random, seed) },
  ]
}

function filesUnder(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readFileSync(`${folder}/${name}`))
}

function scenarioRequests(): string[] {
  return ['exemplary', 'supplemental'].flatMap((kind) =>
    filesUnder(SCENARIOS + kind).map((file) => {
      const { body, request } = JSON.parse(String(file)) as { body?: string; request?: unknown }
      return body ?? JSON.stringify(request)
    }),
  )
}

function randomBodies(count: number, seed: number): Buffer[] {
  return fc
    .sample(fc.tuple(randomRequest, fc.nat()), { numRuns: count, seed })
    .map(([request, spelling]) => Buffer.from(spell(request, new Prng(spelling))))
}

/** Scenario files and made traffic with here and there a field gone, mistyped or spelled otherwise. */
function shakenBodies(count: number, seed: number): Buffer[] {
  const prng = new Prng(seed)
  const traffic = makeBodies(seed + 1, 100).map(String)
  const requests = [...scenarioRequests(), ...traffic].flatMap((text) => parsedOrNothing(text))
  return Array.from({ length: count }, () => Buffer.from(spell(shake(prng.pick(requests), prng), prng)))
}

function parsedOrNothing(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

const ODD = [null, '', 0, 1, -1, 2.5, '3', true, false, [], {}, ['USD'], 1e300, 'x']

function shake(value: unknown, prng: Prng): unknown {
  if (prng.unit() < 0.01) return prng.pick(ODD)
  if (typeof value === 'number') return prng.unit() < 0.1 ? `${value}` : value
  if (Array.isArray(value)) return value.map((item) => shake(item, prng))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(() => prng.unit() >= 0.02)
  return Object.fromEntries(kept.map(([name, inner]) => [name, shake(inner, prng)]))
}
