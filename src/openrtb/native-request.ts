/**
 * Reads what a native slot asks for (OpenRTB Native Ads 1.2 section 4), however `imp.native` spells it: as JSON text in
 * `request`, once or twice encoded; as an object in `request` or `request_native`; or with its fields beside them; each
 * bare or inside a `native` object. `ver` says little about which of these it is, so it is not asked.
 *
 * An asset that nobody could answer is left out; when it is required, nothing is read, since no ad fits the slot. That
 * is one without an id of its own, which an answer is joined by, and one that is of no kind or of several.
 */
import { KEY } from './keys.ts'
import { KIND, NONE, Tape } from './tape.ts'
import { codeMask } from './values.ts'

export type NativeAsset = { readonly id: number; readonly isRequired: boolean } & (
  | { readonly kind: 'title'; readonly lengthMax: number }
  | {
      readonly kind: 'image'
      /** An `IMAGE_TYPE`, or a code that no image has; 0 when any will do. */
      readonly type: number
      /** Pixels. An exact size has equal ends; `Infinity` where there is no end. */
      readonly widthMin: number
      readonly widthMax: number
      readonly heightMin: number
      readonly heightMax: number
      /** Accepted types as bits, see `imageMimeBit`. */
      readonly mimes: number
    }
  | {
      readonly kind: 'data'
      /** Code of "Data Asset Types", section 7.4. */
      readonly type: number
      readonly lengthMax: number
    }
  | { readonly kind: 'video' }
)

/** What a native slot asks for. It holds numbers alone and outlives the tape. */
export type NativeSpec = {
  /** Whether the request had the `native` object around it that version 1.0 wants. */
  readonly isWrapped: boolean
  readonly assets: readonly NativeAsset[]
  /**
   * How a view may be told: by an event tracker, since the pair of impression and image was offered; by the older
   * `imptrackers`, since no pair was; not at all, since only others were.
   */
  readonly viewTracking: 'event' | 'legacy' | 'none'
  /** Whether the slot can show a link to the buyer's privacy notice. */
  readonly hasPrivacy: boolean
}

/** Section 7.5. Code 2, a logo, was merged into the icon. */
export const IMAGE_TYPE = { icon: 1, main: 3 } as const
const LOGO_TYPE = 2

/** Sections 7.6 and 7.7; AdCOM numbers its events otherwise. */
export const IMPRESSION_EVENT = 1
export const IMAGE_METHOD = 1

/** No slot of the field has near as many. */
export const NATIVE_ASSETS_MAX = 32

/** How often a `request` is encoded as a string, at most. */
const ENCODINGS_MAX = 2

export class NativeReader {
  readonly #bytesMax: number
  readonly #inner: Tape

  /** @param bytesMax the longest `request` text that will be read, in bytes between its quotes. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
    this.#inner = new Tape(bytesMax)
  }

  /**
   * @param native token of the object `imp.native`.
   * @returns undefined when there is nothing to read or no ad could answer it.
   */
  read(tape: Tape, native: number): NativeSpec | undefined {
    let request = NONE
    let requestNative = NONE
    const end = tape.next(native)
    for (let token = native + 1; token < end; token = tape.next(token)) {
      const key = tape.key(token)
      if (key === KEY.request) request = token
      else if (key === KEY.request_native) requestNative = token
    }
    return (
      this.#readRequest(tape, request) ??
      this.#readRequest(tape, requestNative) ??
      readRoot(tape, native, false)
    )
  }

