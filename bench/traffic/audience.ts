/**
 * The audience of a made request: device, user and regulations (OpenRTB 2.6 sections 3.2.18 to 3.2.20 and 3.2.3).
 * Identifiers are drawn; the consent of `scene` stands wherever the request's version puts it.
 */
import type { Prng } from '../../src/base/prng.ts'
import { gppOfTcf, gppUsNational, usPrivacy } from './consent.ts'
import { DEVICE_TYPE } from './devices.ts'
import { between, chance, hex, logNormal, round, uuid } from './draw.ts'
import type { Scene } from './scene.ts'

export function makeDevice(scene: Scene): object {
  const { prng, device, country, region, language, app, detail } = scene
  const { kind, sua, ...shown } = device
  const isLimited = chance(prng, app ? 0.22 : 0.1)
  const isCellular = (kind === 'phone' || kind === 'tablet') && chance(prng, 0.4)
  return {
    ...shown,
    devicetype: DEVICE_TYPE[kind],
    ...addressOf(prng),
    geo: {
      type: 2,
      lat: round(region.lat + 0.2 * (prng.unit() - 0.5), 4),
      lon: round(region.lon + 0.2 * (prng.unit() - 0.5), 4),
      country: country.code,
      region: region.code,
      ...(detail > 0.3
        ? { city: region.city, zip: region.zip, metro: region.metro, utcoffset: country.utcOffsetMinutes }
        : {}),
    },
    language,
    js: kind === 'tv' ? 0 : 1,
    dnt: isLimited ? 1 : 0,
    lmt: isLimited ? 1 : 0,
    connectiontype: isCellular
      ? prng.pick([5, 6, 6, 7])
      : kind === 'desktop' || kind === 'tv'
        ? prng.pick([1, 2])
        : 2,
    ...(isCellular ? { carrier: prng.pick(country.carriers) } : {}),
    // A limited device shows zeros, as the platforms do; a browser shows no identifier at all.
    ...(app ? { ifa: isLimited ? '00000000-0000-0000-0000-000000000000' : uuid(prng) } : {}),
    ...(scene.is26 && detail > 0.4 && sua ? { sua } : {}),
    ...(app && device.os === 'iOS' ? { ext: { atts: isLimited ? 2 : 3 } } : {}),
  }
}

/** IPv4 of 198.18.0.0/15, which RFC 2544 keeps for benchmarks, or IPv6 of 2001:db8::/32, kept for documents. */
function addressOf(prng: Prng): { ip: string } | { ipv6: string } {
  if (chance(prng, 0.8)) return { ip: `198.${18 + prng.below(2)}.${prng.below(256)}.${1 + prng.below(254)}` }
  const groups = Array.from({ length: 6 }, () => hex(prng, 4).replace(/^0+(?=.)/, ''))
  return { ipv6: `2001:db8:${groups.join(':')}` }
}

const EID_SOURCES = [
  'id.harborline.example',
  'uid.openmeadow.example',
  'graph.kestrel.example',
  'pair.lanternid.example',
] as const
const SEGMENT_PROVIDERS = ['Harborline Audiences', 'Meadow Data', 'Kestrel Insights'] as const

export function makeUser(scene: Scene): object {
  const { prng, is26, consent, detail } = scene
  const isKnown = chance(prng, 0.35 + 0.5 * detail)
  const eids = chance(prng, detail * (scene.site ? 1 : 0.45)) ? makeEids(scene) : undefined
  return {
    ...(isKnown ? { id: hex(prng, 24), buyeruid: `pg-${hex(prng, 20)}` } : {}),
    ...(chance(prng, 0.9 * detail) ? { data: makeSegments(scene) } : {}),
    ...(is26 ? { consent, eids } : consent || eids ? { ext: { consent, eids } } : {}),
  }
}

function makeEids({ prng, detail }: Scene): object[] {
  return Array.from({ length: 1 + Math.floor(detail * prng.unit() * EID_SOURCES.length) }, (_, index) => ({
    source: EID_SOURCES[index],
    uids: [
      {
        id: Buffer.from(hex(prng, between(prng, [24, 48]))).toString('base64url'),
        atype: prng.pick([1, 1, 3]),
      },
    ],
  }))
}

function makeSegments({ prng, detail }: Scene): object[] {
  return Array.from({ length: detail > 0.5 ? between(prng, [1, 3]) : 1 }, (_, index) => ({
    id: `${index + 1}`,
    name: SEGMENT_PROVIDERS[index],
    segment: Array.from(
      { length: Math.round(logNormal(prng, { median: 2 + 16 * detail, sigma: 0.5, bounds: [1, 40] })) },
      () => ({
        id: `${between(prng, [100, 1899])}`,
      }),
    ),
    ext: { segtax: 4 },
  }))
}

export function makeRegs(scene: Scene): object {
  const { prng, country, is26, consent } = scene
  const coppa = chance(prng, 0.01) ? 1 : 0
  const isUsa = country.code === 'USA'
  const signals = {
    ...(country.isGdpr ? { gdpr: 1 } : chance(prng, 0.5) ? { gdpr: 0 } : {}),
    ...(isUsa && chance(prng, 0.75) ? { us_privacy: usPrivacy(prng) } : {}),
    ...(isUsa && chance(prng, 0.45) ? gppUsNational(prng) : {}),
    ...(consent && chance(prng, 0.12) ? gppOfTcf(consent) : {}),
  }
  return is26 ? { coppa, ...signals } : { coppa, ext: signals }
}
