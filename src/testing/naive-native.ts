/**
 * Native slots and answers the obvious way, over parsed objects: the twin of the reader, the rule of what fills an
 * asset, and a check of an answer against the slot it was made for (OpenRTB Native Ads 1.2 sections 4 and 5).
 */
import type { NativeAsset, NativeSpec } from '../openrtb/native-request.ts'
import { NATIVE_DATA_TYPE, type NativeAd, type NativeDataName } from '../openrtb/native-response.ts'

export type Fields = { [name: string]: unknown }

const KINDS = ['title', 'img', 'data', 'video'] as const

/** Every spelling of a slot whose bare request is `root`, as `imp.native`, and whether it is a wrapped one. */
export function nativeSpellings(root: Fields, text: (value: unknown) => string = JSON.stringify) {
  const roots: [value: Fields, isWrapped: boolean][] = [
    [root, false],
    [{ native: root }, true],
    [{ native: { native: root } }, true],
  ]
  return roots.flatMap(([value, isWrapped]) => {
    const natives: Fields[] = [
      { request: text(value), ver: '1.2' },
      { request: text(text(value)) },
      { ver: '1.0', request: value, api: [3] },
      { request_native: value },
      { request_native: text(value) },
      { request: 'none', request_native: value },
      { ...value, battr: [1] },
    ]
    return natives.map((native) => ({ native, isWrapped }))
  })
}

export function readNativeNaively(native: Fields): NativeSpec | undefined {
  return specOf(decoded(native.request)) ?? specOf(decoded(native.request_native)) ?? specOf(native)
}

/** Text is decoded twice at most. */
function decoded(request: unknown): unknown {
  let value = request
  for (let i = 0; i < 2 && typeof value === 'string'; i++) {
    try {
      value = JSON.parse(value)
    } catch {
      return undefined
    }
  }
  return value
}

function specOf(root: unknown, isWrapped = false): NativeSpec | undefined {
  if (!isFields(root)) return undefined
  if (list(root.assets).length === 0) return specOf(root.native, true)
  const wire = list(root.assets).filter(isFields)
  const isAnswerable = wire.map(
    (asset, i) =>
      kindsOf(asset).length === 1 &&
      Number.isSafeInteger(number(asset.id)) &&
      !wire.slice(0, i).some((other) => number(other.id) === number(asset.id) && kindsOf(other).length === 1),
  )
  const answerable = wire.filter((_, i) => isAnswerable[i])
  const leftOut = [...wire.filter((_, i) => !isAnswerable[i]), ...answerable.slice(32)]
  if (answerable.length === 0 || leftOut.some(isRequired)) return undefined
  const trackers = offered(root)
  const isViewOffered = trackers.some(([event, method]) => event === 1 && method === 1)
  return {
    isWrapped,
    assets: answerable.slice(0, 32).map(assetOf),
    viewTracking: isViewOffered ? 'event' : hasTrackers(root) ? 'none' : 'legacy',
    hasPrivacy: flag(root.privacy),
  }
}

function assetOf(wire: Fields): NativeAsset {
  const [kind] = kindsOf(wire)
  const inner = wire[kind] as Fields
  const common = { id: number(wire.id), isRequired: isRequired(wire) }
  const lengthMax = positive(inner.len) ?? Infinity
  if (kind === 'title') return { ...common, kind, lengthMax }
  if (kind === 'data') return { ...common, kind, type: integer(inner.type), lengthMax }
  if (kind === 'video') return { ...common, kind }
  const type = integer(inner.type)
  return {
    ...common,
    kind: 'image',
    type: type === 2 ? 1 : type,
    widthMin: positive(inner.wmin) ?? positive(inner.w) ?? 0,
    widthMax: positive(inner.wmin) ? Infinity : (positive(inner.w) ?? Infinity),
    heightMin: positive(inner.hmin) ?? positive(inner.h) ?? 0,
    heightMax: positive(inner.hmin) ? Infinity : (positive(inner.h) ?? Infinity),
    mimes: mimesOf(inner.mimes),
  }
}

const MIME_GROUPS = [
  ['image/jpeg', 'image/jpg'],
  ['image/png'],
  ['image/gif'],
  ['image/webp'],
  ['image/avif'],
  ['image/svg+xml'],
]

function mimesOf(mimes: unknown): number {
  const texts = textsOf(mimes)
  if (texts.length === 0) return -1
  return MIME_GROUPS.reduce((bits, group, i) => bits | (group.some((m) => texts.includes(m)) ? 1 << i : 0), 0)
}

/** What an ad would answer an asset with, as the member beside its id; the asset is one that can be answered. */
export function fillNaively(wire: Fields, ad: NativeAd): Fields | undefined {
  const [kind] = kindsOf(wire)
  const inner = wire[kind] as Fields
  const fits = (text: string) => text.length <= (positive(inner.len) ?? Infinity)
  if (kind === 'title') {
    const text = ad.titles.filter(fits).reduce((a, b) => (b.length > a.length ? b : a), '')
    return ad.titles.some(fits) ? { title: { text: text.toWellFormed() } } : undefined
  }
  if (kind === 'data') {
    const entry = Object.entries(NATIVE_DATA_TYPE).find(([, type]) => type === integer(inner.type))
    const value = entry && ad.data[entry[0] as NativeDataName]
    return value !== undefined && fits(value) ? { data: { value: value.toWellFormed() } } : undefined
  }
  if (kind === 'video') return undefined
  const ordered = [
    ...ad.images.filter((i) => i.kind === 'main'),
    ...ad.images.filter((i) => i.kind === 'icon'),
  ]
  const image = ordered.find((candidate) => imageFaults(inner, candidate).length === 0)
  if (image === undefined) return undefined
  const { url, width, height } = image
  return { img: { url, w: width, h: height } }
}