  #readRequest(tape: Tape, request: number): NativeSpec | undefined {
    if (request === NONE) return undefined
    if (!tape.isText(request)) return readRoot(tape, request, false)
    return this.#scanText(tape, request) ? readRoot(this.#inner, 0, false) : undefined
  }

  /** Decodes a text onto the inner tape and scans it there. False when it is too long or not JSON. */
  #scanText(tape: Tape, text: number): boolean {
    const start = tape.start(text)
    const end = tape.end(text)
    if (end - start > this.#bytesMax) return false
    const inner = this.#inner
    // No escape is shorter than what it means, so that the decoded text fits as well.
    let length =
      tape.kind(text) === KIND.string
        ? tape.bytes.copy(inner.bytes, 0, start, end)
        : inner.bytes.write(JSON.parse(`"${tape.rawText(text)}"`) as string)
    for (let encodings = 1; inner.scan(length); encodings++) {
      if (!inner.isText(0)) return true
      if (encodings === ENCODINGS_MAX) return false
      inner.unescape(0)
      length = inner.end(0) - inner.start(0)
      inner.bytes.copyWithin(0, inner.start(0), inner.end(0))
    }
    return false
  }
}

/** The spec in an object, or in the `native` object inside it; the tape bounds how deep they can lie. */
function readRoot(tape: Tape, root: number, isWrapped: boolean): NativeSpec | undefined {
  if (tape.kind(root) !== KIND.object) return undefined
  let native = NONE
  let list = NONE
  let trackers = NONE
  let misspeltTrackers = NONE
  let hasPrivacy = false
  const end = tape.next(root)
  for (let token = root + 1; token < end; token = tape.next(token)) {
    switch (tape.key(token)) {
      case KEY.native:
        native = token
        break
      case KEY.assets:
        list = tape.filledArrayOrNone(token)
        break
      case KEY.eventtrackers:
        trackers = tape.filledArrayOrNone(token)
        break
      // The specification's own sample has lost a letter here.
      case KEY.eventrackers:
        misspeltTrackers = tape.filledArrayOrNone(token)
        break
      case KEY.privacy:
        hasPrivacy = tape.flag(token)
        break
    }
  }
  if (list === NONE) return native === NONE ? undefined : readRoot(tape, native, true)
  const assets: NativeAsset[] = []
  if (!readAssets(tape, list, assets) || assets.length === 0) return undefined
  const viewTracking = readTrackers(tape, trackers === NONE ? misspeltTrackers : trackers)
  return { isWrapped, assets, viewTracking, hasPrivacy }
}

/** False when a required asset cannot be answered. */
function readAssets(tape: Tape, list: number, assets: NativeAsset[]): boolean {
  const end = tape.next(list)
  for (let token = list + 1; token < end; token = tape.next(token)) {
    if (tape.kind(token) === KIND.object && !readAsset(tape, token, assets)) return false
  }
  return true
}

function readAsset(tape: Tape, object: number, assets: NativeAsset[]): boolean {
  let id = Number.NaN
  let isRequired = false
  let title = NONE
  let image = NONE
  let data = NONE
  let video = NONE
  const end = tape.next(object)
  for (let token = object + 1; token < end; token = tape.next(token)) {
    switch (tape.key(token)) {
      case KEY.id:
        id = tape.number(token)
        break
      case KEY.required:
        isRequired = tape.flag(token)
        break
      case KEY.title:
        title = tape.objectOrNone(token)
        break
      case KEY.img:
        image = tape.objectOrNone(token)
        break
      case KEY.data:
        data = tape.objectOrNone(token)
        break
      case KEY.video:
        video = tape.objectOrNone(token)
        break
    }
  }
  const kinds = +(title !== NONE) + +(image !== NONE) + +(data !== NONE) + +(video !== NONE)
  const isAnswerable = kinds === 1 && Number.isSafeInteger(id) && !hasId(assets, id)
  if (!isAnswerable || assets.length === NATIVE_ASSETS_MAX) return !isRequired
  if (title !== NONE) assets.push(titleOf(tape, title, id, isRequired))
  else if (image !== NONE) assets.push(imageOf(tape, image, id, isRequired))
  else if (data !== NONE) assets.push(dataOf(tape, data, id, isRequired))
  else assets.push({ id, isRequired, kind: 'video' })
  return true
}

function hasId(assets: readonly NativeAsset[], id: number): boolean {
  for (let i = 0; i < assets.length; i++) if (assets[i].id === id) return true
  return false
}

