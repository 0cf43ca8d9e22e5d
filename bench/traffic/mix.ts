/**
 * What a set of bid requests is made of, counted on the requests themselves: it describes made ones and those of a file
 * alike. And the mix of exchanges that they are said to come from, which is chosen.
 */
import { Prng } from '../../src/base/prng.ts'
import { draw, type Lot, lotOf } from './draw.ts'

export type TrafficMix = {
  readonly requests: number
  /** Of a body. */
  readonly bytes: { readonly p10: number; readonly p50: number; readonly p90: number }
  readonly impsPerRequest: number
  /** Of all requests (of all imps for `imp`) by what they are, the most frequent first; the rest is `other`. */
  readonly shares: Readonly<Record<Trait, Readonly<Record<string, number>>>>
}

const TRAITS = ['exchange', 'imp', 'inventory', 'device', 'country', 'form'] as const
type Trait = (typeof TRAITS)[number]
/** The tail of a trait is one row. */
const KINDS_MAX = 8

/** OpenRTB 2.6, AdCOM list "Device Types". */
const DEVICE_TYPES: Readonly<Record<number, string>> = {
  1: 'mobile or tablet',
  2: 'desktop',
  3: 'television',
  4: 'phone',
  5: 'tablet',
  6: 'connected device',
  7: 'set-top box',
}

type Seen = {
  readonly imp?: unknown
  readonly site?: object
  readonly app?: object
  readonly device?: { readonly devicetype?: number; readonly geo?: { readonly country?: string } }
  readonly source?: { readonly schain?: object; readonly ext?: { readonly schain?: object } }
}

/** @param exchanges of the requests, one each; empty where there is no choice of them. */
export function mixOf(bodies: readonly Uint8Array[], exchanges: readonly string[]): TrafficMix {
  const kinds: Record<Trait, string[]> = {
    ...{ exchange: [...exchanges], imp: [], inventory: [], device: [], country: [], form: [] },
  }
  for (const body of bodies) {
    const request = requestOf(body)
    kinds.imp.push(...impsOf(request).map(impKind))
    kinds.form.push(request === undefined ? 'not JSON' : formOf(request))
    if (request === undefined) continue
    kinds.inventory.push(request.site ? 'site' : request.app ? 'app' : 'neither')
    kinds.device.push(DEVICE_TYPES[request.device?.devicetype ?? 0] ?? 'not told')
    kinds.country.push(`${request.device?.geo?.country ?? 'not told'}`)
  }
  const sizes = bodies.map(({ length }) => length).sort((a, b) => a - b)
  const size = (share: number) => sizes[Math.floor(share * (sizes.length - 1))]
  return {
    requests: bodies.length,
    bytes: { p10: size(0.1), p50: size(0.5), p90: size(0.9) },
    impsPerRequest: kinds.imp.length / bodies.length,
    shares: Object.fromEntries(
      TRAITS.map((trait) => [trait, sharesOf(kinds[trait])]),
    ) as TrafficMix['shares'],
  }
}

export function mixRows(mix: TrafficMix): [string, string][] {
  const { requests, bytes, impsPerRequest, shares } = mix
  const rows: [string, string][] = [
    ['requests', `${requests} different ones, ${impsPerRequest.toFixed(2)} imps each`],
    ['size', `${bytes.p50} bytes in the median, a tenth below ${bytes.p10}, a tenth above ${bytes.p90}`],
  ]
  for (const trait of TRAITS) {
    const parts = Object.entries(shares[trait]).map(
      ([kind, share]) => `${(100 * share).toFixed(1)} % ${kind}`,
    )
    if (parts.length > 0) rows.push([trait, parts.join(', ')])
  }
  return rows
}

/**
 * An exchange for each of `count` requests, drawn with these weights.
 * @param text such as `default=3,openx=1`; without weights all are as frequent.
 */
export function drawExchanges(text: string, seed: number, count: number): string[] {
  const lot: Lot<string> = lotOf(text.split(',').map(weightOf))
  const prng = new Prng(seed)
  return Array.from({ length: count }, () => draw(prng, lot))
}

function weightOf(part: string): [string, number] {
  const [, name, weight = '1'] = /^([\w-]+)(?:=(\d+(?:\.\d+)?))?$/.exec(part) ?? []
  if (name === undefined || Number(weight) === 0)
    throw new Error(`--exchanges must be names with weights above 0, such as default=3,openx=1, not ${part}`)
  return [name, Number(weight)]
}

function requestOf(body: Uint8Array): Seen | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    return typeof value === 'object' && value !== null ? (value as Seen) : undefined
  } catch {
    return undefined
  }
}

/** Requests of a file may be anything. */
function impsOf(request: Seen | undefined): Readonly<Record<string, unknown>>[] {
  return Array.isArray(request?.imp)
    ? request.imp.filter((imp) => typeof imp === 'object' && imp !== null)
    : []
}

function impKind(imp: Readonly<Record<string, unknown>>): string {
  const kinds = ['banner', 'video', 'audio', 'native'].filter((kind) => imp[kind] !== undefined)
  return kinds.join(' and ') || 'no format'
}

/** 2.6 took the supply chain out of the extension. */
function formOf({ source }: Seen): string {
  return source?.schain ? 'as 2.6' : source?.ext?.schain ? 'as 2.5' : 'no supply chain'
}

function sharesOf(kinds: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  const rest = sorted.slice(KINDS_MAX).reduce((sum, [, count]) => sum + count, 0)
  const shown = rest === 0 ? sorted : [...sorted.slice(0, KINDS_MAX), ['other', rest] as const]
  return Object.fromEntries(shown.map(([kind, count]) => [kind, count / kinds.length]))
}
