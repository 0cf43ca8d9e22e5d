/** Valid pairs of video, audio and pods. */
import {
  audio,
  dynamicPod,
  inVast,
  type Pair,
  put,
  structuredPod,
  type Valid,
  video,
} from './sample-pairs.ts'
import { inlineVast, videoBid, wrapperVast } from './sample-responses.ts'

export const VALID_FILM: readonly Valid[] = [
  ['a video', video, () => {}],
  ['audio', audio, () => {}],
  ['an exact length', video, ({ imp }) => put(imp.video, { rqddurs: [6, 15], maxduration: 6 })],
  [
    'a length at both ends of its range',
    video,
    ({ imp }) => put(imp.video, { minduration: 15, maxduration: '15' }),
  ],
  ['a length that is stretched', video, ({ imp }) => put(imp.video, { maxduration: 10, maxextended: 5 })],
  ['a length without end', video, ({ imp }) => put(imp.video, { maxduration: 10, maxextended: -1 })],
  ['a length of more than an hour', video, lasting(3675, '01:01:15')],
  [
    'no protocols and no types offered',
    video,
    ({ imp }) => {
      delete imp.video.protocols
      delete imp.video.mimes
    },
  ],
  [
    'one protocol as of old',
    video,
    ({ imp }) => {
      delete imp.video.protocols
      put(imp.video, { protocol: '3' })
    },
  ],
  ['types in capitals', video, ({ imp }) => put(imp.video, { mimes: ['VIDEO/MP4'] })],
  ['VAST 2', video, ({ bid }) => put(bid, videoBid(2, inlineVast('2.0')))],
  ['VAST 4.0', video, ({ bid }) => put(bid, videoBid(7, inlineVast('4.0')))],
  [
    'VAST 4.2',
    video,
    ({ imp, bid }) => put(imp.video, { protocols: ['13'] }) && put(bid, videoBid(13, inlineVast('4.2'))),
  ],
  [
    'a wrapper',
    video,
    ({ imp, bid }) => put(imp.video, { protocols: [6] }) && put(bid, videoBid(6, wrapperVast('3.0'))),
  ],
  [
    'a wrapper where an overlay is asked for',
    video,
    ({ imp, bid }) => {
      put(imp.video, { protocols: [6], linearity: 2 })
      put(bid, videoBid(6, wrapperVast('3.0')))
    },
  ],
  [
    'DAAST',
    audio,
    ({ imp, bid }) =>
      put(imp.audio, { protocols: [9] }) && put(bid, { protocol: 9, adm: 'https://bank.example/daast' }),
  ],
  [
    'macros of VAST',
    video,
    inVast('</InLine>', '<Error>https://bank.example/e?c=[ERRORCODE]</Error></InLine>'),
  ],
  ['a linear ad where one is asked for', video, ({ imp }) => put(imp.video, { linearity: 1 })],
  [
    'an overlay where one is asked for',
    video,
    (pair) => {
      put(pair.imp.video, { linearity: '2' })
      overlaid(pair, 640, 50)
    },
  ],
  [
    'a skip button that we declare',
    video,
    (pair) => {
      put(pair.imp.video, { skip: 0 })
      put(pair.bid, { attr: [16] })
      inVast('<Linear>', '<Linear skipoffset="00:00:05">')(pair)
    },
  ],
  [
    'a skip button of the publisher',
    video,
    (pair) => {
      put(pair.imp.video, { skip: 1 })
      inVast('<Linear>', '<Linear skipoffset="00:00:05">')(pair)
    },
  ],
  ['a file that is downloaded', video, ({ imp }) => put(imp.video, { delivery: [3] })],
  [
    'a stream',
    video,
    (pair) => {
      put(pair.imp.video, { delivery: '1' })
      inVast('progressive', 'streaming')(pair)
    },
  ],
  [
    'a bitrate at both ends of its range',
    video,
    ({ imp }) => put(imp.video, { minbitrate: 800, maxbitrate: '800' }),
  ],
  [
    'bitrates that meet the range',
    video,
    (pair) => {
      put(pair.imp.video, { minbitrate: 300, maxbitrate: 1500 })
      inVast('bitrate="800"', 'minBitrate="1200" maxBitrate="4000"')(pair)
    },
  ],
  ['the shape of the player', video, ({ imp }) => put(imp.video, { boxingallowed: false, w: 1920, h: 1080 })],
  ['another shape in a box', video, ({ imp }) => put(imp.video, { w: 360, h: 640 })],
  [
    'APIs that the player has',
    video,
    (pair) => {
      put(pair.imp.video, { api: [2, 7, 8] })
      scripted('VPAID')(pair)
      inVast('</InLine>', `${OMID}</InLine>`)(pair)
      inVast('</MediaFiles>', '<InteractiveCreativeFile apiFramework="SIMID"/></MediaFiles>')(pair)
    },
  ],
  ['an API that nobody lists', video, scripted('other')],
  ['a dynamic pod', dynamicPod, () => {}],
  [
    'a dynamic pod that is just full',
    dynamicPod,
    ({ imp, bid }) => {
      put(imp.video, { poddur: 30, maxseq: 2 })
      put(bid, { slotinpod: 1 })
    },
  ],
  ['a dynamic pod without a count', dynamicPod, ({ imp }) => delete imp.video.maxseq],
  [
    'a pod of audio',
    audio,
    ({ imp, response, bid }) => {
      put(imp.audio, { poddur: 60 })
      response.seatbid[0].bid.push({ ...bid, id: 'b-9' })
    },
  ],
  ['a structured pod', structuredPod, ({ imp }) => put(imp.video, { poddedupe: [1, 2, 3, 4] })],
  [
    'a pod that may repeat',
    dynamicPod,
    ({ imp, response }) => {
      put(imp.video, { poddedupe: [5] })
      const [first, second] = response.seatbid[0].bid
      put(second, { ...first, id: second.id })
    },
  ],
  [
    'a floor for the second',
    video,
    ({ imp, bid }) => {
      put(imp, { bidfloor: 50 })
      put(imp.video, { mincpmpersec: '0.1' })
      put(bid, { price: 1.5 })
    },
  ],
  [
    'a floor for the length',
    video,
    ({ imp, bid }) => {
      put(imp, { bidfloor: 50 })
      put(imp.video, {
        durfloors: [
          { mindur: 0, maxdur: 14, bidfloor: 9 },
          { mindur: 15, bidfloor: 2 },
        ],
      })
      put(bid, { price: 2 })
    },
  ],
  [
    'a floor of a deal for the second',
    video,
    ({ imp, bid }) => {
      put(imp, { pmp: { deals: [{ id: 'd', bidfloor: 50, mincpmpersec: 0.1 }] } })
      put(imp.video, { mincpmpersec: 10 })
      put(bid, { dealid: 'd', price: 1.5 })
    },
  ],
]

function lasting(dur: number, text: string): (pair: Pair) => void {
  return ({ imp, bid }) => {
    put(imp.video, { maxduration: 0 })
    put(bid, { dur, adm: inlineVast('3.0').replace('00:00:15', text) })
  }
}

const OMID =
  '<AdVerifications><Verification><JavaScriptResource apiFramework="omid"/></Verification></AdVerifications>'

/** The media file is a program that needs an API. */
export function scripted(framework: string): (pair: Pair) => void {
  return inVast('<MediaFile ', `<MediaFile apiFramework="${framework}" `)
}

/** An overlay in place of the film. */
export function overlaid(pair: Pair, width: number, height: number): void {
  const image = `<StaticResource creativeType="image/png">https://cdn.bank.example/a.png</StaticResource>`
  const overlay = `<NonLinearAds><NonLinear width="${width}" height="${height}">${image}</NonLinear></NonLinearAds>`
  inVast(/<Linear>[\s\S]*<\/Linear>/, overlay)(pair)
}
