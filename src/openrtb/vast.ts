/**
 * VAST documents of video and audio ads, versions 2.0 to 4.3, inline or as wrappers. Made when the catalog changes, as
 * templates: only what a bid knows is left to fill in.
 *
 * Elements stand in the order of the schemas that IAB Tech Lab publishes, which VAST 4 changed. No namespace is
 * declared, though the schemas of VAST 4 have one: its name begins with http, and exchanges refuse a secure ad in which
 * that stands anywhere.
 */
import { assert } from '../base/assert.ts'
import { VAST_VERSIONS, VAST_WRAPPER_VERSIONS } from './codes.ts'
import { cdata, escapeMarkup } from './escape.ts'
import { HOLE, type Hole, inJsonString, landingParts, type Template, template } from './template.ts'

export type MediaFile = {
  readonly url: string
  readonly mime: string
  /** Pixels; of no meaning for audio. */
  readonly width?: number
  readonly height?: number
  readonly bitrateKbps: number
  readonly delivery: 'progressive' | 'streaming'
}

type FilmFacts = {
  readonly id: string
  readonly title: string
  readonly kind: 'video' | 'audio'
  /** Whole seconds. */
  readonly durationS: number
  readonly landing: string
  /** Whole seconds until the player may offer to skip. VAST 2 cannot say so, and a wrapper leaves it to its tag. */
  readonly skipAfterS?: number
  /** A script that measures the ad through OMID, and whose it is. */
  readonly verification?: {
    readonly vendor: string
    readonly javascript: string
    readonly parameters?: string
  }
}
export type InlineFilm = FilmFacts & { readonly media: readonly MediaFile[] }
/** An ad that another server holds: `tag` is the URL of its VAST. */
export type WrapperFilm = FilmFacts & { readonly tag: string }
export type Film = InlineFilm | WrapperFilm

/** By AdCOM protocol code. Versions that write the ad alike share a template. */
export type VastTemplates = readonly (Template | undefined)[]

type Part = string | Hole

/** The documents of a film for every protocol that can carry it, each as the inside of a JSON string. */
export function vastTemplates(film: Film): VastTemplates {
  const templates: (Template | undefined)[] = new Array(PROTOCOL_MAX + 1).fill(undefined)
  const forms = formsOf(film).map((first) => ({
    first,
    made: template(documentParts(film, first), inJsonString),
  }))
  for (const [protocol, version] of 'tag' in film ? VAST_WRAPPER_VERSIONS : VAST_VERSIONS) {
    templates[protocol] = forms.findLast(({ first }) => first <= Number(version))!.made
  }
  return templates
}

/** The versions from which on the film is written in another way than before, its number apart. */
function formsOf(film: Film): number[] {
  if ('tag' in film) {
    const isNewerOther = film.kind === 'audio' || film.verification !== undefined
    return isNewerOther ? [2, 4, 4.1] : [2, 4]
  }
  return film.skipAfterS === undefined ? [2, 4, 4.1] : [2, 3, 4, 4.1]
}

/** @param protocol a code of `VAST_VERSIONS` for an inline film, of `VAST_WRAPPER_VERSIONS` for a wrapper. */
export function vastTemplateOf(templates: VastTemplates, protocol: number): Template {
  const found = templates[protocol]
  assert(found !== undefined, 'the film can be written for the protocol')
  return found
}

/** What fills `HOLE.vastVersion`. */
export function vastVersionOf(protocol: number): string {
  const version = VERSION_BY_PROTOCOL[protocol]
  assert(version !== undefined, 'the protocol is a version of VAST that is written')
  return version
}

const PROTOCOL_MAX = Math.max(...VAST_VERSIONS.keys(), ...VAST_WRAPPER_VERSIONS.keys())
const VERSION_BY_PROTOCOL = Array.from(
  { length: PROTOCOL_MAX + 1 },
  (_, protocol) => VAST_VERSIONS.get(protocol) ?? VAST_WRAPPER_VERSIONS.get(protocol),
)

const AD_SYSTEM = '<AdSystem>Peregrine</AdSystem>'
const ERROR: readonly Part[] = ['<Error><![CDATA[', HOLE.errorUrl, ']]></Error>']
const IMPRESSION: readonly Part[] = ['<Impression><![CDATA[', HOLE.viewUrl, ']]></Impression>']
const CLICK_TRACKING: readonly Part[] = [
  '<ClickTracking><![CDATA[',
  HOLE.clickTrackingUrl,
  ']]></ClickTracking>',
]
const SERVING_ID: readonly Part[] = ['<AdServingId>', HOLE.servingId, '</AdServingId>']

function documentParts(film: Film, version: number): Part[] {
  const adType = film.kind === 'audio' && version >= 4.1 ? ' adType="audio"' : ''
  return [
    '<VAST version="',
    HOLE.vastVersion,
    `"><Ad id="${escapeMarkup(film.id)}"${adType}>`,
    ...('tag' in film ? wrapperParts(film, version) : inlineParts(film, version)),
    '</Ad></VAST>',
  ]
}

