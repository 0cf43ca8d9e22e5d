/**
 * The rules for bids of video and audio: length, protocol and the VAST document. A part of `checkResponse`.
 */
import { isFilledText, type JsonObject, numberOf, numbersOf, textsOf } from './loose-json.ts'
import type { Say } from './response-rules.ts'
import { descendants, parseXml, type XmlElement } from './xml.ts'

type VastForm = { readonly version: string; readonly ad: 'InLine' | 'Wrapper' }

/** AdCOM "Creative Subtypes - Audio/Video". */
const VAST_FORMS = new Map<unknown, VastForm>([
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
/** DAAST, inline and wrapper: not looked into. */
const DAAST: readonly unknown[] = [9, 10]

/** @param media the video or audio of the imp that the bid fills. */
export function checkFilm(bid: JsonObject, media: JsonObject, say: Say): void {
  checkLength(bid, media, say)
  const { protocol, adm } = bid
  const offered = numbersOf(media.protocols)
  const isKnown = VAST_FORMS.has(protocol) || DAAST.includes(protocol)
  if (!isKnown || (offered.length > 0 && !offered.includes(protocol as number))) {
    say('video.protocol', '/protocol', `${protocol} is not among ${offered.join(', ') || 'those there are'}`)
  }
  if (!isFilledText(adm) || DAAST.includes(protocol)) return
  const parsed = parseXml(adm)
  if ('fault' in parsed) say('vast.xml', '/adm', parsed.fault)
  else checkVast(parsed.root, bid, media, say)
}

function checkLength({ dur }: JsonObject, media: JsonObject, say: Say): void {
  if (typeof dur !== 'number' || !Number.isInteger(dur) || dur <= 0) {
    say('video.dur', '/dur', `is ${JSON.stringify(dur)}`)
    return
  }
  const exact = numbersOf(media.rqddurs)
  const least = numberOf(media.minduration) ?? 0
  const most = numberOf(media.maxduration) ?? 0
  if (exact.length > 0 && !exact.includes(dur)) {
    say('video.dur', '/dur', `${dur} s is not among ${exact.join(', ')}`)
  }
  if (dur < least) say('video.dur', '/dur', `${dur} s is less than ${least} s`)
  if (most > 0 && dur > most) say('video.dur', '/dur', `${dur} s is more than ${most} s`)
}

function checkVast(root: XmlElement, bid: JsonObject, media: JsonObject, say: Say): void {
  const ads = root.children.filter(({ name }) => name === 'Ad')
  if (root.name !== 'VAST' || ads.length === 0) {
    say('vast.xml', '/adm', `<${root.name}> with ${ads.length} ads is no VAST`)
    return
  }
  const form = VAST_FORMS.get(bid.protocol)
  const version = root.attributes.get('version')
  const kinds = ads.flatMap(({ children }) => children.map(({ name }) => name))
  if (form !== undefined && version !== form.version) {
    say('vast.version', '/adm', `version ${version}, but protocol ${bid.protocol} is ${form.version}`)
  }
  if (form !== undefined && !kinds.every((kind) => kind === form.ad)) {
    say('vast.version', '/adm', `${kinds.join(', ')}, but protocol ${bid.protocol} is ${form.ad}`)
  }
  for (const ad of ads.flatMap(({ children }) => children.filter(({ name }) => name === 'InLine'))) {
    const missing = requiredElements(Number(version)).filter((name) => descendants(ad, name).length === 0)
    if (missing.length > 0) say('vast.elements', '/adm', `version ${version} without ${missing.join(', ')}`)
  }
  if (kinds.includes('InLine')) {
    checkVastLength(root, bid, say)
    checkMediaFiles(root, media, say)
  }
}

/** VAST 2.0 section 2.2.4, VAST 4.0 section 3.7.1 and VAST 4.1 section 3.4. */
function requiredElements(version: number): string[] {
  const always = ['AdSystem', 'AdTitle', 'Impression', 'Creatives', 'Duration', 'MediaFiles']
  return [...always, ...(version >= 4 ? ['UniversalAdId'] : []), ...(version >= 4.1 ? ['AdServingId'] : [])]
}

function checkVastLength(root: XmlElement, { dur }: JsonObject, say: Say): void {
  const text = descendants(root, 'Duration')[0]?.text.trim() ?? ''
  const parts = /^(\d\d):([0-5]\d):([0-5]\d)(?:\.\d{3})?$/.exec(text)
  const seconds = parts === null ? undefined : +parts[1] * 3600 + +parts[2] * 60 + +parts[3]
  if (seconds !== dur) say('vast.duration', '/adm', `"${text}", but the bid says ${dur} s`)
}

function checkMediaFiles(root: XmlElement, media: JsonObject, say: Say): void {
  const accepted = textsOf(media.mimes).map((type) => type.toLowerCase())
  const types = descendants(root, 'MediaFile').map(({ attributes }) => `${attributes.get('type')}`)
  const isPlayable = types.some((type) => accepted.length === 0 || accepted.includes(type.toLowerCase()))
  if (!isPlayable) {
    const wanted = accepted.join(', ') || 'any type'
    say('vast.media', '/adm', `${types.join(', ') || 'no media file'}, where ${wanted} is accepted`)
  }
}
