/**
 * The devices of the made traffic: what `device` says apart from place and network. User agents follow the browsers'
 * published patterns with drawn versions; frozen parts ("Android 10; K") are as browsers send them.
 */
import type { Prng } from '../../src/base/prng.ts'
import { between, chance, draw, lotOf } from './draw.ts'
import type { App } from './publishers.ts'

export type DeviceKind = 'desktop' | 'phone' | 'tablet' | 'tv'

export type Device = {
  readonly kind: DeviceKind
  readonly ua: string
  readonly make?: string
  readonly model?: string
  readonly os: string
  readonly osv?: string
  /** Physical pixels. */
  readonly w: number
  readonly h: number
  readonly pxratio: number
  /** Structured user agent (OpenRTB 2.6 section 3.2.29), where the browser sends client hints. */
  readonly sua?: object
}

/** AdCOM list "Device Types". */
export const DEVICE_TYPE: Record<DeviceKind, number> = { desktop: 2, phone: 4, tablet: 5, tv: 3 }

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const CHROME_VERSIONS = [128, 141] as const

const desktopLot = lotOf([
  [windowsChrome, 46],
  [windowsEdge, 15],
  [windowsFirefox, 8],
  [macSafari, 15],
  [macChrome, 13],
  [linuxFirefox, 3],
])

const iphones = [
  { model: 'iPhone14,5', w: 1170, h: 2532 },
  { model: 'iPhone15,3', w: 1290, h: 2796 },
  { model: 'iPhone16,1', w: 1179, h: 2556 },
  { model: 'iPhone12,8', w: 750, h: 1334 },
] as const
const androidPhones = [
  { make: 'Samsung', model: 'SM-S918B', w: 1080, h: 2316 },
  { make: 'Samsung', model: 'SM-A546E', w: 1080, h: 2340 },
  { make: 'Google', model: 'Pixel 8', w: 1080, h: 2400 },
  { make: 'Motorola', model: 'moto g power (2023)', w: 720, h: 1600 },
  { make: 'Xiaomi', model: '23090RA98G', w: 1080, h: 2400 },
] as const
const androidTablets = [
  { make: 'Samsung', model: 'SM-X200', w: 1200, h: 1920 },
  { make: 'Lenovo', model: 'TB310FU', w: 800, h: 1340 },
] as const

export function drawSiteDevice(prng: Prng, kind: Exclude<DeviceKind, 'tv'>): Device {
  if (kind === 'desktop') return draw(prng, desktopLot)(prng)
  const isApple = chance(prng, kind === 'tablet' ? 0.7 : 0.52)
  return isApple ? appleMobile(prng, kind, false) : androidMobile(prng, kind, false)
}

export function drawAppDevice(prng: Prng, kind: 'phone' | 'tablet', app: App): Device {
  return app.platform === 'ios' ? appleMobile(prng, kind, true) : androidMobile(prng, kind, true)
}

const televisionLot = lotOf<(prng: Prng) => Device>([
  [rokuTelevision, 40],
  [tizenTelevision, 28],
  [androidTelevision, 32],
])

export function drawTelevision(prng: Prng): Device {
  return draw(prng, televisionLot)(prng)
}

function windowsChrome(prng: Prng): Device {
  const version = between(prng, CHROME_VERSIONS)
  const ua = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/${version}.0.0.0 Safari/537.36`
  return {
    ...windowsScreen(prng),
    ua,
    sua: hints(prng, { brand: 'Google Chrome', version, platform: 'Windows' }),
  }
}

function windowsEdge(prng: Prng): Device {
  const version = between(prng, CHROME_VERSIONS)
  const ua = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/${version}.0.0.0 Safari/537.36 Edg/${version}.0.0.0`
  return {
    ...windowsScreen(prng),
    ua,
    sua: hints(prng, { brand: 'Microsoft Edge', version, platform: 'Windows' }),
  }
}

