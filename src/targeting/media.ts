/**
 * Whether an ad has a media file with all that a player asks of one: type, bitrate, delivery and shape together.
 */
import { DELIVERY_METHOD } from '../openrtb/codes.ts'
import type { FilmView } from '../openrtb/film.ts'
import { NONE, type Tape } from '../openrtb/tape.ts'
import type { TargetIndex } from './compile.ts'
import type { TextRows } from './creative-rows.ts'
import { ABSENT } from './dictionary.ts'
import { findItem } from './text-questions.ts'

const STREAMED = 1 << DELIVERY_METHOD.streaming
/** A file that can be played while it comes can also come first. */
const DOWNLOADED = (1 << DELIVERY_METHOD.progressive) | (1 << DELIVERY_METHOD.download)

export function mediaSuits({ media, mimes }: TargetIndex, tape: Tape, film: FilmView, ad: number): boolean {
  const { start } = media
  // A wrapper's media are not known here.
  if (start[ad] === start[ad + 1] || !hasLimits(film)) return true
  for (let file = start[ad]; file < start[ad + 1]; file++) {
    const bitrate = media.bitrateKbps[file]
    const deliveries = media.isStreaming[file] === 1 ? STREAMED : DOWNLOADED
    if (
      bitrate >= film.bitrateMinKbps &&
      (film.bitrateMaxKbps === 0 || bitrate <= film.bitrateMaxKbps) &&
      (film.deliveries === 0 || (film.deliveries & deliveries) !== 0) &&
      (film.isBoxingAllowed || hasShape(film, media.width[file], media.height[file])) &&
      (film.mimes === NONE || isListed(tape, film.mimes, mimes, media.mime[file]))
    ) {
      return true
    }
  }
  return false
}

function hasLimits(film: FilmView): boolean {
  return film.bitrateMinKbps > 0 || film.bitrateMaxKbps > 0 || film.deliveries !== 0 || !film.isBoxingAllowed
}

/** Of the player's shape to within a hundredth: sizes of films are rounded to whole pixels. */
function hasShape({ width, height }: FilmView, fileWidth: number, fileHeight: number): boolean {
  if (width <= 0 || height <= 0 || fileHeight === 0) return true
  return Math.abs((fileWidth * height) / (fileHeight * width) - 1) <= 0.01
}

/** @param mime place in `mimes`. */
function isListed(tape: Tape, list: number, mimes: TextRows, mime: number): boolean {
  const end = tape.next(list)
  for (let item = tape.firstItem(list); item < end; item = tape.next(item)) {
    const found = findItem(mimes, tape, item)
    if (found !== ABSENT && found === mime) return true
  }
  return false
}
