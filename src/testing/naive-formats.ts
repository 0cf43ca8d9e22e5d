/**
 * The naive twin of what an imp asks of the ads of one format.
 */
import { canFill } from '../openrtb/native-response.ts'
import type { MediaFile, TargetedAd } from '../targeting/ad.ts'
import { type Fields, readNativeNaively } from './naive-native.ts'

/** A list of texts. Some senders write numbers in it, or one value for a list of one. */
export type Texts = readonly (string | number)[] | string | number

/** What publishers say of content in every format. */
type PlainSlot = { battr?: number[]; api?: number[]; mimes?: Texts }

export type PlainBanner = PlainSlot & {
  format?: { w?: number; h?: number; wratio?: number; hratio?: number; wmin?: number }[]
  w?: number
  h?: number
  wmin?: number
  wmax?: number
  hmin?: number
  hmax?: number
  btype?: number[]
}

export type PlainFilm = PlainSlot & {
  w?: number
  h?: number
  minduration?: number
  maxduration?: number
  maxextended?: number
  rqddurs?: number[]
  poddur?: number
  protocols?: number[]
  protocol?: number | number[]
  minbitrate?: number
  maxbitrate?: number
  delivery?: number[]
  boxingallowed?: number | boolean
  skip?: number
  linearity?: number
}

/** What an imp takes. */
export type PlainSlots = {
  instl?: number
  banner?: PlainBanner
  video?: PlainFilm
  audio?: PlainFilm
  native?: Fields
}

/** A device, as far as a slot over its whole screen asks for it. */
export type PlainScreen = { w?: number; h?: number }

export function fitsFormat(ad: TargetedAd, screen: PlainScreen, imp: PlainSlots): boolean {
  const { creative } = ad
  switch (creative.format) {
    case 'banner':
      return imp.banner !== undefined && fitsBanner(ad, screen, imp) && fitsContent(ad, imp.banner)
    case 'native': {
      if (imp.native === undefined || !fitsContent(ad, imp.native)) return false
      const asked = readNativeNaively(imp.native)
      return asked !== undefined && canFill(asked, creative.native)
    }
    default: {
      const film = imp[creative.format]
      return film !== undefined && fitsPlayer(creative, film) && fitsContent(ad, film, film.skip === 1)
    }
  }
}

/** What an ad must not do, and what it cannot do without; a player's own button to skip excludes one of ours. */
function fitsContent({ attributes, apis }: TargetedAd, slot: PlainSlot, isSkipped = false): boolean {
  const blocked = isSkipped ? [16, ...(slot.battr ?? [])] : (slot.battr ?? [])
  return (
    !attributes.some((attribute) => blocked.includes(attribute)) &&
    apis.every((api) => slot.api?.includes(api) ?? false)
  )
}

type Creative<F> = Extract<TargetedAd['creative'], { format: F }>

function fitsBanner(
  { creative }: TargetedAd,
  { w: widthMax = 0, h: heightMax = 0 }: PlainScreen,
  { banner = {}, instl }: PlainSlots,
): boolean {
  const { width, height, mimes } = creative as Creative<'banner'>
  // Ours are images in HTML.
  if (banner.btype?.includes(2)) return false
  if (isFilled(banner.mimes) && !sharesMime(mimes, banner.mimes)) return false
  const formats = (banner.format ?? []).filter(
    ({ w = 0, h = 0, wratio = 0, hratio = 0 }) => w * h + wratio * hratio > 0,
  )
  if (formats.length > 0) return formats.some((format) => isFormat(format, width, height))
  const { w = 0, h = 0, wmin = 0, wmax = 0, hmin = 0, hmax = 0 } = banner
  const isRanged = wmin + wmax + hmin + hmax > 0
  const isNarrow = width >= wmin && width <= (wmax || w || Infinity)
  const isInRange = isRanged && isNarrow && height >= hmin && height <= (hmax || h || Infinity)
  if ((width === w && height === h) || isInRange) return true
  // A slot over the whole screen may leave its size to the device.
  const hasSize = w * h > 0 || isRanged
  return instl === 1 && !hasSize && width <= widthMax && height <= heightMax
}

function isFormat(
  format: NonNullable<PlainBanner['format']>[number],
  width: number,
  height: number,
): boolean {
  const { w = 0, h = 0, wratio = 0, hratio = 0, wmin = 0 } = format
  const isShaped = wratio > 0 && hratio > 0 && width * hratio === height * wratio && width >= wmin
  return (width === w && height === h) || isShaped
}

const INLINE_VAST = [2, 3, 7, 11, 13, 15]
const VAST_WRAPPER = [5, 6, 8, 12, 14, 16]

function fitsPlayer(creative: Creative<'video' | 'audio'>, film: PlainFilm): boolean {
  const offered = film.protocols?.length ? film.protocols : [film.protocol ?? []].flat()
  const ours = creative.isWrapper ? VAST_WRAPPER : INLINE_VAST
  return (
    film.linearity !== 2 &&
    (offered.length === 0 || offered.some((protocol) => ours.includes(protocol))) &&
    fitsLength(creative.durationS, film) &&
    // What a wrapper leads to is not known, but for its types.
    (creative.media.length > 0
      ? creative.media.some((file) => isPlayable(file, film))
      : !isFilled(film.mimes) || sharesMime(creative.mimes, film.mimes))
  )
}

function fitsLength(durationS: number, film: PlainFilm): boolean {
  const { minduration = 0, maxduration = 0, maxextended = 0, rqddurs = [], poddur = 0 } = film
  if (poddur > 0 && durationS > poddur) return false
  if (rqddurs.length > 0) return rqddurs.includes(durationS)
  const longestS = maxduration === 0 || maxextended === -1 ? Infinity : maxduration + Math.max(0, maxextended)
  return durationS >= minduration && durationS <= longestS
}

/** One file has to have it all. */
function isPlayable({ mime, bitrateKbps, width, height }: MediaFile, film: PlainFilm): boolean {
  const { w, h, minbitrate = 0, maxbitrate = 0, delivery = [] } = film
  const isStreamed = folded(mime).includes('mpegurl')
  const isBoxed = w && h && width && height && Math.abs(width / height / (w / h) - 1) > 0.01
  return (
    (!isFilled(film.mimes) || sharesMime([mime], film.mimes)) &&
    bitrateKbps >= minbitrate &&
    (maxbitrate === 0 || bitrateKbps <= maxbitrate) &&
    (delivery.length === 0 || delivery.some((method) => (isStreamed ? [1] : [2, 3]).includes(method))) &&
    !(isBoxed && (film.boxingallowed === 0 || film.boxingallowed === false))
  )
}

function sharesMime(ours: readonly string[], theirs: Texts): boolean {
  return ours.some((mime) => texts(theirs).some((other) => folded(mime) === folded(other)))
}

export function isFilled(list: Texts | undefined): list is Texts {
  return list !== undefined && (typeof list === 'number' || list.length > 0)
}

export function texts(list: Texts = []): string[] {
  const items: readonly (string | number)[] = typeof list === 'object' ? list : [list]
  return items.map((item) => `${item}`).filter((text) => text !== '')
}

/** Case is a matter of ASCII. */
export function folded(text: string): string {
  return text.replace(/[A-Z]/g, (capital) => capital.toLowerCase())
}

export function bare(domain: string): string {
  return domain.length > 4 ? folded(domain).replace(/^www\./, '') : folded(domain)
}
