/**
 * Where ads stand, by device: slots with the banner sizes a publisher accepts there, players, film lengths. Sizes are
 * the common ones of the IAB's portfolio; the first size of a slot is always asked for.
 */
import type { DeviceKind } from './devices.ts'
import { type Lot, lotOf } from './draw.ts'

export type Size = { readonly w: number; readonly h: number }

export type Slot = {
  readonly name: string
  readonly sizes: readonly Size[]
  readonly isInterstitial: boolean
}

export const slotLots: Record<Exclude<DeviceKind, 'tv'>, Lot<Slot>> = {
  desktop: lotOf([
    [slot('sidebar', '300x250 300x600 160x600 336x280 120x600'), 38],
    [slot('leaderboard', '728x90 970x250 970x90 468x60'), 30],
    [slot('in-article', '300x250 336x280 728x90 580x400 320x100'), 24],
    [slot('skyscraper', '160x600 300x600 120x600'), 8],
  ]),
  phone: lotOf([
    [slot('in-article', '300x250 336x280 320x100 320x50 250x250'), 50],
    [slot('anchor', '320x50 300x50 320x100'), 34],
    [slot('interstitial', '320x480 300x250 300x600'), 16],
  ]),
  tablet: lotOf([
    [slot('top', '728x90 468x60 970x90'), 46],
    [slot('in-article', '300x250 336x280 728x90 300x600'), 40],
    [slot('interstitial', '768x1024 320x480 300x250'), 14],
  ]),
}

export const playerLots: Record<DeviceKind, Lot<Size>> = {
  desktop: sizeLot({ '640x360': 60, '640x480': 15, '1280x720': 25 }),
  phone: sizeLot({ '640x360': 45, '360x640': 20, '320x480': 20, '480x270': 15 }),
  tablet: sizeLot({ '640x360': 50, '1024x768': 30, '1280x720': 20 }),
  tv: sizeLot({ '1920x1080': 75, '1280x720': 25 }),
}

/** Shortest and longest film in seconds. */
export const durationLot = rangeLot({ '5-30': 46, '5-15': 16, '3-60': 18, '6-20': 8, '15-30': 12 })

/** The sizes banners are made in, with the share of each among the banners of a catalog. */
export const bannerSizeLot = sizeLot({
  '300x250': 34,
  '320x50': 18,
  '728x90': 14,
  '300x600': 8,
  '160x600': 7,
  '320x480': 6,
  '970x250': 4,
  '320x100': 4,
  '336x280': 3,
  '768x1024': 2,
})

function slot(name: string, sizes: string): Slot {
  return { name, sizes: sizes.split(' ').map(sizeOf), isInterstitial: name === 'interstitial' }
}

function sizeLot(shares: Record<string, number>): Lot<Size> {
  return lotOf(Object.entries(shares).map(([size, share]) => [sizeOf(size), share] as const))
}

function sizeOf(text: string): Size {
  const [w, h] = text.split('x').map(Number)
  return { w, h }
}

function rangeLot(shares: Record<string, number>): Lot<readonly [number, number]> {
  return lotOf(
    Object.entries(shares).map(([range, share]) => {
      const [shortest, longest] = range.split('-').map(Number)
      return [[shortest, longest] as const, share] as const
    }),
  )
}
