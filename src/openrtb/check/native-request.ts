/**
 * A native request in any of its spellings: JSON text or an object, in `request` or `request_native` or flat in
 * `imp.native`, bare or in a "native" object (Native 1.2 section 4; OpenRTB 2.6 section 3.2.9).
 */
import {
  isObject,
  isSet,
  type JsonObject,
  numberOf,
  numbersOf,
  objectsOf,
  parsed,
  textOf,
} from './loose-json.ts'

export type AssetKind = 'title' | 'img' | 'video' | 'data'
export const ASSET_KINDS: readonly AssetKind[] = ['title', 'img', 'video', 'data']

export type WantedAsset = {
  readonly id: string
  readonly isRequired: boolean
  /** Undefined where the request asks for nothing, or for several things. */
  readonly kind: AssetKind | undefined
  /** What is asked of that kind. */
  readonly wants: JsonObject
}

export type NativeRequest = {
  readonly isWrapped: boolean
  readonly assets: readonly WantedAsset[]
  /** Offered trackers as `event/method`; empty when none are. */
  readonly trackers: readonly string[]
  readonly isPrivacySupported: boolean
  readonly isAssetsUrlSupported: boolean
  readonly isDynamicUrlSupported: boolean
}

/** Undefined when nobody can read it. */
export function nativeRequestOf(media: JsonObject): NativeRequest | undefined {
  const source = [media.request, media.request_native].find((value) => value !== undefined && value !== null)
  const found = typeof source === 'string' ? parsed(source) : (source ?? flatRequest(media))
  if (!isObject(found)) return undefined
  const isWrapped = isObject(found.native)
  const root = isObject(found.native) ? found.native : found
  return {
    isWrapped,
    assets: objectsOf(root.assets).flatMap(wantedAssets),
    // The second spelling is that of the specification's own sample.
    trackers: [...objectsOf(root.eventtrackers), ...objectsOf(root.eventrackers)].flatMap(pairsOf),
    isPrivacySupported: isSet(root.privacy),
    isAssetsUrlSupported: isSet(root.aurlsupport),
    isDynamicUrlSupported: isSet(root.durlsupport),
  }
}

function flatRequest(media: JsonObject): JsonObject | undefined {
  return media.assets !== undefined || isObject(media.native) ? media : undefined
}

function wantedAssets(asset: JsonObject): WantedAsset[] {
  const id = textOf(asset.id)
  if (id === undefined) return []
  const kinds = ASSET_KINDS.filter((kind) => isObject(asset[kind]))
  const kind = kinds.length === 1 ? kinds[0] : undefined
  const wants = kind === undefined ? {} : (asset[kind] as JsonObject)
  return [{ id, isRequired: isSet(asset.required), kind, wants }]
}

function pairsOf({ event, methods }: JsonObject): string[] {
  return numbersOf(methods).map((method) => `${numberOf(event)}/${method}`)
}
