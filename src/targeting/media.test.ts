import t from 'tap'
import type { PlainFilm } from '../testing/naive-formats.ts'
import type { PlainRequest } from '../testing/naive-targeting.ts'
import { imp, testCases, video, wrapper } from '../testing/targeting-trial.ts'
import type { CreativeShape, MediaFile } from './ad.ts'

const mp4 = { mime: 'video/mp4', bitrateKbps: 800, width: 640, height: 360 }
const filmOf = (...media: MediaFile[]): { creative: CreativeShape } => {
  const mimes = media.map(({ mime }) => mime)
  return { creative: { format: 'video', durationS: 15, isWrapper: false, mimes, media } }
}
const film = { creative: video }
const stream = filmOf({ ...mp4, mime: 'application/x-mpegURL' })
const play = (player: PlainFilm): Partial<PlainRequest> => ({ imp: [imp({ video: player })] })

testCases(t, 'media', [
  ['takes', 'a type that the player has', film, play({ mimes: ['video/webm', 'Video/MP4'] })],
  ['leaves', 'types that it has not', film, play({ mimes: ['video/webm', 'video/mp4-x'] })],
  ['takes', 'a bitrate at the least', film, play({ minbitrate: 800 })],
  ['leaves', 'a bitrate that is too low', film, play({ minbitrate: 801 })],
  ['takes', 'a bitrate at the most', film, play({ maxbitrate: 800 })],
  ['leaves', 'a bitrate that is too high', film, play({ maxbitrate: 799 })],
  ['takes', 'a file that is played while it comes', film, play({ delivery: [2] })],
  ['takes', 'a file that is downloaded first', film, play({ delivery: [3] })],
  ['leaves', 'a file for a player of streams', film, play({ delivery: [1] })],
  ['takes', 'a playlist for a player of streams', stream, play({ delivery: [1] })],
  ['leaves', 'a playlist for a player of files', stream, play({ delivery: [2, 3] })],
  ['takes', 'another shape in a box', film, play({ w: 500, h: 500 })],
  ['leaves', 'another shape where boxes are not allowed', film, play({ w: 500, h: 500, boxingallowed: 0 })],
  ['takes', 'its shape to a pixel', film, play({ w: 400, h: 226, boxingallowed: 0 })],
  ['takes', 'a player whose shape nobody knows', film, play({ boxingallowed: 0 })],
  [
    'leaves',
    'a file whose type no ad lists, for a player that lists another such type',
    { creative: { ...film.creative, mimes: ['video/webm'] } as CreativeShape },
    play({ mimes: ['video/webm', 'video/ogg'], minbitrate: 1 }),
  ],
  ['takes', 'a wrapper, whose files nobody knows', { creative: wrapper }, play({ minbitrate: 5000 })],
  ['leaves', 'a wrapper of other types', { creative: wrapper }, play({ mimes: ['video/webm'] })],
])

const mixed = filmOf(mp4, { ...mp4, mime: 'video/webm', bitrateKbps: 300 })

testCases(t, 'one file has to have it all', [
  ['takes', 'the file of the type with the bitrate', mixed, play({ mimes: ['video/mp4'], minbitrate: 500 })],
  [
    'leaves',
    'the type of one with the bitrate of another',
    mixed,
    play({ mimes: ['video/webm'], minbitrate: 500 }),
  ],
  ['takes', 'the second file when the first does not suit', mixed, play({ maxbitrate: 500 })],
])
