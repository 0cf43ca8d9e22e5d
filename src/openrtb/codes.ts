/**
 * Codes of OpenRTB 2.6 and AdCOM 1.0 that have a meaning here.
 */

/** `bid.mtype`, OpenRTB 2.6 section 4.2.3. */
export const MARKUP_TYPE = { banner: 1, video: 2 } as const

/**
 * Versions of inline VAST that can be written, by AdCOM "Creative Subtypes - Audio/Video" code. A higher code is a
 * newer version.
 */
export const VAST_VERSIONS: ReadonlyMap<number, string> = new Map([
  [2, '2.0'],
  [3, '3.0'],
  [7, '4.0'],
  [11, '4.1'],
  [13, '4.2'],
])

/** What a player is taken to understand when it does not say. */
export const VAST_DEFAULT = 3
