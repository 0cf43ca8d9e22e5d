/**
 * Codes of OpenRTB 2.6 and AdCOM 1.0 that have a meaning here. A list grows over time: a code that is not here is
 * unknown, not wrong.
 */

/** The IAB's content taxonomy 1.0 (AdCOM "Category Taxonomies"): what categories are of where nothing is said. */
export const TAXONOMY_DEFAULT = 1

/** `bid.mtype`, OpenRTB 2.6 section 4.2.3. */
export const MARKUP_TYPE = { banner: 1, video: 2, audio: 3, native: 4 } as const

/**
 * Versions of inline VAST that can be written, by AdCOM "Creative Subtypes - Audio/Video" code. A higher code is a
 * newer version. VAST 1 (code 1) has another grammar, and DAAST (code 9) gave way to VAST 4: neither is written.
 */
export const VAST_VERSIONS: ReadonlyMap<number, string> = new Map([
  [2, '2.0'],
  [3, '3.0'],
  [7, '4.0'],
  [11, '4.1'],
  [13, '4.2'],
  [15, '4.3'],
])
/** The same for wrappers, documents that send the player on to another tag: they have codes of their own. */
export const VAST_WRAPPER_VERSIONS: ReadonlyMap<number, string> = new Map([
  [5, '2.0'],
  [6, '3.0'],
  [8, '4.0'],
  [12, '4.1'],
  [14, '4.2'],
  [16, '4.3'],
])

/** What a player is taken to understand when it does not say: VAST 3. */
export const VAST_DEFAULT = 3
export const VAST_WRAPPER_DEFAULT = 6

/** AdCOM "Creative Attributes": what `bid.attr` says of an ad and `battr` refuses. From 500 on codes are a vendor's. */
export const CREATIVE_ATTRIBUTE = {
  audioAutoplay: 1,
  audioUserInitiated: 2,
  expandableAutomatic: 3,
  expandableOnClick: 4,
  expandableOnRollover: 5,
  inBannerVideoAutoplay: 6,
  inBannerVideoUserInitiated: 7,
  pop: 8,
  provocative: 9,
  shakyOrFlashing: 10,
  survey: 11,
  textOnly: 12,
  userInteractive: 13,
  dialogOrAlertStyle: 14,
  audioOnOffButton: 15,
  skipButton: 16,
  flash: 17,
  responsive: 18,
} as const

/** AdCOM "Delivery Methods". VAST has no word for a download: to it that is progressive. */
export const DELIVERY_METHOD = { streaming: 1, progressive: 2, download: 3 } as const
