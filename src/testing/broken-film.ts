/** Pairs of video and audio that break one rule each. */
import { audio, BID, type Broken, inVast, put, video } from './sample-pairs.ts'
import { inlineVast, videoBid, wrapperVast } from './sample-responses.ts'
import { overlaid, scripted } from './valid-film.ts'

export const BROKEN_FILM: readonly Broken[] = [
  ['video.dur', `${BID}/dur`, 'too short', video, ({ imp }) => put(imp.video, { minduration: '16' })],
  ['video.dur', `${BID}/dur`, 'too long', video, ({ imp }) => put(imp.video, { maxduration: 14 })],
  ['video.dur', `${BID}/dur`, 'not exact', video, ({ imp }) => put(imp.video, { rqddurs: [10, 20] })],
  ...[undefined, 0, -15, 15.5, '15'].map(
    (dur): Broken => [
      'video.dur',
      `${BID}/dur`,
      `${dur}`,
      video,
      ({ imp, bid }) =>
        put(imp.video, { protocols: [6], minduration: 0 }) &&
        put(bid, { ...videoBid(6, wrapperVast('3.0')), dur }),
    ],
  ),
  [
    'video.dur',
    `${BID}/dur`,
    'of audio',
    video,
    ({ imp, bid }) => put(imp, { audio: { ...imp.video, maxduration: 10 } }) && put(bid, { mtype: 3 }),
  ],
  [
    'video.protocol',
    `${BID}/protocol`,
    'not offered',
    video,
    ({ imp }) => put(imp.video, { protocols: [2, 7] }),
  ],
  ['video.protocol', `${BID}/protocol`, 'absent', video, ({ bid }) => delete bid.protocol],
  [
    'video.protocol',
    `${BID}/protocol`,
    'unknown',
    video,
    ({ imp, bid }) => put(imp.video, { protocols: [99] }) && put(bid, { protocol: 99 }),
  ],
  ['vast.xml', `${BID}/adm`, 'an open tag', video, ({ bid }) => put(bid, { adm: `${bid.adm}<Ad>` })],
  [
    'vast.xml',
    `${BID}/adm`,
    'HTML',
    video,
    ({ bid }) => put(bid, { adm: '<video src="https://a.example"/>' }),
  ],
  [
    'vast.xml',
    `${BID}/adm`,
    'no ad',
    video,
    ({ bid }) => put(bid, { adm: '<VAST version="3.0"><Error>https://a</Error></VAST>' }),
  ],
  ['vast.xml', `${BID}/adm`, 'another root', video, inVast(/VAST/g, 'VMAP')],
  ['vast.version', `${BID}/adm`, 'another number', video, ({ bid }) => put(bid, { adm: inlineVast('2.0') })],
  ['vast.version', `${BID}/adm`, 'a wrapper', video, ({ bid }) => put(bid, { adm: wrapperVast('3.0') })],
  [
    'vast.version',
    `${BID}/adm`,
    'no wrapper',
    video,
    ({ imp, bid }) => put(imp.video, { protocols: [6] }) && put(bid, { protocol: 6 }),
  ],
  ['vast.elements', `${BID}/adm`, 'no title', video, inVast(/<AdTitle>.*<\/AdTitle>/, '')],
  [
    'vast.elements',
    `${BID}/adm`,
    'no universal id',
    video,
    ({ bid }) => put(bid, videoBid(7, inlineVast('3.0').replace('3.0', '4.0'))),
  ],
  [
    'vast.elements',
    `${BID}/adm`,
    'no serving id',
    video,
    ({ imp, bid }) => {
      put(imp.video, { protocols: [11] })
      put(bid, videoBid(11, inlineVast('4.0').replace('4.0', '4.1')))
    },
  ],
  ['vast.duration', `${BID}/adm`, 'another length', video, inVast('00:00:15', '00:00:30')],
  ['vast.duration', `${BID}/adm`, 'seconds', video, inVast('00:00:15', '15')],
  ['vast.media', `${BID}/adm`, 'another type', video, inVast('video/mp4', 'video/3gpp')],
  ['vast.media', `${BID}/adm`, 'no file', video, inVast(/<MediaFile [\s\S]*<\/MediaFile>/, 'https:')],
  [
    'video.dur',
    `${BID}/dur`,
    'stretched too far',
    video,
    ({ imp }) => put(imp.video, { maxduration: 10, maxextended: 4 }),
  ],
  [
    'video.dur',
    `${BID}/dur`,
    'not exact, though in the range',
    video,
    ({ imp }) => put(imp.video, { rqddurs: 10 }),
  ],
  [
    'video.protocol',
    `${BID}/protocol`,
    'not the one of old',
    video,
    ({ imp }) => put(imp.video, { protocols: null, protocol: 2 }),
  ],
  [
    'video.protocol',
    `${BID}/protocol`,
    'of audio',
    audio,
    ({ imp }) => put(imp.audio, { protocols: [9, 10] }),
  ],
  ['attr.blocked', `${BID}/attr/0`, 'of audio', audio, ({ bid }) => put(bid, { attr: [7] })],
  ['video.linearity', `${BID}/adm`, 'no overlay', video, ({ imp }) => put(imp.video, { linearity: 2 })],
  [
    'video.linearity',
    `${BID}/adm`,
    'an overlay',
    video,
    (pair) => {
      put(pair.imp.video, { linearity: 1 })
      overlaid(pair, 300, 50)
    },
  ],
  [
    'video.skip',
    `${BID}/attr`,
    'a second button',
    video,
    ({ imp, bid }) => put(imp.video, { skip: '1' }) && put(bid, { attr: [16] }),
  ],
  [
    'video.skip',
    `${BID}/attr`,
    'a button that nobody declares',
    video,
    (pair) => {
      put(pair.imp.video, { skip: false })
      inVast('<Linear>', '<Linear skipoffset="00:00:05">')(pair)
    },
  ],
  [
    'vast.elements',
    `${BID}/adm`,
    'a wrapper around nothing',
    video,
    ({ imp, bid }) => {
      put(imp.video, { protocols: [6] })
      put(bid, videoBid(6, wrapperVast('3.0').replace(/VASTAdTagURI/g, 'URI')))
    },
  ],
  ['vast.elements', `${BID}/adm`, 'neither film nor overlay', video, inVast(/<Linear>[\s\S]*<\/Linear>/, '')],
  ['vast.media', `${BID}/adm`, 'of audio', audio, ({ imp }) => put(imp.audio, { mimes: ['audio/ogg'] })],
  [
    'vast.delivery',
    `${BID}/adm`,
    'a file where streams are wanted',
    video,
    ({ imp }) => put(imp.video, { delivery: [1] }),
  ],
  [
    'vast.delivery',
    `${BID}/adm`,
    'unknown',
    video,
    (pair) => {
      put(pair.imp.video, { delivery: [1, 2, 3] })
      inVast('progressive', 'mail')(pair)
    },
  ],
  ['vast.bitrate', `${BID}/adm`, 'too low', video, ({ imp }) => put(imp.video, { minbitrate: 801 })],
  ['vast.bitrate', `${BID}/adm`, 'too high', video, ({ imp }) => put(imp.video, { maxbitrate: '799' })],
  [
    'vast.bitrate',
    `${BID}/adm`,
    'unknown',
    video,
    (pair) => {
      put(pair.imp.video, { minbitrate: 100 })
      inVast(' bitrate="800"', '')(pair)
    },
  ],
  [
    'vast.bitrate',
    `${BID}/adm`,
    'that adapts, but not so low',
    video,
    (pair) => {
      put(pair.imp.video, { maxbitrate: 1000 })
      inVast('bitrate="800"', 'minBitrate="1200" maxBitrate="4000"')(pair)
    },
  ],
  [
    'vast.bitrate',
    `${BID}/adm`,
    'of a file of another type',
    video,
    (pair) => {
      put(pair.imp.video, { maxbitrate: 500 })
      inVast('</MediaFile>', '</MediaFile><MediaFile type="video/3gpp" bitrate="300"/>')(pair)
    },
  ],
  ['vast.size', `${BID}/adm`, 'unknown', video, inVast('width="640" ', '')],
  [
    'vast.size',
    `${BID}/adm`,
    'of another shape',
    video,
    ({ imp }) => put(imp.video, { boxingallowed: 0, w: 360, h: 640 }),
  ],
  ['vast.size', `${BID}/adm`, 'an overlay that is too wide', video, (pair) => overlaid(pair, 641, 50)],
  ['api.markup', `${BID}/adm`, 'VPAID', video, scripted('VPAID')],
  [
    'api.markup',
    `${BID}/adm`,
    'VPAID in a stitched stream',
    video,
    (pair) => {
      put(pair.imp, { ssai: 2 })
      put(pair.imp.video, { api: [1, 2] })
      scripted('VPAID')(pair)
    },
  ],
  [
    'api.markup',
    `${BID}/adm`,
    'SIMID',
    video,
    (pair) => {
      put(pair.imp.video, { api: [1, 2, 7] })
      inVast('</MediaFiles>', '<InteractiveCreativeFile apiFramework="SIMID"/></MediaFiles>')(pair)
    },
  ],
  [
    'api.markup',
    `${BID}/adm`,
    'OMID',
    video,
    inVast('</InLine>', '<JavaScriptResource apiFramework="omid"/></InLine>'),
  ],
]
