/**
 * Native ads (OpenRTB Native Ads 1.2 section 5): whether an ad has what a slot asks for, and the answer it gives.
 *
 * Each text of an ad is escaped when the catalog changes, in two spellings: for an answer that is an object in the bid
 * and for one that is a string in `adm`, both as byte texts. Of the request only numbers get into an answer.
 */
import { assert } from '../base/assert.ts'
import { type ByteWriter, byteText } from '../base/byte-writer.ts'
import {
  IMAGE_METHOD,
  IMAGE_TYPE,
  IMPRESSION_EVENT,
  imageMimeBit,
  type NativeAsset,
  type NativeSpec,
} from './native-request.ts'
import { CLICK_ID_MACRO, HOLE, inJsonString, type UrlFrame, writeUrl } from './template.ts'

/** Codes of the texts that an ad may have beside its titles, section 7.4. */
export const NATIVE_DATA_TYPE = {
  sponsored: 1,
  desc: 2,
  rating: 3,
  likes: 4,
  downloads: 5,
  price: 6,
  saleprice: 7,
  phone: 8,
  address: 9,
  desc2: 10,
  displayurl: 11,
  cta: 12,
} as const
export type NativeDataName = keyof typeof NATIVE_DATA_TYPE

export type NativeAd = {
  /** The same title in several lengths: a slot gets the longest that it has room for. */
  readonly titles: readonly string[]
  /** The first that fits a slot is taken. */
  readonly images: readonly {
    readonly kind: 'icon' | 'main'
    readonly url: string
    readonly mime: string
    readonly width: number
    readonly height: number
  }[]
  readonly data: Readonly<Partial<Record<NativeDataName, string>>>
  readonly landing: string
  /** The buyer's privacy notice, shown where the slot has room for a link to it. */
  readonly privacyUrl?: string
}

/** Text that may stand in an object, and in a string that is parsed to one. */
type Spelled = { readonly inObject: string; readonly inString: string }
export type Spelling = keyof Spelled

type Text = Spelled & {
  /** In UTF-16 units: nobody who counts characters counts more. */
  readonly length: number
}
type Image = Spelled & {
  readonly type: number
  readonly mime: number
  readonly width: number
  readonly height: number
}

/** An ad whose texts are what stands behind the id of an asset, or the member of the answer they are named after. */
export type CompiledNative = {
  /** Longest first. */
  readonly titles: readonly Text[]
  /** Main images first: they are what a slot without a type is for. */
  readonly images: readonly Image[]
  /** By code. */
  readonly data: readonly (Text | undefined)[]
  /** The texts around the click id, where the landing page has it. */
  readonly link: readonly Spelled[]
  readonly privacy: Spelled
}

export type NativeOptions = {
  /** The `native` object around the answer: as the request had it, always, or never. */
  readonly wrapper: 'as_request' | 'always' | 'never'
  /** The URLs of an exchange, indexed by `HOLE`; as the token, of characters that JSON never escapes. */
  readonly frames: readonly UrlFrame[]
  readonly token: string
}

export function compileNative(ad: NativeAd): CompiledNative {
  const titles = ad.titles.map((title) => textOf(title, `"title":{"text":${quoted(title)}}}`))
  const images = ad.images.map((image) => ({
    ...spelled(
      // Without its type, which the answer has to repeat only where assets are at a URL of their own.
      `"img":{"url":${quoted(image.url)},"w":${image.width},"h":${image.height}}}`,
    ),
    type: IMAGE_TYPE[image.kind],
    mime: imageMimeBit(image.mime),
    width: image.width,
    height: image.height,
  }))
  const data: (Text | undefined)[] = Array.from({ length: DATA_TYPES })
  for (const [name, type] of Object.entries(NATIVE_DATA_TYPE)) {
    const value = ad.data[name as NativeDataName]
    if (value !== undefined) data[type] = textOf(value, `"data":{"value":${quoted(value)}}}`)
  }
  return {
    titles: titles.sort((a, b) => b.length - a.length),
    images: images.sort((a, b) => b.type - a.type),
    data,
    link: `],"link":{"url":${quoted(ad.landing)},"clicktrackers":["`.split(CLICK_ID_MACRO).map(spelled),
    privacy: spelled(ad.privacyUrl === undefined ? '' : `,"privacy":${quoted(ad.privacyUrl)}`),
  }
}
const DATA_TYPES = 1 + Math.max(...Object.values(NATIVE_DATA_TYPE))

