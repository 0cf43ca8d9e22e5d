/**
 * The assets of a native answer: one kind each, the one that was asked for, within what was asked (Native 1.2 sections
 * 4.2 to 4.6 and 5.2 to 5.6).
 */
import { parseXml } from '../xml.ts'
import { protocolsOf } from './film.ts'
import { isFilledText, isObject, type JsonObject, limitOf, numberOf, objectOf, shown } from './loose-json.ts'
import { ASSET_KINDS, type AssetKind, type WantedAsset } from './native-request.ts'
import type { Rule } from './rules.ts'
import { playableFiles, VAST_FORMS, vastSeconds } from './vast.ts'

/** Says what is wrong with the markup of a native bid. */
export type SayNative = (rule: Rule, message: string) => void

/** Takes an asset of one kind and what the request wants of it. */
type AssetCheck = (asset: JsonObject, wants: JsonObject, place: string, say: SayNative) => void

const CHECKS: Readonly<Record<AssetKind, AssetCheck>> = {
  title: checkTitle,
  img: checkImage,
  video: checkVideo,
  data: checkData,
}

/** @param wanted what the request asks for under the id of the asset, if it does. */
export function checkAsset(
  asset: JsonObject,
  wanted: WantedAsset | undefined,
  place: string,
  say: SayNative,
): void {
  const kinds = ASSET_KINDS.filter((kind) => asset[kind] !== undefined)
  const [kind] = kinds
  if (kinds.length !== 1 || !isObject(asset[kind])) {
    say('native.kind', `${place} has ${kinds.join(', ') || 'nothing'}`)
    return
  }
  if (wanted?.kind !== undefined && wanted.kind !== kind) {
    say('native.kind', `${place} is ${kind}, but ${wanted.kind} is asked for`)
    return
  }
  CHECKS[kind](objectOf(asset[kind]), wanted?.kind === kind ? wanted.wants : {}, `${place}/${kind}`, say)
}

function checkTitle({ text }: JsonObject, { len }: JsonObject, place: string, say: SayNative): void {
  if (!isWithin(text, len)) say('native.title', `${place}/text is ${shown(text)}, of ${shown(len)} at most`)
}

function checkData(asset: JsonObject, wants: JsonObject, place: string, say: SayNative): void {
  if (!isWithin(asset.value, wants.len)) {
    say('native.data', `${place}/value is ${shown(asset.value)}, of ${shown(wants.len)} at most`)
  }
  if (!isSameType(asset, wants)) {
    say('native.data', `${place}/type is ${shown(asset.type)}, not ${shown(wants.type)}`)
  }
}

function checkImage(asset: JsonObject, wants: JsonObject, place: string, say: SayNative): void {
  if (!isUrl(asset.url)) say('native.image', `${place}/url is ${shown(asset.url)}`)
  if (!fits(asset.w, wants.w, wants.wmin) || !fits(asset.h, wants.h, wants.hmin)) {
    say(
      'native.image',
      `${place} is ${shown(asset.w)}x${shown(asset.h)}, which is not the size that was asked for`,
    )
  }
  if (!isSameType(asset, wants)) {
    say('native.image', `${place}/type is ${shown(asset.type)}, not ${shown(wants.type)}`)
  }
}

function checkVideo({ vasttag }: JsonObject, wants: JsonObject, place: string, say: SayNative): void {
  const fault = videoFault(vasttag, wants)
  if (fault !== undefined) say('native.video', `${place}/vasttag: ${fault}`)
}

function videoFault(vasttag: unknown, wants: JsonObject): string | undefined {
  if (!isFilledText(vasttag)) return `is ${shown(vasttag)}`
  const result = parseXml(vasttag)
  if ('fault' in result) return result.fault
  const { root } = result
  if (root.name !== 'VAST') return `<${root.name}> is no VAST`
  const version = root.attributes.get('version')
  const offered = protocolsOf(wants).map((protocol) => VAST_FORMS.get(protocol)?.version)
  if (offered.length > 0 && !offered.includes(version)) return `version ${version} is not offered`
  const seconds = vastSeconds(root)
  // A wrapper tells neither.
  if (seconds === undefined) return undefined
  if (seconds < limitOf(wants.minduration)) return `${seconds} s is too short`
  if (seconds > (limitOf(wants.maxduration) || Infinity)) return `${seconds} s is too long`
  return playableFiles(root, wants).length === 0 ? 'no media file of an accepted type' : undefined
}

/** Landing pages may be of any scheme: those of app shops have their own. */
export function isUrl(value: unknown): value is string {
  return isFilledText(value) && !/[\s"<>]/.test(value) && URL.canParse(value)
}

/** A text that is not empty, of so many characters at most. */
function isWithin(value: unknown, length: unknown): boolean {
  return isFilledText(value) && [...value].length <= (limitOf(length) || Infinity)
}

/** A size alone is exact; with a least size the image may be larger. */
function fits(ours: unknown, exact: unknown, least: unknown): boolean {
  if (limitOf(least) > 0) return limitOf(ours) >= limitOf(least)
  return limitOf(exact) === 0 || ours === numberOf(exact)
}

/** An answer need not repeat the type; if it does, it is the one that was asked for. */
function isSameType({ type }: JsonObject, wants: JsonObject): boolean {
  const wanted = numberOf(wants.type)
  return type === undefined || wanted === undefined || type === wanted
}
