/**
 * Turns a valid catalog into the tables that bids are made from: an ad for each creative of each active campaign, in
 * an order that puts like by like, and for each ad what targeting, the models, pricing and the wire need of it.
 */
import { byteText } from '../base/byte-writer.ts'
import { microsOfDecimal } from '../base/money.ts'
import { type AdFeatures, adVectorsOf } from '../features/vector.ts'
import { CREATIVE_ATTRIBUTE, TAXONOMY_DEFAULT } from '../openrtb/codes.ts'
import { type CompiledNative, compileNative } from '../openrtb/native-response.ts'
import { type AdFragment, type AdText, adFragment } from '../openrtb/response.ts'
import type { Film } from '../openrtb/vast.ts'
import type { Goals } from '../pricing/price.ts'
import {
  type AdTraits,
  type CreativeShape,
  FORMAT,
  sortByLikeness,
  type TargetedAd,
} from '../targeting/ad.ts'
import { compileTargets } from '../targeting/compile.ts'
import { isPlaylist } from '../targeting/creative-rows.ts'
import { campaignTermsOf } from './campaign-terms.ts'
import type { Advertiser, AudioCreative, Campaign, Catalog, Creative, VideoCreative } from './schema.ts'

/** Of nearly all ads. */
const NO_REGISTERED_IDS: readonly undefined[] = []

type Ad = {
  readonly campaign: Campaign
  readonly creative: Creative
  readonly advertiser: Advertiser
  readonly native: CompiledNative | undefined
  readonly targeted: TargetedAd
}

/** An exchange as far as it matters when a catalog is compiled. */
export type CompiledExchange = { readonly name: string; readonly isMarkupSent: boolean }

/**
 * @param turn awaited between pieces of work, so that bids are answered meanwhile.
 */
export async function compileAds(
  catalog: Catalog,
  exchanges: readonly CompiledExchange[],
  turn: () => Promise<void> = async () => {},
) {
  const ads = adsOf(catalog, exchanges)
  await turn()
  const targets = await compileTargets(
    ads.map(({ targeted }) => targeted),
    exchanges.map(({ name }) => name),
    turn,
  )
  await turn()
  const features = ads.map(featuresOf)
  const vectors = adVectorsOf(features)
  await turn()
  const fragments = await fragmentsOf(ads, turn)
  await turn()
  return {
    campaigns: new Map(catalog.campaigns.map((campaign) => [campaign.id, campaignTermsOf(campaign)])),
    targets,
    features,
    vectors,
    goals: goalsOf(ads),
    traits: traitsOf(ads),
    fragments,
    registeredIds: ads.map(({ creative: { registrations } }) =>
      registrations === undefined ? NO_REGISTERED_IDS : exchanges.map(({ name }) => registrations[name]),
    ),
    landings: new Map(catalog.creatives.map(({ id, landing }) => [id, landing])),
  }
}

function adsOf({ advertisers, creatives, campaigns }: Catalog, exchanges: readonly CompiledExchange[]): Ad[] {
  const advertiserById = new Map(advertisers.map((advertiser) => [advertiser.id, advertiser]))
  const creativeById = new Map(creatives.map((creative) => [creative.id, creative]))
  const nativeById = new Map(
    creatives.flatMap((creative) =>
      creative.format === 'native' ? [[creative.id, compileNative(creative)]] : [],
    ),
  )
  const ads = campaigns
    .filter(({ status }) => status === 'active')
    .flatMap((campaign) =>
      campaign.creatives.map((id) => {
        // The catalog was validated: its references lead somewhere.
        const creative = creativeById.get(id)!
        const advertiser = advertiserById.get(campaign.advertiser)!
        const native = nativeById.get(id)
        const targeted = targetedOf(campaign, creative, advertiser, native, exchanges)
        return { campaign, creative, advertiser, native, targeted }
      }),
    )
  return sortByLikeness(ads, ({ targeted }) => targeted)
}

function targetedOf(
  campaign: Campaign,
  creative: Creative,
  { domain }: Advertiser,
  native: CompiledNative | undefined,
  exchanges: readonly CompiledExchange[],
): TargetedAd {
  const { categories, categoriesIn = {}, apis = [], language, bundle } = creative
  const wanted = exchangesOf(campaign, creative, exchanges)
  const { targeting } = campaign
  return {
    wants: wanted === targeting.exchanges ? targeting : { ...targeting, exchanges: wanted },
    advertiserDomain: domain,
    categories,
    categoriesIn,
    attributes: attributesOf(creative),
    apis,
    language,
    bundle,
    deals: campaign.deals,
    creative: shapeOf(creative, native),
  }
}

/** An exchange that takes no markup takes the creatives that it has registered. */
function exchangesOf(
  { targeting }: Campaign,
  { registrations = {} }: Creative,
  exchanges: readonly CompiledExchange[],
): readonly string[] | undefined {
  const closed = exchanges.filter(
    ({ name, isMarkupSent }) => !isMarkupSent && registrations[name] === undefined,
  )
  if (closed.length === 0) return targeting.exchanges
  const wanted = targeting.exchanges ?? exchanges.map(({ name }) => name)
  return wanted.filter((name) => closed.every((exchange) => exchange.name !== name))
}

function attributesOf(creative: Creative): readonly number[] {
  const { attributes = [] } = creative
  const hasButton = 'skipAfterS' in creative && creative.skipAfterS !== undefined
  return hasButton ? [...new Set([...attributes, CREATIVE_ATTRIBUTE.skipButton])] : attributes
}