function textOf(text: string, json: string): Text {
  return { ...spelled(json), length: text.length }
}

function spelled(json: string): Spelled {
  return { inObject: byteText(json), inString: byteText(inJsonString(json)) }
}

/** A JSON string that may also stand in a script: sellers put answers there. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(/[<\u2028\u2029]/g, escapeOf)
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Whether the ad has something for every required asset, and for at least one. Allocates nothing. */
export function canFill({ assets }: NativeSpec, ad: CompiledNative): boolean {
  let hasAnswer = false
  for (let i = 0; i < assets.length; i++) {
    if (hasAnswer && !assets[i].isRequired) continue
    if (answerOf(assets[i], ad) !== undefined) hasAnswer = true
    else if (assets[i].isRequired) return false
  }
  return hasAnswer
}

/**
 * The answer as an object for a bid's field that takes one, or as the inside of a string. The ad `canFill` the spec.
 */
export function writeNative(
  out: ByteWriter,
  spec: NativeSpec,
  ad: CompiledNative,
  { wrapper, frames, token }: NativeOptions,
  spelling: Spelling,
): void {
  const isWrapped = wrapper === 'as_request' ? spec.isWrapped : wrapper === 'always'
  const frame = FRAME[spelling]
  if (isWrapped) out.text(frame.wrapper)
  out.text(frame.start)
  let separator = frame.id
  for (let i = 0; i < spec.assets.length; i++) {
    const asset = spec.assets[i]
    const answer = answerOf(asset, ad)
    assert(answer !== undefined || !asset.isRequired, 'the ad can fill the slot')
    if (answer === undefined) continue
    out.text(separator).text(`${asset.id},`).text(answer[spelling])
    separator = frame.nextId
  }
  out.text(ad.link[0][spelling])
  for (let i = 1; i < ad.link.length; i++) out.text(token).text(ad.link[i][spelling])
  writeUrl(out, frames[HOLE.clickTrackingUrl], token)
  out.text(frame.linkEnd)
  if (spec.viewTracking !== 'none') {
    const isEvent = spec.viewTracking === 'event'
    out.text(isEvent ? frame.eventTracker : frame.viewTracker)
    writeUrl(out, frames[HOLE.viewUrlInNative], token)
    out.text(isEvent ? frame.eventTrackerEnd : frame.viewTrackerEnd)
  }
  if (spec.hasPrivacy) out.text(ad.privacy[spelling])
  out.text(isWrapped ? '}}' : '}')
}

/** What stands between the parts of any answer. */
function frame(spell: (json: string) => string) {
  return {
    wrapper: spell('{"native":'),
    start: spell('{"ver":"1.2","assets":['),
    id: spell('{"id":'),
    nextId: spell(',{"id":'),
    linkEnd: spell('"]}'),
    eventTracker: spell(`,"eventtrackers":[{"event":${IMPRESSION_EVENT},"method":${IMAGE_METHOD},"url":"`),
    eventTrackerEnd: spell('"}]'),
    viewTracker: spell(',"imptrackers":["'),
    viewTrackerEnd: spell('"]'),
  }
}
const FRAME = { inObject: frame(byteText), inString: frame((json) => byteText(inJsonString(json))) }

function answerOf(asset: NativeAsset, ad: CompiledNative): Spelled | undefined {
  switch (asset.kind) {
    case 'title': {
      const { titles } = ad
      for (let i = 0; i < titles.length; i++) if (titles[i].length <= asset.lengthMax) return titles[i]
      return undefined
    }
    case 'image': {
      const { images } = ad
      for (let i = 0; i < images.length; i++) if (isFitting(images[i], asset)) return images[i]
      return undefined
    }
    case 'data': {
      // A text that is too long is not cut: half a sentence or half a price says something else.
      const text = asset.type > 0 && asset.type < DATA_TYPES ? ad.data[asset.type] : undefined
      return text !== undefined && text.length <= asset.lengthMax ? text : undefined
    }
    case 'video':
      return undefined
  }
}

function isFitting(image: Image, asset: NativeAsset & { kind: 'image' }): boolean {
  return (
    (asset.type === 0 || asset.type === image.type) &&
    (asset.mimes & image.mime) !== 0 &&
    image.width >= asset.widthMin &&
    image.width <= asset.widthMax &&
    image.height >= asset.heightMin &&
    image.height <= asset.heightMax
  )
}
