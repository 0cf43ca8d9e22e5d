/**
 * Markup of ads: HTML for banners, inline VAST for video. Made when the catalog changes, not per bid; https only.
 */

export type BannerMarkup = {
  readonly width: number
  readonly height: number
  readonly image: string
  readonly landing: string
  readonly alt: string
}

export type VideoMarkup = {
  readonly id: string
  readonly title: string
  readonly durationS: number
  readonly landing: string
  readonly media: readonly {
    readonly url: string
    readonly mime: string
    readonly width: number
    readonly height: number
    readonly bitrateKbps: number
  }[]
}

export function bannerMarkup({ width, height, image, landing, alt }: BannerMarkup): string {
  const link = `<a href="${escapeMarkup(landing)}" target="_blank" rel="noopener">`
  const style = 'style="border:0;display:block"'
  return `${link}<img src="${escapeMarkup(image)}" width="${width}" height="${height}" alt="${escapeMarkup(alt)}" ${style}></a>`
}

/**
 * A VAST document in three parts: its version number stands behind `before`, and what VAST 4.1 adds to an ad (its
 * section 3.4) behind `opening`. VAST 4 adds a universal ad id.
 */
export function vastMarkup(
  video: VideoMarkup,
  major: 3 | 4,
): { before: string; opening: string; rest: string } {
  const files = video.media.map(
    ({ url, mime, width, height, bitrateKbps }) =>
      `<MediaFile delivery="progressive" type="${escapeMarkup(mime)}" width="${width}" height="${height}" bitrate="${bitrateKbps}">${cdata(url)}</MediaFile>`,
  )
  const id = escapeMarkup(video.id)
  const universalId =
    major === 4 ? `<UniversalAdId idRegistry="unknown" idValue="${id}">${id}</UniversalAdId>` : ''
  const rest = [
    `<AdTitle>${escapeMarkup(video.title)}</AdTitle>`,
    // VAST wants an Impression; about:blank is its word for "none here".
    `<Impression>${cdata('about:blank')}</Impression>`,
    `<Creatives><Creative id="${id}">${universalId}<Linear><Duration>${vastDuration(video.durationS)}</Duration>`,
    `<MediaFiles>${files.join('')}</MediaFiles>`,
    `<VideoClicks><ClickThrough>${cdata(video.landing)}</ClickThrough></VideoClicks>`,
    '</Linear></Creative></Creatives></InLine></Ad></VAST>',
  ]
  return {
    before: '<VAST version="',
    opening: `"><Ad id="${id}"><InLine><AdSystem>Peregrine</AdSystem>`,
    rest: rest.join(''),
  }
}

/** Text that may stand in HTML or XML, between tags or in a quoted attribute. */
export function escapeMarkup(text: string): string {
  return withoutForbidden(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function cdata(text: string): string {
  return `<![CDATA[${withoutForbidden(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

/** XML 1.0 section 2.2: no escape makes these characters legal, so that one of them would spoil the whole document. */
function withoutForbidden(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '')
}

/** HH:MM:SS. */
function vastDuration(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => `${100 + part}`.slice(1)).join(':')
}
