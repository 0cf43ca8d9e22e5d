/** Small catalogs: one banner campaign, and one with every kind of creative. */
import type { Catalog } from '../catalog/schema.ts'

/** 300x250, four dollars a thousand, everywhere. */
export const oneBannerCatalog: Catalog = {
  advertisers: [{ id: 'shop', name: 'The Shop', domain: 'shop.example' }],
  creatives: [
    {
      id: 'shop-300',
      advertiser: 'shop',
      format: 'banner',
      width: 300,
      height: 250,
      image: 'https://cdn.shop.example/300.jpg',
      landing: 'https://shop.example/',
      alt: 'Sale',
      categories: ['IAB22'],
    },
  ],
  campaigns: [
    {
      id: 'shop-flat',
      advertiser: 'shop',
      name: 'Shop',
      status: 'active',
      goal: { type: 'cpm', value: 4 },
      maxCpm: 4,
      creatives: ['shop-300'],
      targeting: {},
    },
  ],
}

const film = {
  advertiser: 'bank',
  landing: 'https://bank.example/',
  categories: ['IAB13'],
  title: 'Save',
  durationS: 15,
} as const

/** A campaign of each of two advertisers; the banner is registered at Xandr. */
export const everyFormatCatalog: Catalog = {
  advertisers: [
    ...oneBannerCatalog.advertisers,
    { id: 'bank', name: 'The Bank', domain: 'bank.example', payer: 'The Agency' },
  ],
  creatives: [
    { ...oneBannerCatalog.creatives[0], registrations: { xandr: '4711' } },
    {
      id: 'shop-native',
      advertiser: 'shop',
      format: 'native',
      landing: 'https://shop.example/',
      categories: ['IAB22'],
      titles: ['Sale'],
      images: [
        {
          kind: 'main',
          url: 'https://cdn.shop.example/main.jpg',
          mime: 'image/jpeg',
          width: 600,
          height: 400,
        },
      ],
      data: { sponsored: 'The Shop' },
    },
    {
      ...film,
      id: 'bank-film',
      format: 'video',
      categories: [...film.categories],
      media: [
        {
          url: 'https://cdn.bank.example/a.mp4',
          mime: 'video/mp4',
          width: 640,
          height: 360,
          bitrateKbps: 800,
        },
      ],
    },
    {
      ...film,
      id: 'bank-tag',
      format: 'video',
      categories: [...film.categories],
      tag: 'https://ads.bank.example/vast?id=1',
      mimes: ['video/mp4'],
    },
    {
      ...film,
      id: 'bank-radio',
      format: 'audio',
      categories: [...film.categories],
      media: [{ url: 'https://cdn.bank.example/a.mp3', mime: 'audio/mpeg', bitrateKbps: 128 }],
    },
  ],
  campaigns: [
    { ...oneBannerCatalog.campaigns[0], creatives: ['shop-300', 'shop-native'] },
    {
      ...oneBannerCatalog.campaigns[0],
      id: 'bank-clicks',
      advertiser: 'bank',
      goal: { type: 'cpc', value: 0.5 },
      maxCpm: 20,
      creatives: ['bank-film', 'bank-tag', 'bank-radio'],
    },
  ],
}
