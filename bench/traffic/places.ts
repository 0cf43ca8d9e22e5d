/**
 * The twelve countries the made traffic comes from, with the share of each: the United States are about half.
 * Coordinates are those of well-known towns, to two decimals.
 */
import { type Lot, lotOf } from './draw.ts'

export type Region = {
  /** Second half of the ISO 3166-2 code. */
  readonly code: string
  readonly city: string
  readonly zip: string
  readonly lat: number
  readonly lon: number
  /** Nielsen market, in the United States only. */
  readonly metro?: string
}

export type Country = {
  /** ISO 3166-1 alpha-3. */
  readonly code: string
  readonly share: number
  readonly languages: Lot<string>
  readonly utcOffsetMinutes: number
  /** Whether the GDPR, or the United Kingdom's copy of it, applies. */
  readonly isGdpr: boolean
  readonly carriers: readonly string[]
  readonly regions: readonly Region[]
}

type Row = readonly [code: string, city: string, zip: string, lat: number, lon: number, metro?: string]

export const countries: readonly Country[] = [
  place({
    code: 'USA',
    share: 50,
    languages: { en: 88, es: 12 },
    utcOffsetMinutes: -300,
    isGdpr: false,
    carriers: ['Northline Wireless', 'Bluebell Mobile', 'Prairie Cell'],
    regions: [
      ['CA', 'Los Angeles', '90012', 34.05, -118.24, '803'],
      ['TX', 'Houston', '77002', 29.76, -95.37, '618'],
      ['FL', 'Miami', '33130', 25.77, -80.19, '528'],
      ['NY', 'New York', '10007', 40.71, -74.01, '501'],
      ['PA', 'Philadelphia', '19107', 39.95, -75.17, '504'],
      ['IL', 'Chicago', '60602', 41.88, -87.63, '602'],
      ['OH', 'Columbus', '43215', 39.96, -83.0, '535'],
      ['GA', 'Atlanta', '30303', 33.75, -84.39, '524'],
      ['NC', 'Charlotte', '28202', 35.23, -80.84, '517'],
      ['WA', 'Seattle', '98104', 47.6, -122.33, '819'],
    ],
  }),
  place({
    code: 'GBR',
    share: 9,
    languages: { en: 100 },
    utcOffsetMinutes: 0,
    isGdpr: true,
    carriers: ['Kestrel Mobile', 'Isle Telecom'],
    regions: [
      ['ENG', 'London', 'EC1A', 51.51, -0.13],
      ['SCT', 'Glasgow', 'G2', 55.86, -4.25],
      ['WLS', 'Cardiff', 'CF10', 51.48, -3.18],
    ],
  }),
  place({
    code: 'CAN',
    share: 6,
    languages: { en: 78, fr: 22 },
    utcOffsetMinutes: -300,
    isGdpr: false,
    carriers: ['Maple Cellular', 'Lakeshore Mobile'],
    regions: [
      ['ON', 'Toronto', 'M5H', 43.65, -79.38],
      ['QC', 'Montreal', 'H2Y', 45.5, -73.57],
      ['BC', 'Vancouver', 'V6B', 49.28, -123.12],
    ],
  }),
  place({
    code: 'DEU',
    share: 6,
    languages: { de: 94, en: 6 },
    utcOffsetMinutes: 60,
    isGdpr: true,
    carriers: ['Rheinfunk', 'Havel Mobil'],
    regions: [
      ['NW', 'Köln', '50667', 50.94, 6.96],
      ['BY', 'München', '80331', 48.14, 11.58],
      ['BE', 'Berlin', '10178', 52.52, 13.41],
      ['HH', 'Hamburg', '20095', 53.55, 9.99],
    ],
  }),
  place({
    code: 'FRA',
    share: 5,
    languages: { fr: 97, en: 3 },
    utcOffsetMinutes: 60,
    isGdpr: true,
    carriers: ['Alizé Mobile', 'Rivage Télécom'],
    regions: [
      ['IDF', 'Paris', '75004', 48.86, 2.35],
      ['ARA', 'Lyon', '69002', 45.76, 4.84],
      ['PAC', 'Marseille', '13001', 43.3, 5.37],
    ],
  }),
  place({
    code: 'BRA',
    share: 5,
    languages: { pt: 100 },
    utcOffsetMinutes: -180,
    isGdpr: false,
    carriers: ['Ipê Celular', 'Maré Móvel'],
    regions: [
      ['SP', 'São Paulo', '01002', -23.55, -46.63],
      ['RJ', 'Rio de Janeiro', '20010', -22.91, -43.17],
      ['MG', 'Belo Horizonte', '30110', -19.92, -43.94],
    ],
  }),
  place({
    code: 'AUS',
    share: 4,
    languages: { en: 100 },
    utcOffsetMinutes: 600,
    isGdpr: false,
    carriers: ['Wattle Mobile', 'Reef Telecom'],
    regions: [
      ['NSW', 'Sydney', '2000', -33.87, 151.21],
      ['VIC', 'Melbourne', '3000', -37.81, 144.96],
      ['QLD', 'Brisbane', '4000', -27.47, 153.03],
    ],
  }),
  place({
    code: 'ITA',
    share: 4,
    languages: { it: 98, en: 2 },
    utcOffsetMinutes: 60,
    isGdpr: true,
    carriers: ['Onda Mobile', 'Ponte Telefonia'],
    regions: [
      ['25', 'Milano', '20121', 45.46, 9.19],
      ['62', 'Roma', '00184', 41.9, 12.5],
      ['72', 'Napoli', '80133', 40.85, 14.27],
    ],
  }),
  place({
    code: 'ESP',
    share: 3,
    languages: { es: 96, en: 4 },
    utcOffsetMinutes: 60,
    isGdpr: true,
    carriers: ['Brisa Móvil', 'Sierra Telecom'],
    regions: [
      ['MD', 'Madrid', '28013', 40.42, -3.7],
      ['CT', 'Barcelona', '08002', 41.39, 2.17],
      ['AN', 'Sevilla', '41001', 37.39, -5.98],
    ],
  }),
  place({
    code: 'JPN',
    share: 3,
    languages: { ja: 100 },
    utcOffsetMinutes: 540,
    isGdpr: false,
    carriers: ['Sakura Mobile', 'Umi Telecom'],
    regions: [
      ['13', 'Tokyo', '100-0001', 35.69, 139.69],
      ['27', 'Osaka', '530-0001', 34.69, 135.5],
    ],
  }),
  place({
    code: 'MEX',
    share: 3,
    languages: { es: 100 },
    utcOffsetMinutes: -360,
    isGdpr: false,
    carriers: ['Nopal Celular', 'Bahía Móvil'],
    regions: [
      ['CMX', 'Ciudad de México', '06000', 19.43, -99.13],
      ['JAL', 'Guadalajara', '44100', 20.67, -103.35],
      ['NLE', 'Monterrey', '64000', 25.67, -100.31],
    ],
  }),
  place({
    code: 'IND',
    share: 2,
    languages: { en: 62, hi: 38 },
    utcOffsetMinutes: 330,
    isGdpr: false,
    carriers: ['Monsoon Mobile', 'Banyan Telecom'],
    regions: [
      ['MH', 'Mumbai', '400001', 18.94, 72.84],
      ['KA', 'Bengaluru', '560001', 12.97, 77.59],
      ['DL', 'New Delhi', '110001', 28.63, 77.22],
    ],
  }),
]

export const countryLot = lotOf(countries.map((country) => [country, country.share] as const))

type PlaceTable = Omit<Country, 'languages' | 'regions'> & {
  languages: Record<string, number>
  regions: Row[]
}

function place(table: PlaceTable): Country {
  const regions = table.regions.map(([code, city, zip, lat, lon, metro]) => ({
    code,
    city,
    zip,
    lat,
    lon,
    metro,
  }))
  return { ...table, languages: lotOf(Object.entries(table.languages)), regions }
}
