/**
 * What a request view says, as a plain object: the same that its naive twin gives.
 */
import { type ImpView, INVENTORY, READ, RequestView, TEXT } from '../openrtb/request.ts'
import { KIND, NONE, type Tape } from '../openrtb/tape.ts'
import type { ImpFacts, Reading, RequestFacts } from './naive-request.ts'

const RESULTS = Object.keys(READ) as (keyof typeof READ)[]
const INVENTORIES = Object.keys(INVENTORY) as (keyof typeof INVENTORY)[]
const TEXTS = Object.entries(TEXT) as [keyof typeof TEXT, number][]

/** Reads a body with a view that may have read others before. */
export function readWithView(view: RequestView, body: string | Uint8Array): Reading {
  const bytes = Buffer.from(body)
  bytes.copy(view.tape.bytes)
  const result = RESULTS[view.read(bytes.length)]
  return result === 'ok' ? { result, facts: factsOfView(view) } : { result }
}

/** A view that has read nothing yet, for one body. */
export function viewFor(body: string | Uint8Array): RequestView {
  return new RequestView(Buffer.byteLength(body))
}

export function factsOfView(view: RequestView): RequestFacts {
  const { tape, auctionType, isTest, tmaxMs, deviceType, connectionType } = view
  return {
    id: idText(tape, view.id),
    auctionType,
    isTest,
    tmaxMs,
    inventory: INVENTORIES[view.inventory],
    deviceType,
    connectionType,
    currencies: listTexts(tape, view.currencies),
    buyerSeats: listTexts(tape, view.buyerSeats),
    blockedCategories: listTexts(tape, view.blockedCategories),
    categoryTaxonomy: view.categoryTaxonomy,
    blockedAdvertisers: listTexts(tape, view.blockedAdvertisers),
    categories: listTexts(tape, view.categories),
    texts: byText((field) => tape.bytes.toString('utf8', view.textStart[field], view.textEnd[field])),
    hashes: byText((field) => view.textHash[field]),
    imps: view.imps.slice(0, view.impCount).map((imp) => impFacts(tape, imp)),
  }
}

function byText<T>(read: (field: number) => T): Record<keyof typeof TEXT, T> {
  return Object.fromEntries(TEXTS.map(([name, field]) => [name, read(field)])) as Record<keyof typeof TEXT, T>
}

function impFacts(tape: Tape, imp: ImpView): ImpFacts {
  return {
    id: idText(tape, imp.id),
    floorCpmMicros: imp.floorCpmMicros,
    isFloorInUsd: imp.isFloorInUsd,
    isPrivateAuction: imp.isPrivateAuction,
    isInterstitial: imp.isInterstitial,
    position: imp.position,
    hasBanner: imp.hasBanner,
    sizes: Array.from(imp.sizes.subarray(0, imp.sizeCount), (size) => `${size >>> 16}x${size & 0xffff}`),
    hasVideo: imp.hasVideo,
    videoWidth: imp.videoWidth,
    videoHeight: imp.videoHeight,
    durationMinS: imp.durationMinS,
    durationMaxS: imp.durationMaxS,
    requiredDurations: itemsOf(tape, imp.requiredDurations).map((token) => {
      const seconds = tape.number(token)
      return Number.isNaN(seconds) ? null : seconds
    }),
    mimes: listTexts(tape, imp.mimes),
    vastProtocol: imp.vastProtocol,
    tag: tape.bytes.toString('utf8', imp.tagStart, imp.tagEnd),
  }
}

/** An id keeps its spelling; between quotes it means what it meant. */
function idText(tape: Tape, token: number): string {
  return JSON.parse(`"${tape.rawText(token)}"`)
}

function listTexts(tape: Tape, list: number): (string | null)[] {
  return itemsOf(tape, list).map((token) =>
    tape.isText(token) ? tape.bytes.toString('utf8', tape.start(token), tape.end(token)) : null,
  )
}

/** The tokens in a list. */
function itemsOf(tape: Tape, list: number): number[] {
  const items: number[] = []
  if (list === NONE) return items
  if (tape.kind(list) !== KIND.array) throw new Error('a list that is no array')
  for (let token = list + 1; token < tape.next(list); token = tape.next(token)) items.push(token)
  return items
}