function titleOf(tape: Tape, title: number, id: number, isRequired: boolean): NativeAsset {
  let length = 0
  const end = tape.next(title)
  for (let token = title + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === KEY.len) length = tape.integer(token, 0)
  }
  return { id, isRequired, kind: 'title', lengthMax: length > 0 ? length : Infinity }
}

function dataOf(tape: Tape, data: number, id: number, isRequired: boolean): NativeAsset {
  let type = 0
  let length = 0
  const end = tape.next(data)
  for (let token = data + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.type) type = tape.integer(token, 0)
    else if (key === KEY.len) length = tape.integer(token, 0)
  }
  return { id, isRequired, kind: 'data', type, lengthMax: length > 0 ? length : Infinity }
}

/** Section 4.4: a size alone is exact; beside a least size it is only a wish. */
function imageOf(tape: Tape, image: number, id: number, isRequired: boolean): NativeAsset {
  let type = 0
  let width = 0
  let height = 0
  let widthMin = 0
  let heightMin = 0
  let mimes = ANY_MIME
  const end = tape.next(image)
  for (let token = image + 1; token < end; token = tape.next(token)) {
    switch (tape.key(token)) {
      case KEY.type:
        type = tape.integer(token, 0)
        break
      case KEY.w:
        width = tape.integer(token, 0)
        break
      case KEY.h:
        height = tape.integer(token, 0)
        break
      case KEY.wmin:
        widthMin = tape.integer(token, 0)
        break
      case KEY.hmin:
        heightMin = tape.integer(token, 0)
        break
      case KEY.mimes:
        mimes = mimesOf(tape, token)
        break
    }
  }
  return {
    id,
    isRequired,
    kind: 'image',
    type: type === LOGO_TYPE ? IMAGE_TYPE.icon : type,
    widthMin: Math.max(0, widthMin > 0 ? widthMin : width),
    widthMax: widthMin <= 0 && width > 0 ? width : Infinity,
    heightMin: Math.max(0, heightMin > 0 ? heightMin : height),
    heightMax: heightMin <= 0 && height > 0 ? height : Infinity,
    mimes,
  }
}

const MIME_BITS: ReadonlyMap<string, number> = new Map([
  ['image/jpeg', 1],
  ['image/jpg', 1],
  ['image/png', 2],
  ['image/gif', 4],
  ['image/webp', 8],
  ['image/avif', 16],
  ['image/svg+xml', 32],
])
const ANY_MIME = -1
const UNLISTED_MIME = 64

/** The bit of an image's type; types that no sender lists share one, which only slots without a list accept. */
export function imageMimeBit(mime: string): number {
  return MIME_BITS.get(mime.toLowerCase()) ?? UNLISTED_MIME
}

/** A list in which there is no text is no list. */
function mimesOf(tape: Tape, list: number): number {
  if (tape.kind(list) !== KIND.array) return ANY_MIME
  let mimes = 0
  let hasText = false
  const end = tape.next(list)
  for (let token = list + 1; token < end; token = tape.next(token)) {
    if (!tape.isText(token)) continue
    tape.unescape(token)
    hasText = true
    mimes |= MIME_BITS.get(tape.rawText(token).toLowerCase()) ?? 0
  }
  return hasText ? mimes : ANY_MIME
}

function readTrackers(tape: Tape, list: number): NativeSpec['viewTracking'] {
  if (list === NONE) return 'legacy'
  let isAnyOffered = false
  const end = tape.next(list)
  for (let token = list + 1; token < end; token = tape.next(token)) {
    if (tape.kind(token) !== KIND.object) continue
    if (isViewTracker(tape, token)) return 'event'
    isAnyOffered = true
  }
  return isAnyOffered ? 'none' : 'legacy'
}

function isViewTracker(tape: Tape, tracker: number): boolean {
  let isImpression = false
  let hasImage = false
  const end = tape.next(tracker)
  for (let token = tracker + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.event) isImpression = tape.integer(token, 0) === IMPRESSION_EVENT
    else if (key === KEY.methods) hasImage = (codeMask(tape, token) & (1 << IMAGE_METHOD)) !== 0
  }
  return isImpression && hasImage
}
