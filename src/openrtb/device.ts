/**
 * What shows the ad, and where it is (OpenRTB 2.6 sections 3.2.18 and 3.2.19).
 */
import { KEY } from './keys.ts'
import { NONE, type Tape } from './tape.ts'
import { isTextEmpty, setText, TEXT, type TextRanges } from './texts.ts'

/** `utcOffsetMin` where nothing is said. */
export const NO_UTC_OFFSET = 0x7fffffff

export type DeviceFields = TextRanges & {
  /** AdCOM "Device Types" and "Connection Types"; 0 when not known. */
  deviceType: number
  connectionType: number
  /** Pixels; 0 when not known. */
  deviceWidth: number
  deviceHeight: number
  /** Minutes that the local time is ahead of UTC, or `NO_UTC_OFFSET`. */
  utcOffsetMin: number
}

/** @param device token of an object. */
export function readDevice(tape: Tape, device: number, into: DeviceFields): void {
  let geo = NONE
  let ipv6 = NONE
  const end = tape.next(device)
  for (let token = device + 1; token < end; token = tape.next(token)) {
    switch (tape.key(token)) {
      case KEY.geo:
        geo = tape.objectOrNone(token)
        break
      case KEY.devicetype:
        into.deviceType = tape.integer(token, 0)
        break
      case KEY.connectiontype:
        into.connectionType = tape.integer(token, 0)
        break
      case KEY.os:
        setText(tape, into, TEXT.os, token)
        break
      case KEY.language:
        setText(tape, into, TEXT.language, token)
        break
      case KEY.w:
        into.deviceWidth = Math.max(0, tape.integer(token, 0))
        break
      case KEY.h:
        into.deviceHeight = Math.max(0, tape.integer(token, 0))
        break
      case KEY.ua:
        setText(tape, into, TEXT.userAgent, token)
        break
      case KEY.ip:
        setText(tape, into, TEXT.address, token)
        break
      case KEY.ipv6:
        ipv6 = token
        break
      case KEY.make:
        setText(tape, into, TEXT.make, token)
        break
      case KEY.model:
        setText(tape, into, TEXT.model, token)
        break
      case KEY.carrier:
        setText(tape, into, TEXT.carrier, token)
        break
    }
  }
  if (ipv6 !== NONE && isTextEmpty(into, TEXT.address)) setText(tape, into, TEXT.address, ipv6)
  if (geo !== NONE) readGeo(tape, geo, into)
}

function readGeo(tape: Tape, geo: number, into: DeviceFields): void {
  const end = tape.next(geo)
  for (let token = geo + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.country) setText(tape, into, TEXT.country, token)
    else if (key === KEY.region) setText(tape, into, TEXT.region, token)
    else if (key === KEY.utcoffset) into.utcOffsetMin = tape.integer(token, NO_UTC_OFFSET)
  }
}
