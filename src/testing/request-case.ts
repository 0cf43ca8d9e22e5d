/**
 * A request, and what any reader must say of it: the fields that are told, and nothing about the others.
 */
import type { BannerFacts, DealFacts, FilmFacts, ImpFacts } from './naive-imp.ts'
import type { RequestFacts } from './naive-request.ts'

export type Expected = Partial<Omit<RequestFacts, 'imps' | 'texts' | 'dsa'>> & {
  texts?: Partial<RequestFacts['texts']>
  dsa?: Partial<RequestFacts['dsa']>
  /** Of the first imp. */
  imp?: Partial<Omit<ImpFacts, 'banner' | 'video' | 'audio' | 'deals'>> & {
    banner?: Partial<BannerFacts>
    video?: Partial<FilmFacts>
    audio?: Partial<FilmFacts>
    deals?: Partial<DealFacts>[]
  }
  impIds?: string[]
}
export type RequestCase = [about: string, body: object | string, expected: Expected]

export const IMP = { id: '1' }
export const withImp = (imp: object) => ({ id: 'a', imp: [{ ...IMP, ...imp }] })

/** `maxduration` when nothing limits it. */
export const UNLIMITED_S = 2 ** 31 - 1

/** What is said of an imp without a banner. */
export const NO_BANNER: BannerFacts = {
  isThere: false,
  sizes: [],
  ratios: [],
  range: [],
  position: 0,
  blockedTypes: [],
  blockedAttributes: [],
  apis: [],
  mimes: [],
}

/** What is said of an imp without a video or audio slot, any length apart. */
export const NO_FILM: Partial<FilmFacts> = {
  isThere: false,
  width: 0,
  height: 0,
  durationMinS: 0,
  durationMaxS: UNLIMITED_S,
  requiredDurations: [],
  mimes: [],
  inlineProtocol: 0,
  wrapperProtocol: 0,
  bitrateMinKbps: 0,
  bitrateMaxKbps: 0,
  deliveries: [],
  blockedAttributes: [],
  apis: [],
  skip: 'unknown',
  isSkipped: false,
  isNonlinear: false,
  isBoxingAllowed: true,
  position: 0,
  placement: 0,
  podId: '',
  podDurationS: 0,
  podSequenceMax: 0,
  podDedupe: [],
  floorPerSecondMicros: 0,
  durationFloors: [],
}
