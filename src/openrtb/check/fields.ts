/**
 * Types of the optional fields of a response (sections 4.2.1 to 4.2.3). Fields that a rule of their own looks at are
 * not here.
 */
import { type JsonObject, objectOf, shown } from './loose-json.ts'
import type { Say } from './rules.ts'

const isText = (value: unknown) => typeof value === 'string'
const isInteger = (value: unknown) => Number.isInteger(value)
const isPositive = (value: unknown) => Number.isInteger(value) && (value as number) > 0
const isFlag = (value: unknown) => value === 0 || value === 1
const isIntegers = (value: unknown) => Array.isArray(value) && value.every(isInteger)
const isPlain = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

type FieldTypes = Readonly<Record<string, (value: unknown) => boolean>>

const RESPONSE_FIELDS: FieldTypes = { bidid: isText, customdata: isText, ext: isPlain }
const SEAT_FIELDS: FieldTypes = { group: isFlag, ext: isPlain }
const BID_FIELDS: FieldTypes = {
  nurl: isText,
  burl: isText,
  lurl: isText,
  iurl: isText,
  adid: isText,
  cid: isText,
  bundle: isText,
  tactic: isText,
  language: isText,
  langb: isText,
  attr: isIntegers,
  apis: isIntegers,
  api: isInteger,
  cattax: isInteger,
  qagmediarating: isInteger,
  w: isPositive,
  h: isPositive,
  wratio: isPositive,
  hratio: isPositive,
  exp: isPositive,
  ext: isPlain,
}

export function checkResponseFields(response: JsonObject, say: Say): void {
  checkFields(response, RESPONSE_FIELDS, say)
}

export function checkSeatFields(seatbid: unknown, say: Say): void {
  checkFields(objectOf(seatbid), SEAT_FIELDS, say)
}

export function checkBidFields(bid: JsonObject, say: Say): void {
  checkFields(bid, BID_FIELDS, say)
}

function checkFields(object: JsonObject, types: FieldTypes, say: Say): void {
  for (const [name, isGood] of Object.entries(types)) {
    const value = object[name]
    if (value !== undefined && !isGood(value)) say('field.type', `/${name}`, `is ${shown(value)}`)
  }
}
