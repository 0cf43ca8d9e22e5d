/**
 * Video and audio slots, and what any reader of requests must say of them.
 */
import type { FilmFacts } from './naive-imp.ts'
import { type Expected, NO_FILM, type RequestCase, UNLIMITED_S, withImp } from './request-case.ts'

const withVideo = (video: object) => withImp({ video })
const video = (video: Partial<FilmFacts>): Expected => ({ imp: { video } })

export const FILM_CASES: RequestCase[] = [
  [
    'a video of which nothing is said',
    withVideo({}),
    video({ ...NO_FILM, isThere: true, inlineProtocol: 3, wrapperProtocol: 6 }),
  ],
  [
    'a video of which all is said',
    withVideo({
      w: 640,
      h: 360,
      minduration: 5,
      maxduration: 30,
      minbitrate: 300,
      maxbitrate: 1500,
      delivery: [2],
      battr: [16],
      api: [7],
      skip: 1,
      linearity: 2,
      boxingallowed: 0,
      pos: 1,
      podid: 'pod-1',
      poddur: 60,
      maxseq: 3,
      poddedupe: [1, 3],
      mincpmpersec: 0.5,
      durfloors: [{ mindur: 1, maxdur: 15, bidfloor: 5 }],
      mimes: ['video/mp4'],
      protocols: [3, 7, 8],
    }),
    video({
      isThere: true,
      width: 640,
      height: 360,
      durationMinS: 5,
      durationMaxS: 30,
      bitrateMinKbps: 300,
      bitrateMaxKbps: 1500,
      deliveries: [2],
      blockedAttributes: [16],
      apis: [7],
      skip: 'yes',
      isSkipped: true,
      isNonlinear: true,
      isBoxingAllowed: false,
      position: 1,
      podId: 'pod-1',
      podDurationS: 60,
      podSequenceMax: 3,
      podDedupe: [1, 3],
      floorPerSecondMicros: 500_000,
      durationFloors: [{ mindur: 1, maxdur: 15, bidfloor: 5 }],
      mimes: ['video/mp4'],
      inlineProtocol: 7,
      wrapperProtocol: 8,
    }),
  ],
  [
    'an audio slot beside a video',
    withImp({ audio: { maxduration: 30, protocols: [3], battr: [7] }, video: { maxduration: 15 } }),
    {
      imp: {
        audio: {
          isThere: true,
          durationMaxS: 30,
          inlineProtocol: 3,
          wrapperProtocol: 0,
          blockedAttributes: [7],
        },
        video: { isThere: true, durationMaxS: 15, blockedAttributes: [] },
      },
    },
  ],
  [
    'lengths that alone are allowed',
    withVideo({ rqddurs: [15, '30', 7.5, null], minduration: 20 }),
    video({ requiredDurations: [15, 30, 7.5, null], allowedDurationsS: [15, 30] }),
  ],
  [
    'lengths that alone are allowed and are none',
    withVideo({ rqddurs: ['x', null] }),
    video({ requiredDurations: [null, null], allowedDurationsS: [] }),
  ],
  [
    'lengths of a range',
    withVideo({ minduration: 6, maxduration: '30', rqddurs: [] }),
    video({ allowedDurationsS: [6, 7, 15, 20, 30] }),
  ],
  [
    'lengths of a pod',
    withVideo({ minduration: 6, poddur: 20 }),
    video({ podDurationS: 20, allowedDurationsS: [6, 7, 15, 20] }),
  ],
  [
    'lengths that alone are allowed in a pod',
    withVideo({ rqddurs: [15, 30], poddur: 20 }),
    video({ allowedDurationsS: [15] }),
  ],
  ['a most length of nothing', withVideo({ maxduration: 0 }), video({ durationMaxS: UNLIMITED_S })],
  [
    'a most length of nothing that may be extended',
    withVideo({ maxduration: 0, maxextended: 30 }),
    video({ durationMaxS: UNLIMITED_S }),
  ],
  [
    'a length that may be extended',
    withVideo({ maxextended: 15, maxduration: 30 }),
    video({ durationMaxS: 45 }),
  ],
  [
    'a length without end',
    withVideo({ maxduration: 30, maxextended: -1 }),
    video({ durationMaxS: UNLIMITED_S }),
  ],
  [
    'a length that may not be extended',
    withVideo({ maxduration: 30, maxextended: 0 }),
    video({ durationMaxS: 30 }),
  ],
  [
    'a length that may be shortened',
    withVideo({ maxduration: 30, maxextended: -5 }),
    video({ durationMaxS: 30 }),
  ],
  [
    'a length beyond 32 bits',
    withVideo({ maxduration: UNLIMITED_S, maxextended: UNLIMITED_S }),
    video({ durationMaxS: UNLIMITED_S }),
  ],
  [
    'limits of less than nothing',
    withVideo({ minbitrate: -1, maxbitrate: -1, poddur: -1, maxseq: -1 }),
    video({ bitrateMinKbps: 0, bitrateMaxKbps: 0, podDurationS: 0, podSequenceMax: 0 }),
  ],
  ['boxing that is allowed', withVideo({ boxingallowed: 1 }), video({ isBoxingAllowed: true })],
  ['boxing of which nothing is known', withVideo({ boxingallowed: null }), video({ isBoxingAllowed: true })],
  ['boxing refused by a boolean', withVideo({ boxingallowed: false }), video({ isBoxingAllowed: false })],
  ['boxing refused by a text', withVideo({ boxingallowed: '0' }), video({ isBoxingAllowed: false })],
  [
    'a linear video',
    withVideo({ linearity: 1, skip: 0 }),
    video({ isNonlinear: false, skip: 'no', isSkipped: false }),
  ],
  ['no button, as a boolean', withVideo({ skip: false }), video({ skip: 'no' })],
  ['a button of which nothing is known', withVideo({ skip: null }), video({ skip: 'unknown' })],
  ['a code of no button', withVideo({ skip: 2 }), video({ skip: 'unknown' })],
  ['a subtype of placement', withVideo({ plcmt: '2', placement: 3 }), video({ placement: 2 })],
  ['the older list of placements alone', withVideo({ placement: 3 }), video({ placement: 0 })],
  ['codes alone', withVideo({ delivery: 2, api: '7' }), video({ deliveries: [2], apis: [7] })],
  ['a pod whose id is a number', withVideo({ podid: 7 }), video({ podId: '7' })],
  ['a pod without an id', withVideo({ podid: '', poddur: 60 }), video({ podId: '', podDurationS: 60 })],
  [
    'a pod whose id has escapes',
    '{"id":"a","imp":[{"id":"1","video":{"podid":"p\\/\\u0031"}}]}',
    video({ podId: 'p/1' }),
  ],
  [
    'a pod id twice, the last of them null',
    '{"id":"a","imp":[{"id":"1","video":{"podid":"p","podid":null}}]}',
    video({ podId: '' }),
  ],

  // Protocols.
  [
    'an empty list of protocols',
    withVideo({ protocols: [] }),
    video({ inlineProtocol: 3, wrapperProtocol: 6 }),
  ],
  [
    'one protocol that is no list',
    withVideo({ protocols: 7 }),
    video({ inlineProtocol: 7, wrapperProtocol: 0 }),
  ],
  [
    'protocols that are none',
    withVideo({ protocols: 'x' }),
    video({ inlineProtocol: 3, wrapperProtocol: 6 }),
  ],
  ['wrappers alone', withVideo({ protocols: [5, 6, 8] }), video({ inlineProtocol: 0, wrapperProtocol: 8 })],
  ['protocols as text', withVideo({ protocols: ['2', 'x', '7'] }), video({ inlineProtocol: 7 })],
  ['protocols in any order', withVideo({ protocols: [13, 2, 11, 99] }), video({ inlineProtocol: 13 })],
  [
    'the protocol of OpenRTB 2.0',
    withVideo({ protocol: 2 }),
    video({ inlineProtocol: 2, wrapperProtocol: 0 }),
  ],
  ['a list of them', withVideo({ protocol: [2, 5] }), video({ inlineProtocol: 2, wrapperProtocol: 5 })],
  ['both names of the protocols', withVideo({ protocol: 2, protocols: [7] }), video({ inlineProtocol: 7 })],
  [
    'both names of the protocols, the other way round',
    withVideo({ protocols: [7], protocol: 2 }),
    video({ inlineProtocol: 7 }),
  ],
  [
    'a protocol before an empty list',
    withVideo({ protocol: [2], protocols: [] }),
    video({ inlineProtocol: 2 }),
  ],
  [
    'a protocol twice',
    '{"id":"a","imp":[{"id":"1","video":{"protocol":[7],"protocol":[2]}}]}',
    video({ inlineProtocol: 2 }),
  ],
]
