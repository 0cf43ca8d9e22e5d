/**
 * Banners: size and kind of markup (section 3.2.6).
 */
import type { BidCase } from './bid-case.ts'
import { elementsOf } from './html.ts'
import {
  isFilledText,
  isSet,
  type JsonObject,
  limitOf,
  numberOf,
  numbersOf,
  objectOf,
  objectsOf,
  shown,
} from './loose-json.ts'

type Size = { readonly width: number; readonly height: number }

/** AdCOM "Creative Subtypes - Display" as `btype` blocks them. */
const BANNER_TYPE = { text: 1, image: 2, script: 3, frame: 4 } as const
const IMAGE_ELEMENTS = ['img', 'picture', 'svg', 'video', 'canvas', 'object', 'embed']

export function checkBanner(bidCase: BidCase, banner: JsonObject): void {
  const { bid, say } = bidCase
  if (!isSizeAllowed(bidCase, banner)) {
    const formats = objectsOf(banner.format)
    const allowed = (formats.length > 0 ? formats : [banner]).map(sizeText).filter(isFilledText)
    say(
      'banner.size',
      '/w',
      `${shown(bid.w)} by ${shown(bid.h)} is not among ${allowed.join(', ') || 'the sizes of the imp'}`,
    )
  }
  checkType(bidCase, banner)
}

function isSizeAllowed({ request, imp, bid }: BidCase, banner: JsonObject): boolean {
  const ours = sizeOf(bid)
  const formats = objectsOf(banner.format).filter((format) => hasSize(format) || hasShape(format))
  // Section 3.2.6: the banner's own size stands where there are no formats.
  if (formats.length > 0) return formats.some((format) => fitsFormat(bid, format))
  if (ours.width <= 0 || ours.height <= 0) return false
  if (hasRange(banner)) return isSame(ours, sizeOf(banner)) || fitsRange(ours, banner)
  if (hasSize(banner)) return isSame(ours, sizeOf(banner))
  if (!isSet(imp?.instl)) return false
  const { width, height } = sizeOf(objectOf(request.device))
  return ours.width <= (width || Infinity) && ours.height <= (height || Infinity)
}

function sizeOf({ w, h }: JsonObject): Size {
  return { width: pixels(w), height: pixels(h) }
}

/** Nobody offers parts of a pixel. */
function pixels(value: unknown): number {
  return Math.trunc(limitOf(value))
}

function hasSize(format: JsonObject): boolean {
  const { width, height } = sizeOf(format)
  return width > 0 && height > 0
}

function hasShape({ wratio, hratio }: JsonObject): boolean {
  return limitOf(wratio) > 0 && limitOf(hratio) > 0
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height
}

/** A format is a size, or a shape (`wratio`, `hratio`) that is as wide as you like from `wmin` on. */
function fitsFormat(bid: JsonObject, format: JsonObject): boolean {
  const ours = sizeOf(bid)
  if (hasSize(format) && isSame(ours, sizeOf(format))) return true
  if (!hasShape(format)) return false
  const [wide, high] = [limitOf(format.wratio), limitOf(format.hratio)]
  const isWideEnough = ours.width === 0 || ours.width >= limitOf(format.wmin)
  if (hasShape(bid)) return isWideEnough && limitOf(bid.wratio) * high === limitOf(bid.hratio) * wide
  // Sizes are whole pixels: the height may be rounded either way.
  return ours.height > 0 && isWideEnough && Math.abs((ours.width * high) / wide - ours.height) < 1
}

/** OpenRTB 2.3 had limits in place of the size; some senders still do. */
function hasRange(banner: JsonObject): boolean {
  return [banner.wmin, banner.wmax, banner.hmin, banner.hmax].some((limit) => limitOf(limit) > 0)
}

/** Where there is no upper limit, the size that is preferred is taken for it. */
function fitsRange({ width, height }: Size, { w, wmin, wmax, h, hmin, hmax }: JsonObject): boolean {
  return (
    width >= pixels(wmin) &&
    width <= (pixels(wmax) || pixels(w) || Infinity) &&
    height >= pixels(hmin) &&
    height <= (pixels(hmax) || pixels(h) || Infinity)
  )
}

function sizeText(format: JsonObject): string {
  if (hasSize(format)) return `${numberOf(format.w)}x${numberOf(format.h)}`
  return hasShape(format) ? `${numberOf(format.wratio)}:${numberOf(format.hratio)}` : ''
}

function checkType({ bid: { adm }, say }: BidCase, banner: JsonObject): void {
  const blocked = numbersOf(banner.btype)
  if (blocked.length === 0 || !isFilledText(adm)) return
  const ours = typesOf(elementsOf(adm)).find((type) => blocked.includes(type))
  if (ours !== undefined) say('banner.type', '/adm', `markup of type ${ours} is blocked`)
}

/** Frames and scripts are what they are beside anything else; the rest is an image, or else text. */
function typesOf(elements: ReadonlySet<string>): number[] {
  const active = [
    ...(elements.has('iframe') ? [BANNER_TYPE.frame] : []),
    ...(elements.has('script') ? [BANNER_TYPE.script] : []),
  ]
  if (active.length > 0) return active
  return [IMAGE_ELEMENTS.some((name) => elements.has(name)) ? BANNER_TYPE.image : BANNER_TYPE.text]
}
