/**
 * Markup of banners: HTML, https only. Made when the catalog changes, not per bid.
 */
import { escapeMarkup } from './escape.ts'
import { HOLE, inJsonString, type Template, template } from './template.ts'

/** An image in CSS pixels. Where it leads, only the bid knows: through our click URL to the landing page. */
export type BannerMarkup = {
  readonly width: number
  readonly height: number
  readonly image: string
  readonly alt: string
}

/** A link around the image, and the pixel that reports the view: HTML as the inside of a JSON string. */
export function bannerTemplate({ width, height, image, alt }: BannerMarkup): Template {
  const size = `width="${width}" height="${height}"`
  const picture = `<img src="${escapeMarkup(image)}" ${size} alt="${escapeMarkup(alt)}" style="border:0;display:block">`
  return template(
    [
      '<a href="',
      HOLE.clickUrlInHtml,
      `" target="_blank" rel="noopener">${picture}</a><img src="`,
      HOLE.viewUrlInHtml,
      // Browsers fetch an image that is not displayed; one that is would make a frame of the ad's size scroll.
      '" width="1" height="1" alt="" style="display:none">',
    ],
    inJsonString,
  )
}