function shapeOf(creative: Creative, native: CompiledNative | undefined): CreativeShape {
  switch (creative.format) {
    case 'banner':
      return {
        format: 'banner',
        width: creative.width,
        height: creative.height,
        // A banner is HTML around an image.
        mimes: [imageMimeOf(creative.image, creative.mime), 'text/html'],
      }
    case 'native':
      return { format: 'native', native: native! }
    default: {
      const { format, durationS, media = [], mimes } = creative
      return {
        format,
        durationS,
        isWrapper: creative.tag !== undefined,
        mimes: mimes ?? media.map(({ mime }) => mime),
        media,
      }
    }
  }
}

const IMAGE_MIMES: Readonly<Record<string, string>> = {
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
}

/** By the file's ending, where the catalog does not say. */
function imageMimeOf(image: string, mime: string | undefined): string {
  return mime ?? IMAGE_MIMES[/\.(\w+)(?:\?|$)/.exec(image)?.[1].toLowerCase() ?? ''] ?? 'image/jpeg'
}

function featuresOf({ campaign, creative, advertiser }: Ad): AdFeatures {
  const durationS = 'durationS' in creative ? creative.durationS : 0
  const shape =
    creative.format === 'banner'
      ? `${creative.width}x${creative.height}`
      : durationS > 0
        ? `${durationS}s`
        : 'native'
  return {
    campaign: campaign.id,
    creative: creative.id,
    advertiser: advertiser.id,
    category: creative.categories[0],
    format: creative.format,
    shape,
    durationS,
  }
}

/** One for each creative, whose campaigns are all of its advertiser. Texts that many have are kept once. */
async function fragmentsOf(ads: readonly Ad[], turn: () => Promise<void>): Promise<AdFragment[]> {
  const texts = new Map<string, string>()
  const keep = (text: string) => {
    if (!texts.has(text)) texts.set(text, byteText(text))
    return texts.get(text)!
  }
  const made = new Map<Creative, AdFragment>()
  for (const ad of ads) {
    if (made.has(ad.creative)) continue
    made.set(ad.creative, adFragment(textOf(ad), keep))
    if (made.size % 256 === 0) await turn()
  }
  return ads.map(({ creative }) => made.get(creative)!)
}

function textOf({ creative, advertiser, native }: Ad): AdText {
  const common = {
    advertiserDomain: advertiser.domain,
    categories: { ...creative.categoriesIn, [TAXONOMY_DEFAULT]: creative.categories },
    attributes: attributesOf(creative),
    apis: creative.apis ?? [],
    language: creative.language,
    bundle: creative.bundle,
    behalf: advertiser.name.slice(0, DSA_NAME_MAX),
    payer: (advertiser.payer ?? advertiser.name).slice(0, DSA_NAME_MAX),
  }
  switch (creative.format) {
    case 'banner':
      return { ...common, format: 'banner', sampleImage: creative.image, banner: creative }
    case 'native':
      return { ...common, format: 'native', sampleImage: mainImageOf(creative), native: native! }
    default:
      return { ...common, format: creative.format, film: filmOf(creative) }
  }
}

/** The longest name that the DSA's object takes. */
const DSA_NAME_MAX = 100

function mainImageOf({ images }: Extract<Creative, { format: 'native' }>): string | undefined {
  return (images.find(({ kind }) => kind === 'main') ?? images.at(0))?.url
}

function filmOf(creative: VideoCreative | AudioCreative): Film {
  const { id, title, format, durationS, landing, skipAfterS, tag, media = [] } = creative
  const facts = { id, title, kind: format, durationS, landing, skipAfterS }
  if (tag !== undefined) return { ...facts, tag }
  const files = media.map((file) => ({
    ...file,
    delivery: isPlaylist(file.mime) ? ('streaming' as const) : ('progressive' as const),
  }))
  return { ...facts, media: files }
}

function traitsOf(ads: readonly Ad[]): AdTraits {
  return {
    format: Uint8Array.from(ads, ({ creative }) => FORMAT[creative.format]),
    durationS: Int32Array.from(ads, ({ creative }) => ('durationS' in creative ? creative.durationS : 0)),
    // A seller knows an advertiser by its domain.
    advertiser: indexesOf(ads.map(({ advertiser }) => advertiser.domain)),
    creative: indexesOf(ads.map(({ creative }) => creative.id)),
    category: indexesOf(ads.map(({ creative }) => creative.categories[0])),
    campaignIds: ads.map(({ campaign }) => campaign.id),
    creativeIds: ads.map(({ creative }) => creative.id),
  }
}

/** Equal texts have equal indexes, from 0 without a gap. */
function indexesOf(texts: readonly string[]): Int32Array {
  const indexOf = new Map<string, number>()
  return Int32Array.from(texts, (text) => {
    const index = indexOf.get(text) ?? indexOf.size
    indexOf.set(text, index)
    return index
  })
}

function goalsOf(ads: readonly Ad[]): Goals {
  const valueMicros = ads.map(({ campaign }) => microsOfDecimal(campaign.goal.value))
  const ceilings = ads.map(({ campaign }, ad) => {
    const maximum = microsOfDecimal(campaign.maxCpm)
    return campaign.goal.type === 'cpm' ? Math.min(maximum, valueMicros[ad]) : maximum
  })
  return {
    isPerClick: Uint8Array.from(ads, ({ campaign }) => (campaign.goal.type === 'cpm' ? 0 : 1)),
    conversionRate: Float64Array.from(ads, ({ campaign: { goal } }) =>
      goal.type === 'cpa' ? goal.conversionRate : 0,
    ),
    valueMicros: Float64Array.from(valueMicros),
    ceilingCpmMicros: Float64Array.from(ceilings),
  }
}