function windowsFirefox(prng: Prng): Device {
  const version = between(prng, [126, 140])
  return {
    ...windowsScreen(prng),
    ua: `Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
  }
}

function macSafari(prng: Prng): Device {
  const version = `${between(prng, [16, 18])}.${between(prng, [0, 6])}`
  const ua = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Safari/605.1.15`
  return { ...macScreen(prng), ua }
}

function macChrome(prng: Prng): Device {
  const version = between(prng, CHROME_VERSIONS)
  const ua = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Chrome/${version}.0.0.0 Safari/537.36`
  return { ...macScreen(prng), ua, sua: hints(prng, { brand: 'Google Chrome', version, platform: 'macOS' }) }
}

function linuxFirefox(prng: Prng): Device {
  const version = between(prng, [126, 140])
  const ua = `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`
  return { kind: 'desktop', ua, os: 'Linux', w: 1920, h: 1080, pxratio: 1 }
}

const windowsScreens = [
  { w: 1920, h: 1080, pxratio: 1 },
  { w: 1536, h: 864, pxratio: 1.25 },
  { w: 1366, h: 768, pxratio: 1 },
  { w: 2560, h: 1440, pxratio: 1 },
]

function windowsScreen(prng: Prng) {
  return {
    kind: 'desktop',
    make: 'PC',
    os: 'Windows',
    osv: chance(prng, 0.6) ? '10' : '11',
    ...prng.pick(windowsScreens),
  } as const
}

function macScreen(prng: Prng) {
  const osv = `${between(prng, [13, 15])}.${between(prng, [0, 6])}`
  return {
    kind: 'desktop',
    make: 'Apple',
    model: 'Macintosh',
    os: 'macOS',
    osv,
    w: 2880,
    h: 1800,
    pxratio: 2,
  } as const
}

function appleMobile(prng: Prng, kind: 'phone' | 'tablet', isApp: boolean): Device {
  const major = between(prng, [16, 18])
  const minor = between(prng, [0, 6])
  const isPhone = kind === 'phone'
  const screen = isPhone ? prng.pick(iphones) : ({ model: 'iPad13,18', w: 1640, h: 2360 } as const)
  const system = isPhone
    ? `iPhone; CPU iPhone OS ${major}_${minor} like Mac OS X`
    : `iPad; CPU OS ${major}_${minor} like Mac OS X`
  const browser = isApp ? 'Mobile/15E148' : `Version/${major}.${minor} Mobile/15E148 Safari/604.1`
  const ua = `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${browser}`
  return { kind, ua, make: 'Apple', os: 'iOS', osv: `${major}.${minor}`, pxratio: isPhone ? 3 : 2, ...screen }
}

function androidMobile(prng: Prng, kind: 'phone' | 'tablet', isApp: boolean): Device {
  const osv = between(prng, [11, 15])
  const version = between(prng, CHROME_VERSIONS)
  const screen = kind === 'phone' ? prng.pick(androidPhones) : prng.pick(androidTablets)
  const mobile = kind === 'phone' ? 'Mobile ' : ''
  const build = `${between(prng, [6000, 6999])}.${between(prng, [10, 220])}`
  const ua = isApp
    ? `Mozilla/5.0 (Linux; Android ${osv}; ${screen.model} Build/UP1A.231005.007; wv) ${WEBKIT} Version/4.0 Chrome/${version}.0.${build} ${mobile}Safari/537.36`
    : `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/${version}.0.0.0 ${mobile}Safari/537.36`
  const sua = isApp ? undefined : hints(prng, { brand: 'Google Chrome', version, platform: 'Android' })
  return { kind, ua, os: 'Android', osv: `${osv}`, pxratio: kind === 'phone' ? 2.625 : 1.5, ...screen, sua }
}

function rokuTelevision(prng: Prng): Device {
  const osv = `${between(prng, [12, 14])}.${between(prng, [0, 5])}`
  const ua = `Roku/DVP-${osv} (${osv}.0.${between(prng, [4000, 4400])}-88)`
  return { kind: 'tv', ua, make: 'Roku', model: '3820X', os: 'Roku OS', osv, w: 1920, h: 1080, pxratio: 1 }
}

function tizenTelevision(prng: Prng): Device {
  const osv = prng.pick(['6.0', '6.5', '7.0', '8.0'])
  const ua = `Mozilla/5.0 (SMART-TV; LINUX; Tizen ${osv}) ${WEBKIT} 94.0.4606.31/${osv} TV Safari/537.36`
  return { kind: 'tv', ua, make: 'Samsung', model: 'QN65Q60', os: 'Tizen', osv, w: 3840, h: 2160, pxratio: 2 }
}

function androidTelevision(prng: Prng): Device {
  const osv = between(prng, [9, 12])
  const ua = `Dalvik/2.1.0 (Linux; U; Android ${osv}; BRAVIA 4K VH2 Build/PTT1.190515.001.S${between(prng, [38, 99])})`
  return {
    kind: 'tv',
    ua,
    make: 'Sony',
    model: 'BRAVIA 4K VH2',
    os: 'Android',
    osv: `${osv}`,
    w: 3840,
    h: 2160,
    pxratio: 2,
  }
}

function hints(prng: Prng, seen: { brand: string; version: number; platform: string }): object | undefined {
  if (!chance(prng, 0.6)) return undefined
  const version = [`${seen.version}`, '0', `${between(prng, [6000, 6999])}`, `${between(prng, [10, 220])}`]
  return {
    browsers: [
      { brand: seen.brand, version },
      { brand: 'Not A(Brand', version: ['24', '0', '0', '0'] },
      { brand: 'Chromium', version },
    ],
    platform: { brand: seen.platform },
    mobile: seen.platform === 'Android' ? 1 : 0,
    source: 2,
  }
}
