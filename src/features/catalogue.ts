/**
 * The feature catalogue: every value that a model may ask for by name, and where it comes from.
 *
 * A text feature is known by its `hashText` (base/hash.ts), which is independent of any model; 0 stands for "not
 * known". A number feature is a 32-bit float in the unit given; NaN stands for "not known". `request` values are the
 * same for all rows of a request, `imp` values for all rows of an imp (`deal` for those of one of its lots), `ad` values
 * are known when the catalog changes.
 *
 * New ones go to the end: the event log knows a feature by its place.
 */

export type FeatureSide = 'request' | 'imp' | 'ad'
export type FeatureKind = 'text' | 'number'

export type Feature = {
  readonly name: string
  readonly side: FeatureSide
  readonly kind: FeatureKind
  readonly about: string
}

const text = (side: FeatureSide, name: string, about: string): Feature => ({
  name,
  side,
  kind: 'text',
  about,
})
const number = (side: FeatureSide, name: string, about: string): Feature => ({
  name,
  side,
  kind: 'number',
  about,
})

export const FEATURES = [
  text('request', 'exchange', 'exchange profile'),
  text('request', 'inventory', '1 site, 2 app, 3 DOOH, 0 not known'),
  text('request', 'domain', 'site.domain without www, or the host of site.page; app.domain'),
  text('request', 'bundle', 'app.bundle'),
  text('request', 'publisher', 'site.publisher.id or app.publisher.id'),
  text('request', 'category', 'first of site.cat or app.cat'),
  text('request', 'country', 'device.geo.country'),
  text('request', 'region', 'device.geo.region'),
  text('request', 'os', 'device.os'),
  text('request', 'device', 'class of device.devicetype: 0 desktop, 1 phone, 2 tablet, 3 tv, 4 other'),
  text('request', 'connection', 'device.connectiontype'),
  text('request', 'language', 'device.language'),
  text('request', 'hour', 'hour of the day, UTC, 0 to 23'),
  text('request', 'weekday', 'day of the week, UTC, 0 Sunday to 6'),
  text('request', 'auction', 'at: 1 first price, 2 second price'),
  text('imp', 'position', 'banner.pos, or video.pos where that is 0'),
  text('imp', 'interstitial', 'instl, 0 or 1'),
  text('imp', 'slot_size', 'first banner size, or the player size, as in 300x250'),
  text(
    'imp',
    'floor_bucket',
    'how many of 0, 0.1, 0.25, 0.5, 1, 2, 4 and 8 US dollars CPM the floor is above',
  ),
  text('imp', 'tag', 'tagid'),
  text('ad', 'campaign', 'campaign id'),
  text('ad', 'creative', 'creative id'),
  text('ad', 'advertiser', 'advertiser id'),
  text('ad', 'ad_format', 'banner, video, audio or native'),
  text('ad', 'ad_shape', 'banner size as in 300x250, film length as in 15s, native'),
  text('ad', 'ad_category', 'first category of the creative'),
  number('imp', 'floor_cpm', 'bidfloor, US dollars per thousand impressions'),
  number('imp', 'slot_width', 'width of the first banner size or of the player, pixels'),
  number('imp', 'slot_height', 'height of the first banner size or of the player, pixels'),
  number('ad', 'ad_duration', 'length of a video or audio ad in seconds, 0 for others'),
  text('request', 'make', 'device.make, where ids may be used'),
  text('request', 'device_model', 'device.model, where ids may be used'),
  text('request', 'carrier', 'device.carrier, where ids may be used'),
  text('request', 'local_hour', 'hour of the day by device.geo.utcoffset, 0 to 23'),
  text('request', 'user_state', '0 not known, or not to be profiled; 1 known, in no segment; 2 in segments'),
  text('imp', 'deal', 'id of the deal, where the candidate is bid on it'),
  text('imp', 'placement', 'video.plcmt'),
  text('imp', 'skippable', 'video.skip, 0 or 1'),
  text('imp', 'rewarded', 'rwdd, or ext.reward, or ext.prebid.is_rewarded_inventory, 0 or 1'),
  text('imp', 'slot_formats', 'what it takes of banner, video, audio and native, as in bv'),
  number('request', 'user_segments', 'how many segments the user is in, where user_state is not 0'),
  number('imp', 'video_seconds_max', 'video.maxduration and maxextended, seconds'),
] as const satisfies readonly Feature[]

export type FeatureName = (typeof FEATURES)[number]['name']

const featureIndex = new Map<string, number>(FEATURES.map(({ name }, index) => [name, index]))

/** The index of a feature in `FEATURES`, or undefined when there is none of that name. */
export function featureIndexOf(name: string): number | undefined {
  return featureIndex.get(name)
}

/** `F.country` is the index of the feature `country`. */
export const F = Object.fromEntries(featureIndex) as Record<FeatureName, number>
