/**
 * A banner slot (OpenRTB 2.6 section 3.2.6): the sizes that it takes, and what its content may be.
 */
import { KEY } from './keys.ts'
import { KIND, NONE, type Tape } from './tape.ts'
import { codeMask, textList } from './values.ts'

const SIZES_MAX = 32

/** Cells of a ratio in `BannerView.ratios`: width and height as parts, and the least width in pixels, 0 for any. */
export const RATIO_CELLS = 3
const RATIOS_MAX = 8

export class BannerView {
  isThere = false
  /** Allowed sizes as `width << 16 | height`. */
  readonly sizes = new Int32Array(SIZES_MAX)
  sizeCount = 0
  /** Allowed flexible sizes. */
  readonly ratios = new Int32Array(RATIOS_MAX * RATIO_CELLS)
  ratioCount = 0
  /** Whether there is a range of sizes, as senders before 2.6 write it; in it 0 is no limit. */
  isRanged = false
  widthMin = 0
  widthMax = 0
  heightMin = 0
  heightMax = 0
  /** Whether a format says anything, even what cannot be kept. */
  #hasFormat = false
  /** Whether any size is said, even one that no ad has. */
  isSized = false
  position = 0
  /** AdCOM codes as bits: blocked ad types, blocked attributes, supported API frameworks. */
  blockedTypes = 0
  blockedAttributes = 0
  apis = 0
  /** Token of `mimes`, or `NONE`. */
  mimes = NONE

  clear(): void {
    this.isThere = false
    this.sizeCount = 0
    this.ratioCount = 0
    this.#hasFormat = false
    this.isSized = false
    this.isRanged = false
    this.widthMin = 0
    this.widthMax = 0
    this.heightMin = 0
    this.heightMax = 0
    this.position = 0
    this.blockedTypes = 0
    this.blockedAttributes = 0
    this.apis = 0
    this.mimes = NONE
  }

  read(tape: Tape, banner: number): void {
    this.isThere = true
    let formats = NONE
    let width = 0
    let height = 0
    const end = tape.next(banner)
    for (let token = banner + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.format:
          formats = tape.arrayOrNone(token)
          break
        case KEY.w:
          width = tape.integer(token, 0)
          break
        case KEY.h:
          height = tape.integer(token, 0)
          break
        case KEY.wmin:
          this.widthMin = Math.max(0, tape.integer(token, 0))
          break
        case KEY.wmax:
          this.widthMax = Math.max(0, tape.integer(token, 0))
          break
        case KEY.hmin:
          this.heightMin = Math.max(0, tape.integer(token, 0))
          break
        case KEY.hmax:
          this.heightMax = Math.max(0, tape.integer(token, 0))
          break
        case KEY.pos:
          this.position = tape.integer(token, 0)
          break
        case KEY.btype:
          this.blockedTypes = codeMask(tape, token)
          break
        case KEY.battr:
          this.blockedAttributes = codeMask(tape, token)
          break
        case KEY.api:
          this.apis = codeMask(tape, token)
          break
        case KEY.mimes:
          this.mimes = textList(tape, token)
          break
      }
    }
    if (formats !== NONE) this.#readFormats(tape, formats)
    this.isSized = this.#hasFormat || (width > 0 && height > 0)
    // `format` wins; the flat size stands when there is none.
    if (this.#hasFormat) return
    this.#addSize(width, height)
    this.isRanged = this.widthMin > 0 || this.widthMax > 0 || this.heightMin > 0 || this.heightMax > 0
    // Where there is no upper limit the size that is preferred is taken for it.
    if (this.widthMax === 0) this.widthMax = Math.max(0, width)
    if (this.heightMax === 0) this.heightMax = Math.max(0, height)
  }

  #readFormats(tape: Tape, formats: number): void {
    const end = tape.next(formats)
    for (let format = formats + 1; format < end; format = tape.next(format)) {
      if (tape.kind(format) === KIND.object) this.#readFormat(tape, format)
    }
  }

  #readFormat(tape: Tape, format: number): void {
    let width = 0
    let height = 0
    let widthRatio = 0
    let heightRatio = 0
    let widthMin = 0
    const end = tape.next(format)
    for (let token = format + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.w:
          width = tape.integer(token, 0)
          break
        case KEY.h:
          height = tape.integer(token, 0)
          break
        case KEY.wratio:
          widthRatio = tape.integer(token, 0)
          break
        case KEY.hratio:
          heightRatio = tape.integer(token, 0)
          break
        case KEY.wmin:
          widthMin = tape.integer(token, 0)
          break
      }
    }
    this.#hasFormat ||= (width > 0 && height > 0) || (widthRatio > 0 && heightRatio > 0)
    this.#addSize(width, height)
    if (widthRatio > 0 && heightRatio > 0) this.#addRatio(widthRatio, heightRatio, Math.max(0, widthMin))
  }

  #addSize(width: number, height: number): void {
    if (width <= 0 || height <= 0 || width > 0x7fff || height > 0xffff || this.sizeCount === SIZES_MAX) return
    this.sizes[this.sizeCount++] = (width << 16) | height
  }

  #addRatio(widthRatio: number, heightRatio: number, widthMin: number): void {
    if (this.ratioCount === RATIOS_MAX) return
    const at = this.ratioCount++ * RATIO_CELLS
    this.ratios[at] = widthRatio
    this.ratios[at + 1] = heightRatio
    this.ratios[at + 2] = widthMin
  }
}

/** Whether a size has one of the flexible sizes' ratios and its least width; the ratio's place, or `NONE`. */
export function ratioOf(banner: BannerView, width: number, height: number): number {
  const { ratios } = banner
  for (let i = 0; i < banner.ratioCount; i++) {
    const at = i * RATIO_CELLS
    if (width * ratios[at + 1] === height * ratios[at] && width >= ratios[at + 2]) return i
  }
  return NONE
}
