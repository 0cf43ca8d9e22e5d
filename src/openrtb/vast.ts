/**
 * VAST documents of video and audio ads, versions 2.0 to 4.3, inline or as wrappers: a template for each protocol, for
 * all films. Of a film only its own texts are made when the catalog changes, once for all versions.
 *
 * Elements stand in the order of the schemas that IAB Tech Lab publishes, which VAST 4 changed. No namespace is
 * declared, though the schemas of VAST 4 have one: its name begins with http, and exchanges refuse a secure ad in which
 * that stands anywhere.
 */
import { assert } from '../base/assert.ts'
import { byteText } from '../base/byte-writer.ts'
import { VAST_VERSIONS, VAST_WRAPPER_VERSIONS } from './codes.ts'
import { cdata, escapeMarkup } from './escape.ts'
import {
  type AdTexts,
  CLICK_ID_MACRO,
  HOLE,
  HOLE_COUNT,
  type Hole,
  inJsonString,
  type Template,
  template,
} from './template.ts'

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

/** What a film fills the templates with. */
export type FilmTexts = AdTexts & { readonly isWrapper: boolean }

type Part = string | Hole

const OWN_TEXTS = [
  'id',
  'adType',
  'title',
  'skip',
  'duration',
  'media',
  'tag',
  'extensions',
  'adVerifications',
] as const
type OwnText = (typeof OWN_TEXTS)[number]
const FILM = Object.fromEntries(OWN_TEXTS.map((name, i) => [name, HOLE_COUNT + i])) as Record<OwnText, Hole>

/** @param keep makes a byte text that other films are likely to have too. */
export function filmTexts(film: Film, keep = byteText): FilmTexts {
  const own = (text: string) => byteText(inJsonString(text))
  const common = (text: string) => keep(inJsonString(text))
  const verification = verificationText(film)
  // VAST 4.1 made room for OMID scripts (section 3.16); before, the same elements stand in an extension.
  const extension = `<Extensions><Extension type="AdVerifications">${verification}</Extension></Extensions>`
  const texts: Record<OwnText, string> = {
    id: own(escapeMarkup(film.id)),
    adType: common(film.kind === 'audio' ? ' adType="audio"' : ''),
    title: own(escapeMarkup(film.title)),
    skip: common(film.skipAfterS === undefined ? '' : ` skipoffset="${vastTime(film.skipAfterS)}"`),
    duration: common(vastTime(film.durationS)),
    media: own('tag' in film ? '' : film.media.map((file) => mediaFile(file, film.kind)).join('')),
    tag: own('tag' in film ? cdata(film.tag) : ''),
    extensions: common(verification === '' ? '' : extension),
    adVerifications: common(verification),
  }
  return {
    isWrapper: 'tag' in film,
    own: OWN_TEXTS.map((name) => texts[name]),
    landing: cdata(film.landing).split(CLICK_ID_MACRO).map(own),
  }
}

/** @param protocol a code of `VAST_VERSIONS` for an inline film, of `VAST_WRAPPER_VERSIONS` for a wrapper. */
export function vastTemplateOf({ isWrapper }: FilmTexts, protocol: number): Template {
  const found = (isWrapper ? WRAPPER_TEMPLATES : INLINE_TEMPLATES).get(protocol)
  assert(found !== undefined, 'the film can be written for the protocol')
  return found
}

const AD_SYSTEM = '<AdSystem>Peregrine</AdSystem>'
const ERROR: readonly Part[] = ['<Error><![CDATA[', HOLE.errorUrl, ']]></Error>']
const IMPRESSION: readonly Part[] = ['<Impression><![CDATA[', HOLE.viewUrl, ']]></Impression>']
const CLICK_TRACKING: readonly Part[] = [
  '<ClickTracking><![CDATA[',
  HOLE.clickTrackingUrl,
  ']]></ClickTracking>',
]
const SERVING_ID: readonly Part[] = ['<AdServingId>', HOLE.servingId, '</AdServingId>']

/** The documents of some protocols, by their versions as VAST writes them. */
function documents(
  versions: ReadonlyMap<number, string>,
  partsOf: (version: number) => Part[],
): ReadonlyMap<number, Template> {
  return new Map(
    Array.from(versions, ([protocol, text]) => {
      const version = Number(text)
      const start = [
        `<VAST version="${text}"><Ad id="`,
        FILM.id,
        '"',
        ...(version >= 4.1 ? [FILM.adType] : []),
        '>',
      ]
      return [protocol, template([...start, ...partsOf(version), '</Ad></VAST>'])]
    }),
  )
}