function imageFaults(inner: Fields, image: NativeAd['images'][number]): string[] {
  const faults: string[] = []
  const type = integer(inner.type)
  if (type !== 0 && !(image.kind === 'icon' ? [1, 2] : [3]).includes(type)) faults.push('type')
  for (const [side, pixels] of [['w', image.width] as const, ['h', image.height] as const]) {
    const least = positive(inner[`${side}min`])
    const exact = positive(inner[side])
    if (least !== undefined && pixels < least) faults.push(`${side}min`)
    if (least === undefined && exact !== undefined && pixels !== exact) faults.push(side)
  }
  const accepted = textsOf(inner.mimes).map((mime) => MIME_GROUPS.find((group) => group.includes(mime)))
  const isAccepted = accepted.some((group) => group?.includes(image.mime.toLowerCase()))
  if (accepted.length > 0 && !isAccepted) faults.push('mimes')
  return faults
}

/** Which rules an answer breaks that was made from `ad` for a slot whose bare request is `root`. */
export function nativeFaults(root: Fields, ad: NativeAd, answer: Fields): string[] {
  const faults: string[] = []
  const { ver, link, assets, eventtrackers, imptrackers, privacy, ...others } = answer
  const say = (isWrong: boolean, fault: string) => isWrong && faults.push(fault)
  say(ver !== '1.2', 'version')
  say(Object.keys(others).length > 0, 'unknown fields')
  const { url, clicktrackers, ...linkOthers } = link as Fields
  say(url !== ad.landing || Object.keys(linkOthers).length > 0, 'link')
  const urls = [
    url,
    ...list(clicktrackers),
    ...list(imptrackers),
    ...(privacy === undefined ? [] : [privacy]),
  ]

  const wire = list(root.assets).filter(isFields)
  const ids = list(assets).map((asset) => (asset as Fields).id)
  say(ids.length === 0, 'no assets')
  say(new Set(ids).size < ids.length, 'an id twice')
  for (const asset of wire) say(isRequired(asset) && !ids.includes(number(asset.id)), 'a required asset')
  for (const asset of list(assets) as Fields[]) {
    const asked = wire.find((one) => number(one.id) === asset.id && kindsOf(one).length === 1)
    say(asked === undefined, 'an id that was not asked for')
    if (asked === undefined) continue
    const [kind] = kindsOf(asked)
    say(Object.keys(asset).sort().join() !== ['id', kind].sort().join(), 'kind')
    if (!isFields(asset[kind])) continue
    faults.push(...assetFaults(asked[kind] as Fields, kind, asset[kind], ad))
    if (kind === 'img') urls.push(asset[kind].url)
  }

  const pairs = offered(root).map(String)
  for (const tracker of list(eventtrackers) as Fields[]) {
    say(!pairs.includes(`${tracker.event},${tracker.method}`), 'a tracker that was not offered')
    urls.push(tracker.url)
  }
  say(eventtrackers !== undefined && list(eventtrackers).length === 0, 'no trackers in the list')
  say(imptrackers !== undefined && hasTrackers(root), 'legacy trackers where new ones were offered')
  say(imptrackers === undefined && !hasTrackers(root), 'no tracker')
  say(privacy !== undefined && !flag(root.privacy), 'a privacy notice that was not asked for')
  say(
    urls.some((one) => typeof one !== 'string' || !one.startsWith('https://')),
    'a URL that is not https',
  )
  return faults
}

function assetFaults(asked: Fields, kind: string, given: Fields, ad: NativeAd): string[] {
  if (kind === 'img') {
    const image = ad.images.find(({ url, width, height }) => {
      return url === given.url && width === given.w && height === given.h
    })
    return image === undefined ? ['no such image'] : imageFaults(asked, image).map((fault) => `img.${fault}`)
  }
  const text = kind === 'title' ? given.text : given.value
  if (typeof text !== 'string') return [`${kind} without text`]
  return [...text].length > (positive(asked.len) ?? Infinity) ? [`${kind}.len`] : []
}

function trackersOf(root: Fields): Fields[] {
  const name = list(root.eventtrackers).length > 0 ? 'eventtrackers' : 'eventrackers'
  return list(root[name]).filter(isFields)
}

function hasTrackers(root: Fields): boolean {
  return trackersOf(root).length > 0
}

/** Pairs of event and method. */
function offered(root: Fields): [event: number, method: number][] {
  return trackersOf(root).flatMap(({ event, methods }) =>
    (Array.isArray(methods) ? methods : [methods]).map((method): [number, number] => [
      integer(event),
      integer(method),
    ]),
  )
}

function kindsOf(asset: Fields): (typeof KINDS)[number][] {
  return KINDS.filter((kind) => isFields(asset[kind]))
}

function isRequired(asset: Fields): boolean {
  return flag(asset.required)
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function textsOf(value: unknown): string[] {
  return list(value)
    .filter((item) => typeof item === 'string')
    .map((item) => item.toLowerCase())
}

function flag(value: unknown): boolean {
  return value === true || number(value) === 1
}

function number(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

function integer(value: unknown): number {
  const whole = Math.trunc(number(value))
  return whole >= -(2 ** 31) && whole < 2 ** 31 ? whole : 0
}

function positive(value: unknown): number | undefined {
  const whole = integer(value)
  return whole > 0 ? whole : undefined
}
