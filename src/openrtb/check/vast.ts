/**
 * VAST documents: form, required elements, length, and whether the player can play a media file (VAST 2.0 to 4.3).
 */
import { descendants, parseXml, type XmlElement } from '../xml.ts'
import type { BidCase } from './bid-case.ts'
import { offersApi } from './creative.ts'
import {
  isFilledText,
  isUnset,
  type JsonObject,
  limitOf,
  numberOf,
  numbersOf,
  shown,
  textsOf,
} from './loose-json.ts'
import type { Say } from './rules.ts'

type VastForm = { readonly version: string; readonly ad: 'InLine' | 'Wrapper' }

/** AdCOM "Creative Subtypes - Audio/Video". */
export const VAST_FORMS = new Map<unknown, VastForm>([
  [1, { version: '1.0', ad: 'InLine' }],
  [2, { version: '2.0', ad: 'InLine' }],
  [3, { version: '3.0', ad: 'InLine' }],
  [4, { version: '1.0', ad: 'Wrapper' }],
  [5, { version: '2.0', ad: 'Wrapper' }],
  [6, { version: '3.0', ad: 'Wrapper' }],
  [7, { version: '4.0', ad: 'InLine' }],
  [8, { version: '4.0', ad: 'Wrapper' }],
  [11, { version: '4.1', ad: 'InLine' }],
  [12, { version: '4.1', ad: 'Wrapper' }],
  [13, { version: '4.2', ad: 'InLine' }],
  [14, { version: '4.2', ad: 'Wrapper' }],
  [15, { version: '4.3', ad: 'InLine' }],
  [16, { version: '4.3', ad: 'Wrapper' }],
])
/** AdCOM "Delivery Methods", by VAST's name: a file that is downloaded is progressive too. */
const DELIVERY_CODES: Readonly<Record<string, readonly number[]>> = { streaming: [1], progressive: [2, 3] }
const SHAPE_TOLERANCE = 0.01

/** DAAST, inline and wrapper: not looked into. */
export function isDaast(protocol: unknown): boolean {
  return protocol === 9 || protocol === 10
}

/** Checks a document of a bid; tells whether it is VAST at all. */
export function checkVast(root: XmlElement, bidCase: BidCase, media: JsonObject): boolean {
  const { bid, imp, slot, say } = bidCase
  const kinds = kindsOf(root)
  if (root.name !== 'VAST' || kinds.length === 0) {
    say('vast.xml', '/adm', `<${root.name}> with ${kinds.length} ads is no VAST`)
    return false
  }
  checkVersion(root, kinds, bid.protocol, say)
  checkElements(root, say)
  checkApis(root, imp ?? {}, media, say)
  const linear = descendants(root, 'InLine').flatMap((ad) => descendants(ad, 'Linear'))
  if (linear.length > 0) {
    const seconds = vastSeconds(root)
    if (seconds !== bid.dur) {
      say('vast.duration', '/adm', `it lasts ${seconds} s, but the bid says ${shown(bid.dur)}`)
    }
    checkMediaFiles(root, media, slot?.kind === 'video', say)
  }
  checkOverlays(root, media, say)
  return true
}

/** `InLine` or `Wrapper` of each ad. */
function kindsOf(root: XmlElement): string[] {
  return root.children
    .filter(({ name }) => name === 'Ad')
    .flatMap(({ children }) => children.map(({ name }) => name))
}

function checkVersion(root: XmlElement, kinds: readonly string[], protocol: unknown, say: Say): void {
  const form = VAST_FORMS.get(protocol)
  if (form === undefined) return
  const version = root.attributes.get('version')
  if (version !== form.version) {
    say('vast.version', '/adm', `version ${version}, but protocol ${protocol} is ${form.version}`)
  }
  if (!kinds.every((kind) => kind === form.ad)) {
    say('vast.version', '/adm', `${kinds.join(', ')}, but protocol ${protocol} is ${form.ad}`)
  }
}

function checkElements(root: XmlElement, say: Say): void {
  const version = root.attributes.get('version')
  for (const [kind, needsOf] of [['InLine', inlineNeeds] as const, ['Wrapper', wrapperNeeds] as const]) {
    for (const ad of descendants(root, kind)) {
      const missing = needsOf(ad, Number(version)).filter((name) => descendants(ad, name).length === 0)
      if (missing.length > 0) say('vast.elements', '/adm', `version ${version} without ${missing.join(', ')}`)
    }
  }
}

/** VAST 2.0 section 2.2.4, VAST 4.0 section 3.7.1 and VAST 4.1 section 3.4. */
function inlineNeeds(ad: XmlElement, version: number): string[] {
  const isOverlay = descendants(ad, 'Linear').length === 0 && descendants(ad, 'NonLinearAds').length > 0
  return [
    ...['AdSystem', 'AdTitle', 'Impression', 'Creatives'],
    ...(isOverlay ? ['NonLinear'] : ['Linear', 'Duration', 'MediaFiles']),
    ...(version >= 4 ? ['UniversalAdId'] : []),
    ...(version >= 4.1 ? ['AdServingId'] : []),
  ]
}

/** The schemas of VAST 2.0 to 4.2 agree on these. */
function wrapperNeeds(): string[] {
  return ['AdSystem', 'Impression', 'VASTAdTagURI']
}

/** Length of the first linear creative; undefined when it is not written as hh:mm:ss. */
export function vastSeconds(root: XmlElement): number | undefined {
  const text = descendants(root, 'Duration')[0]?.text.trim() ?? ''
  const parts = /^(\d\d):([0-5]\d):([0-5]\d)(?:\.\d{3})?$/.exec(text)
  return parts === null ? undefined : +parts[1] * 3600 + +parts[2] * 60 + +parts[3]
}

