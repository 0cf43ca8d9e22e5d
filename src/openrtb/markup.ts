/**
 * Markup of banners: HTML, https only. One template for all; a banner's own text is made when the catalog changes.
 */
import { byteText } from '../base/byte-writer.ts'
import { escapeMarkup } from './escape.ts'
import { type AdTexts, HOLE, HOLE_COUNT, inJsonString, template } from './template.ts'

/** An image in CSS pixels. Where it leads, only the bid knows: through our click URL to the landing page. */
export type BannerMarkup = {
  readonly width: number
  readonly height: number
  readonly image: string
  readonly alt: string
}

const PICTURE = HOLE_COUNT

/** A link around the image, and the pixel that reports the view: HTML as the inside of a JSON string. */
export const BANNER_TEMPLATE = template([
  '<a href="',
  HOLE.clickUrlInHtml,
  '" target="_blank" rel="noopener">',
  PICTURE,
  '</a><img src="',
  HOLE.viewUrlInHtml,
  // Browsers fetch an image that is not displayed; one that is would make a frame of the ad's size scroll.
  '" width="1" height="1" alt="" style="display:none">',
])

/** What fills the template of banners. */
export function bannerTexts({ width, height, image, alt }: BannerMarkup): AdTexts {
  const size = `width="${width}" height="${height}"`
  const picture = `<img src="${escapeMarkup(image)}" ${size} alt="${escapeMarkup(alt)}" style="border:0;display:block">`
  return { own: [byteText(inJsonString(picture))], landing: NO_LANDING }
}

const NO_LANDING: readonly string[] = []
