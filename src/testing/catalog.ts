/** A catalog of one banner campaign: 300x250, four dollars a thousand, everywhere. */
import type { Catalog } from '../catalog/schema.ts'

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