/** Narrows the media files down, rule by rule, to those that the player can play: one must be left. */
function checkMediaFiles(root: XmlElement, media: JsonObject, isVideo: boolean, say: Say): void {
  const files = playableFiles(root, media)
  if (files.length === 0) {
    const wanted = textsOf(media.mimes).join(', ') || 'any type'
    say('vast.media', '/adm', `no media file of ${wanted}`)
    return
  }
  const deliveries = numbersOf(media.delivery)
  const delivered = files.filter(({ attributes }) => isDelivered(attributes.get('delivery'), deliveries))
  if (delivered.length === 0) {
    say('vast.delivery', '/adm', `no media file comes by method ${deliveries.join(', ')}`)
  }
  const [least, most] = [limitOf(media.minbitrate), limitOf(media.maxbitrate) || Infinity]
  const isLimited = least > 0 || most < Infinity
  if (isLimited && delivered.length > 0 && !delivered.some((file) => isWithin(file, least, most))) {
    say('vast.bitrate', '/adm', `no media file of ${least} to ${most} kbps`)
  }
  if (isVideo) checkShapes(files, media, say)
}

/** Media files of an accepted type. */
export function playableFiles(root: XmlElement, { mimes }: JsonObject): XmlElement[] {
  const accepted = textsOf(mimes).map((type) => type.toLowerCase())
  return descendants(root, 'MediaFile').filter(
    ({ attributes }) => accepted.length === 0 || accepted.includes(`${attributes.get('type')}`.toLowerCase()),
  )
}

function isDelivered(method: string | undefined, offered: readonly number[]): boolean {
  const codes = DELIVERY_CODES[method ?? ''] ?? []
  return offered.length === 0 || offered.some((code) => codes.includes(code))
}

/** A file has a bitrate or, when it adapts, the lowest and the highest of them; without either nobody knows. */
function isWithin({ attributes }: XmlElement, least: number, most: number): boolean {
  const bitrate = limitOf(attributes.get('bitrate'))
  const lowest = bitrate || limitOf(attributes.get('minBitrate'))
  const highest = bitrate || limitOf(attributes.get('maxBitrate'))
  return highest > 0 && highest >= least && lowest <= most && (bitrate === 0 || bitrate <= most)
}

function checkShapes(files: readonly XmlElement[], media: JsonObject, say: Say): void {
  const shapes = files.map(shapeOf)
  if (shapes.some((shape) => !(shape > 0))) say('vast.size', '/adm', 'a media file does not say its size')
  const wanted = limitOf(media.w) / limitOf(media.h)
  if (!isUnset(media.boxingallowed) || !(wanted > 0 && wanted < Infinity)) return
  if (!shapes.some((shape) => Math.abs(shape / wanted - 1) <= SHAPE_TOLERANCE)) {
    say(
      'vast.size',
      '/adm',
      `no media file has the shape of ${media.w}x${media.h}, and boxing is not allowed`,
    )
  }
}

/** Width by height, or 0. */
function shapeOf({ attributes }: XmlElement): number {
  const height = limitOf(attributes.get('height'))
  return height > 0 ? limitOf(attributes.get('width')) / height : 0
}

function checkOverlays(root: XmlElement, media: JsonObject, say: Say): void {
  for (const { attributes } of descendants(root, 'NonLinear')) {
    const [width, height] = [numberOf(attributes.get('width')), numberOf(attributes.get('height'))]
    const [widest, highest] = [limitOf(media.w) || Infinity, limitOf(media.h) || Infinity]
    if (!((width ?? 0) <= widest && (height ?? 0) <= highest)) {
      say('vast.size', '/adm', `an overlay of ${width}x${height} in a player of ${widest}x${highest}`)
    }
  }
}

/** AdCOM "API Frameworks" that VAST names, and the codes that offer them. */
const FRAMEWORKS: readonly (readonly [name: RegExp, codes: readonly number[]])[] = [
  [/^vpaid/i, [1, 2]],
  [/^simid/i, [8, 9]],
  [/^omid/i, [7]],
]
/** `imp.ssai`: the ad is stitched into the stream by a server. */
const SSAI_STITCHED = [2, 3]

function checkApis(root: XmlElement, imp: JsonObject, media: JsonObject, say: Say): void {
  const users = ['MediaFile', 'InteractiveCreativeFile', 'NonLinear', 'JavaScriptResource']
  const used = users.flatMap((name) =>
    descendants(root, name).map(({ attributes }) => attributes.get('apiFramework')),
  )
  for (const framework of new Set(used.filter(isFilledText))) {
    const codes = FRAMEWORKS.find(([name]) => name.test(framework))?.[1]
    if (codes === undefined) continue
    if (!offersApi(media, codes)) {
      say('api.markup', '/adm', `${framework} needs one of the APIs ${codes.join(', ')}`)
    } else if (SSAI_STITCHED.includes(limitOf(imp.ssai))) {
      say('api.markup', '/adm', `${framework} cannot run in an ad that a server stitches in`)
    }
  }
}

/** URLs of the media files of a document, or of nothing when it is none. */
export function mediaUrlsOf(adm: unknown): string[] {
  const parsed = isFilledText(adm) ? parseXml(adm) : undefined
  if (parsed === undefined || 'fault' in parsed) return []
  return descendants(parsed.root, 'MediaFile').map(({ text }) => text.trim())
}