/** VAST 4.2 section 3.4; before VAST 4 the schemas of 2.0.1 and 3.0. */
function inlineParts(version: number): Part[] {
  const title = ['<AdTitle>', FILM.title, '</AdTitle>']
  const creatives = inlineCreatives(version)
  if (version < 4) {
    return [
      '<InLine>',
      AD_SYSTEM,
      ...title,
      ...ERROR,
      ...IMPRESSION,
      ...creatives,
      FILM.extensions,
      '</InLine>',
    ]
  }
  return [
    ...['<InLine>', AD_SYSTEM, ...ERROR, ...(version < 4.1 ? [FILM.extensions] : []), ...IMPRESSION],
    ...(version < 4.1 ? title : [...SERVING_ID, ...title, FILM.adVerifications]),
    ...[...creatives, '</InLine>'],
  ]
}

/** VAST 4.2 section 3.19; before VAST 4 the schemas of 2.0.1 and 3.0. A click leads where the inner ad says. */
function wrapperParts(version: number): Part[] {
  const tag = ['<VASTAdTagURI>', FILM.tag, '</VASTAdTagURI>']
  const creatives = [
    '<Creatives><Creative><Linear><VideoClicks>',
    ...CLICK_TRACKING,
    '</VideoClicks></Linear></Creative></Creatives>',
  ]
  if (version < 4) {
    return [
      '<Wrapper>',
      AD_SYSTEM,
      ...tag,
      ...ERROR,
      ...IMPRESSION,
      ...creatives,
      FILM.extensions,
      '</Wrapper>',
    ]
  }
  return [
    ...['<Wrapper>', AD_SYSTEM, ...ERROR, ...(version < 4.1 ? [FILM.extensions] : []), ...IMPRESSION],
    ...(version < 4.1 ? [] : [FILM.adVerifications]),
    ...[...creatives, ...tag, '</Wrapper>'],
  ]
}

function inlineCreatives(version: number): Part[] {
  const duration = ['<Duration>', FILM.duration, '</Duration>']
  const media = ['<MediaFiles>', FILM.media, '</MediaFiles>']
  const through = ['<ClickThrough>', HOLE.landing, '</ClickThrough>']
  const linear =
    version < 4
      ? [...duration, '<VideoClicks>', ...through, ...CLICK_TRACKING, '</VideoClicks>', ...media]
      : [...duration, ...media, '<VideoClicks>', ...CLICK_TRACKING, ...through, '</VideoClicks>']
  return [
    ...['<Creatives><Creative id="', FILM.id, '">', ...universalAdId(version)],
    ...['<Linear', ...(version < 3 ? [] : [FILM.skip]), '>', ...linear, '</Linear></Creative></Creatives>'],
  ]
}

/** VAST 4.0 wants the id twice; 4.1 dropped the attribute. Our ids are in no registry: the word for that is unknown. */
function universalAdId(version: number): Part[] {
  if (version < 4) return []
  const value = version < 4.1 ? [' idValue="', FILM.id, '"'] : []
  return ['<UniversalAdId idRegistry="unknown"', ...value, '>', FILM.id, '</UniversalAdId>']
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

/** The element that holds the script which measures the ad; '' for none. */
function verificationText({ verification }: Film): string {
  if (verification === undefined) return ''
  const { vendor, javascript, parameters } = verification
  const script = `<JavaScriptResource apiFramework="omid" browserOptional="true">${cdata(javascript)}</JavaScriptResource>`
  const settings =
    parameters === undefined ? '' : `<VerificationParameters>${cdata(parameters)}</VerificationParameters>`
  const inner = `<Verification vendor="${escapeMarkup(vendor)}">${script}${settings}</Verification>`
  return `<AdVerifications>${inner}</AdVerifications>`
}

/** HH:MM:SS. */
function vastTime(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => `${part}`.padStart(2, '0')).join(':')
}

const INLINE_TEMPLATES = documents(VAST_VERSIONS, inlineParts)
const WRAPPER_TEMPLATES = documents(VAST_WRAPPER_VERSIONS, wrapperParts)
