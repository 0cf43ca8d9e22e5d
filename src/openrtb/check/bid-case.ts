/**
 * A bid in its surroundings: what the rules for one bid read. And what may be told to the check beyond the
 * specification.
 */
import {
  isFilledText,
  isObject,
  type JsonObject,
  limitOf,
  listOf,
  objectOf,
  objectsOf,
  shown,
  textOf,
} from './loose-json.ts'
import type { Say } from './rules.ts'

/** What one exchange wants beyond the specification. What is left out is not asked for. */
export type HouseRules = {
  readonly seatRequired?: boolean
  /** The `native` object around a native answer; as the request has it unless told. */
  readonly nativeWrapper?: 'as_request' | 'always' | 'never'
  readonly answerBytesMax?: number
  readonly bidsPerImpMax?: number
  /** False where creatives are registered and chosen by their id; true where markup cannot come from `nurl`. */
  readonly isMarkupSent?: boolean
  /** The text of the macro, which must stand in `adm` or `burl`. */
  readonly priceMacroRequired?: string
  /** Texts of other macros that the exchange replaces. */
  readonly macros?: readonly string[]
}

export type CheckOptions = {
  /** Units of a currency for one USD, by ISO 4217 code: to compare prices and floors of two currencies. */
  readonly rates?: ReadonlyMap<string, number>
  readonly house?: HouseRules
}

export type MediaKind = 'banner' | 'video' | 'audio' | 'native'

/** The part of an imp that a bid fills. */
export type Slot = { readonly kind: MediaKind; readonly media: JsonObject }

export type BidCase = {
  readonly request: JsonObject
  readonly options: CheckOptions
  /** Currency of the response. */
  readonly currency: string
  readonly seat: unknown
  readonly bid: JsonObject
  /** The imp that the bid is for, if the request has it. */
  readonly imp: JsonObject | undefined
  /** What of the imp the bid fills, if it says so with `mtype` and the imp offers it. */
  readonly slot: Slot | undefined
  /** The deal that the bid is on, if the imp offers it. */
  readonly deal: JsonObject | undefined
  /** Takes paths within the bid. */
  readonly say: Say
}

/** `bid.mtype`, section 4.2.3. */
const KIND_BY_MTYPE = new Map<unknown, MediaKind>([
  [1, 'banner'],
  [2, 'video'],
  [3, 'audio'],
  [4, 'native'],
])
export const MEDIA_KINDS = [...KIND_BY_MTYPE.values()]

/** Every bid of a response, in order. Also what is no object is a bid: an empty one. */
export function bidCasesOf(
  request: JsonObject,
  response: JsonObject,
  options: CheckOptions,
  say: Say,
): BidCase[] {
  const currency = currencyOf(response)
  return listOf(response.seatbid).flatMap((seatbid, seatIndex) => {
    const { seat, bid: bids } = objectOf(seatbid)
    return listOf(bids).map((value, bidIndex) => {
      const bid = objectOf(value)
      const imp = impOf(request, bid)
      const at = `/seatbid/${seatIndex}/bid/${bidIndex}`
      return {
        request,
        options,
        currency,
        seat,
        bid,
        imp,
        slot: imp && slotOf(imp, bid),
        deal: imp && dealOf(request, imp, bid),
        say: (rule, path, message) => say(rule, at + path, message),
      }
    })
  })
}

/** An id as text; some senders write it as a number. */
export function idOf({ id }: JsonObject): string | undefined {
  return textOf(id)
}

/** Section 4.2.1: USD when absent. */
export function currencyOf({ cur }: JsonObject): string {
  if (cur === undefined) return 'USD'
  return typeof cur === 'string' ? cur : shown(cur)
}

/** The deals of an imp; one sender was seen to put `pmp` beside the imps. */
export function dealsOf(request: JsonObject, imp: JsonObject): JsonObject[] {
  return [imp, request].flatMap(({ pmp }) => objectsOf(objectOf(pmp).deals))
}

function dealOf(request: JsonObject, imp: JsonObject, { dealid }: JsonObject): JsonObject | undefined {
  if (!isFilledText(dealid)) return undefined
  return dealsOf(request, imp).find((deal) => idOf(deal) === dealid)
}

export function isFilm(slot: Slot | undefined): slot is Slot {
  return slot?.kind === 'video' || slot?.kind === 'audio'
}

/** A dynamic pod is one imp that several bids fill (section 3.2.7, `poddur`). */
export function isDynamicPod(media: JsonObject): boolean {
  return Math.trunc(limitOf(media.poddur)) > 0
}

/** The imp that a bid is for: the first with its id. */
function impOf(request: JsonObject, { impid }: JsonObject): JsonObject | undefined {
  if (!isFilledText(impid)) return undefined
  return objectsOf(request.imp).find((imp) => idOf(imp) === impid)
}

function slotOf(imp: JsonObject, { mtype }: JsonObject): Slot | undefined {
  const kind = KIND_BY_MTYPE.get(mtype)
  const media = kind && imp[kind]
  return kind && isObject(media) ? { kind, media } : undefined
}
