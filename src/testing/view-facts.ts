/**
 * What a request view says, as a plain object: the same that its naive twin gives.
 */
import { INVENTORY, READ, RequestView, TEXT } from '../openrtb/request.ts'
import type { Reading, RequestFacts } from './naive-request.ts'
import { impFacts } from './view-imp-facts.ts'
import { TokenValues } from './view-values.ts'

const RESULTS = Object.keys(READ) as (keyof typeof READ)[]
const INVENTORIES = Object.keys(INVENTORY) as (keyof typeof INVENTORY)[]
const TEXTS = Object.entries(TEXT) as [keyof typeof TEXT, number][]

/** Reads a body with a view that may have read others before. */
export function readWithView(view: RequestView, body: string | Uint8Array): Reading {
  const bytes = Buffer.from(body)
  bytes.copy(view.tape.bytes)
  const result = RESULTS[view.read(bytes.length)]
  return result === 'ok' ? { result, facts: factsOf(view, new TokenValues(view.tape, bytes)) } : { result }
}

/** A view that has read nothing yet, for one body. */
export function viewFor(body: string | Uint8Array): RequestView {
  return new RequestView(Buffer.byteLength(body))
}

function factsOf(view: RequestView, values: TokenValues): RequestFacts {
  const { textStart, textEnd, textHash } = view
  const hashed = TEXTS.filter(([, field]) => field < textHash.length)
  return {
    id: values.id(view.id),
    auctionType: view.auctionType,
    isTest: view.isTest,
    tmaxMs: view.tmaxMs,
    inventory: INVENTORIES[view.inventory],
    deviceType: view.deviceType,
    connectionType: view.connectionType,
    deviceWidth: view.deviceWidth,
    deviceHeight: view.deviceHeight,
    utcOffsetMin: view.utcOffsetMin,
    currencies: values.texts(view.currencies),
    buyerSeats: values.texts(view.buyerSeats),
    blockedSeats: values.texts(view.blockedSeats),
    categoryTaxonomy: view.categoryTaxonomy,
    blockedCategories: values.texts(view.blockedCategories),
    allowedCategories: values.texts(view.allowedCategories),
    blockedAdvertisers: values.texts(view.blockedAdvertisers),
    blockedApps: values.texts(view.blockedApps),
    languages: values.texts(view.languages),
    categories: values.texts(view.categories),
    source: values.object(view.source),
    ext: values.object(view.ext),
    dsa: {
      isThere: view.hasDsa,
      required: view.dsaRequired,
      // The whole part of -0.5 is -0, which is the code 0.
      publisherRender: view.dsaPublisherRender + 0,
    },
    texts: named(TEXTS, (field) => values.range(textStart[field], textEnd[field])),
    hashes: named(hashed, (field) => textHash[field]) as RequestFacts['hashes'],
    imps: view.imps.slice(0, view.impCount).map((imp) => impFacts(imp, values)),
  }
}

function named<K extends string, T>(
  fields: readonly [K, number][],
  read: (field: number) => T,
): Record<K, T> {
  return Object.fromEntries(fields.map(([name, field]) => [name, read(field)])) as Record<K, T>
}