/** VAST 4.2 section 3.4; before VAST 4 the schemas of 2.0.1 and 3.0. */
function inlineParts(film: InlineFilm, version: number): Part[] {
  const title = `<AdTitle>${escapeMarkup(film.title)}</AdTitle>`
  const { extensions, adVerifications } = verificationOf(film, version)
  const creatives = inlineCreatives(film, version)
  if (version < 4) {
    return ['<InLine>', AD_SYSTEM, title, ...ERROR, ...IMPRESSION, ...creatives, extensions, '</InLine>']
  }
  return [
    ...['<InLine>', AD_SYSTEM, ...ERROR, extensions, ...IMPRESSION],
    ...(version >= 4.1 ? SERVING_ID : []),
    ...[title, adVerifications, ...creatives, '</InLine>'],
  ]
}

/** VAST 4.2 section 3.19; before VAST 4 the schemas of 2.0.1 and 3.0. A click leads where the inner ad says. */
function wrapperParts(film: WrapperFilm, version: number): Part[] {
  const tag = `<VASTAdTagURI>${cdata(film.tag)}</VASTAdTagURI>`
  const { extensions, adVerifications } = verificationOf(film, version)
  const creatives = [
    '<Creatives><Creative><Linear><VideoClicks>',
    ...CLICK_TRACKING,
    '</VideoClicks></Linear></Creative></Creatives>',
  ]
  if (version < 4) {
    return ['<Wrapper>', AD_SYSTEM, tag, ...ERROR, ...IMPRESSION, ...creatives, extensions, '</Wrapper>']
  }
  return [
    ...['<Wrapper>', AD_SYSTEM, ...ERROR, extensions, ...IMPRESSION],
    ...[adVerifications, ...creatives, tag, '</Wrapper>'],
  ]
}

function inlineCreatives(film: InlineFilm, version: number): Part[] {
  const duration = `<Duration>${vastTime(film.durationS)}</Duration>`
  const media = `<MediaFiles>${film.media.map((file) => mediaFile(file, film.kind)).join('')}</MediaFiles>`
  const through = ['<ClickThrough>', ...landingParts(cdata(film.landing)), '</ClickThrough>']
  const linear: Part[] =
    version < 4
      ? [duration, '<VideoClicks>', ...through, ...CLICK_TRACKING, '</VideoClicks>', media]
      : [duration, media, '<VideoClicks>', ...CLICK_TRACKING, ...through, '</VideoClicks>']
  const skip =
    film.skipAfterS !== undefined && version >= 3 ? ` skipoffset="${vastTime(film.skipAfterS)}"` : ''
  return [
    `<Creatives><Creative id="${escapeMarkup(film.id)}">${universalAdId(film.id, version)}<Linear${skip}>`,
    ...linear,
    '</Linear></Creative></Creatives>',
  ]
}

/** VAST 4.0 wants the id twice; 4.1 dropped the attribute. Our ids are in no registry: the word for that is unknown. */
function universalAdId(id: string, version: number): string {
  if (version < 4) return ''
  const text = escapeMarkup(id)
  const value = version < 4.1 ? ` idValue="${text}"` : ''
  return `<UniversalAdId idRegistry="unknown"${value}>${text}</UniversalAdId>`
}

/** The schemas require a size of every file; VAST 4.2 says that of audio is 0. */
function mediaFile(
  { url, mime, width = 0, height = 0, bitrateKbps, delivery }: MediaFile,
  kind: string,
): string {
  const size = kind === 'audio' ? 'width="0" height="0"' : `width="${width}" height="${height}"`
  const type = `delivery="${delivery}" type="${escapeMarkup(mime)}"`
  // A player runs a script only if it is told what it is.
  const api = mime === 'application/javascript' ? ' apiFramework="VPAID"' : ''
  return `<MediaFile ${type}${api} ${size} bitrate="${bitrateKbps}">${cdata(url)}</MediaFile>`
}

/** VAST 4.1 made room for OMID scripts (section 3.16); before, the same elements stand in an extension. */
function verificationOf(
  { verification }: Film,
  version: number,
): Record<'extensions' | 'adVerifications', string> {
  if (verification === undefined) return { extensions: '', adVerifications: '' }
  const { vendor, javascript, parameters } = verification
  const script = `<JavaScriptResource apiFramework="omid" browserOptional="true">${cdata(javascript)}</JavaScriptResource>`
  const settings =
    parameters === undefined ? '' : `<VerificationParameters>${cdata(parameters)}</VerificationParameters>`
  const inner = `<Verification vendor="${escapeMarkup(vendor)}">${script}${settings}</Verification>`
  const adVerifications = `<AdVerifications>${inner}</AdVerifications>`
  if (version >= 4.1) return { extensions: '', adVerifications }
  const extensions = `<Extensions><Extension type="AdVerifications">${adVerifications}</Extension></Extensions>`
  return { extensions, adVerifications: '' }
}

/** HH:MM:SS. */
function vastTime(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => `${part}`.padStart(2, '0')).join(':')
}
