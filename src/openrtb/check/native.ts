/**
 * Native answers (Native 1.2 section 5), held against the native request. Nothing in the answer has a JSON pointer of
 * its own when it is text in `adm`: messages say where it is.
 */
import type { BidCase } from './bid-case.ts'
import { isFilledText, isObject, type JsonObject, listOf, parsed, shown, textOf } from './loose-json.ts'
import { checkAsset, isUrl, type SayNative } from './native-assets.ts'
import { type NativeRequest, nativeRequestOf } from './native-request.ts'

const METHOD_IMAGE = 1
const METHOD_SCRIPT = 2

export function checkNative({ bid, options, say }: BidCase, media: JsonObject): void {
  const isPlain = bid.adm_native !== undefined
  const path = isPlain ? '/adm_native' : '/adm'
  const sayNative: SayNative = (rule, message) => say(rule, path, message)
  if (!isPlain && !isFilledText(bid.adm)) return
  const answer = isPlain ? bid.adm_native : parsed(bid.adm as string)
  if (!isObject(answer)) {
    sayNative('native.json', `is ${shown(isPlain ? answer : bid.adm)}`)
    return
  }
  const request = nativeRequestOf(media)
  const isWrapped = isObject(answer.native)
  // The plain object is a field of its own; nobody wraps it for the sake of the version.
  if (!isPlain) checkWrapper(isWrapped, wantedWrapper(request, options.house?.nativeWrapper), sayNative)
  checkAnswer(isObject(answer.native) ? answer.native : answer, request, sayNative)
}

/** Undefined where either will do. */
function wantedWrapper(request: NativeRequest | undefined, house = 'as_request'): boolean | undefined {
  return house === 'as_request' ? request?.isWrapped : house === 'always'
}

function checkWrapper(isWrapped: boolean, isWanted: boolean | undefined, say: SayNative): void {
  if (isWanted === undefined || isWanted === isWrapped) return
  say('native.wrapper', isWanted ? 'there is no "native" around it' : 'there is a "native" around it')
}

function checkAnswer(answer: JsonObject, request: NativeRequest | undefined, say: SayNative): void {
  checkLink(answer.link, 'link', say)
  checkAssets(answer, request, say)
  checkTrackers(answer, request, say)
  if (request === undefined) return
  if (request.isPrivacySupported && !isUrl(answer.privacy)) {
    say('native.privacy', `privacy is ${shown(answer.privacy)}`)
  }
  if (answer.assetsurl !== undefined && !request.isAssetsUrlSupported) {
    say('native.url', 'assetsurl is not supported')
  }
  if (answer.dcourl !== undefined && !request.isDynamicUrlSupported) {
    say('native.url', 'dcourl is not supported')
  }
}

function checkAssets(answer: JsonObject, request: NativeRequest | undefined, say: SayNative): void {
  const wanted = request?.assets ?? []
  const answered = new Set<string>()
  listOf(answer.assets).forEach((asset, index) => {
    const place = `assets/${index}`
    const { id, link } = isObject(asset) ? asset : {}
    const name = textOf(id)
    const wants = wanted.find((one) => one.id === name)
    if (name === undefined || (request !== undefined && wants === undefined)) {
      say('native.id', `${place} has the id ${shown(id)}, which nothing asked for`)
    } else if (answered.has(name)) say('native.id', `${place} has the id ${name} of another`)
    else answered.add(name)
    if (link !== undefined) checkLink(link, `${place}/link`, say)
    checkAsset(isObject(asset) ? asset : {}, wants, place, say)
  })
  // What stands behind a URL cannot be seen.
  if (answer.assetsurl !== undefined || answer.dcourl !== undefined) return
  const missing = wanted.filter(({ id, isRequired }) => isRequired && !answered.has(id)).map(({ id }) => id)
  if (missing.length > 0) say('native.required', `${missing.join(', ')} is not answered`)
}

function checkLink(link: unknown, place: string, say: SayNative): void {
  const { url, clicktrackers } = isObject(link) ? link : {}
  if (!isUrl(url)) say('native.link', `${place} has the URL ${shown(url)}`)
  listOf(clicktrackers).forEach((tracker, index) => {
    if (!isUrl(tracker)) say('native.link', `${place}/clicktrackers/${index} is ${shown(tracker)}`)
  })
}

function checkTrackers(answer: JsonObject, request: NativeRequest | undefined, say: SayNative): void {
  listOf(answer.eventtrackers).forEach((tracker, index) => {
    const { event, method, url } = isObject(tracker) ? tracker : {}
    const pair = `${shown(event)}/${shown(method)}`
    if (request !== undefined && !request.trackers.includes(pair)) {
      const offered = request.trackers.join(', ') || 'none'
      say('native.trackers', `eventtrackers/${index} is ${pair}, offered: ${offered}`)
    }
    const needsUrl = method === METHOD_IMAGE || method === METHOD_SCRIPT
    if (needsUrl && !isUrl(url)) say('native.trackers', `eventtrackers/${index} has the URL ${shown(url)}`)
  })
  listOf(answer.imptrackers).forEach((tracker, index) => {
    if (!isUrl(tracker)) say('native.trackers', `imptrackers/${index} is ${shown(tracker)}`)
  })
  if (answer.jstracker !== undefined && typeof answer.jstracker !== 'string') {
    say('native.trackers', `jstracker is ${shown(answer.jstracker)}`)
  }
}
