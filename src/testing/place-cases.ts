/**
 * Sites, apps, devices and what law says of them, and what any reader of requests must say.
 */
import { type Expected, IMP, type RequestCase, withImp } from './request-case.ts'

const withSite = (site: unknown) => ({ ...withImp({}), site })
const withDevice = (device: unknown) => ({ ...withImp({}), device })
const withRegs = (regs: unknown) => ({ ...withImp({}), regs })
const said = (dsa: Partial<Expected['dsa']>): Expected => ({ dsa })

export const PLACE_CASES: RequestCase[] = [
  // Places.
  [
    'site and app both',
    { id: 'a', site: { domain: 's' }, app: { bundle: 'b' }, imp: [IMP] },
    { inventory: 'app', texts: { bundle: 'b', domain: '' } },
  ],
  [
    'an empty app',
    { id: 'a', site: { domain: 's' }, app: {}, imp: [IMP] },
    { inventory: 'app', texts: { domain: '' } },
  ],
  ['a screen', { id: 'a', dooh: {}, imp: [IMP] }, { inventory: 'dooh' }],
  [
    'a bundle that is a number',
    { id: 'a', app: { bundle: 886445756 }, imp: [IMP] },
    { texts: { bundle: '886445756' } },
  ],
  ['a domain with www', withSite({ domain: 'WWW.a.example' }), { texts: { domain: 'a.example' } }],
  ['a domain that is www alone', withSite({ domain: 'www.' }), { texts: { domain: 'www.' } }],
  [
    'a domain that starts like www',
    withSite({ domain: 'wwwa.example' }),
    { texts: { domain: 'wwwa.example' } },
  ],
  [
    'an app domain with www',
    { id: 'a', app: { domain: 'www.a' }, imp: [IMP] },
    { texts: { domain: 'www.a' } },
  ],
  ['a domain before a page', withSite({ domain: 'a', page: 'https://b' }), { texts: { domain: 'a' } }],
  [
    'an empty domain and a page',
    withSite({ domain: '', page: 'https://b.example/c' }),
    { texts: { domain: 'b.example' } },
  ],
  ...(
    [
      ['https://www.a.example/b?c=d', 'a.example'],
      ['http://a.example:8080/', 'a.example'],
      ['http://a.example?b', 'a.example'],
      ['https://a.example#b', 'a.example'],
      ['//a.example/b', 'a.example'],
      ['a.example', 'a.example'],
      ['a.example/b', 'a.example'],
      ['a.b//c', 'a.b'],
      ['abcde://a', 'a'],
      ['abcdef://a', 'abcdef'],
      ['a.example/?u=https://b', 'a.example'],
      ['https://', ''],
      ['', ''],
      ['https://ü.example/', 'ü.example'],
    ] as const
  ).map(([page, domain]): RequestCase => [`the page ${page}`, withSite({ page }), { texts: { domain } }]),
  [
    'a page with escaped slashes',
    '{"id":"a","site":{"page":"https:\\/\\/www.a.example\\/b"},"imp":[{"id":"1"}]}',
    { texts: { domain: 'a.example' } },
  ],
  [
    'a page that ends in its first slash, escaped',
    '{"id":"a","site":{"page":"x:\\/"},"imp":[{"id":"1"}]}',
    { texts: { domain: 'x' } },
  ],
  ['a page that is no text', withSite({ page: 7 }), { texts: { domain: '' } }],
  [
    'texts with escapes',
    '{"id":"a","device":{"os":"\\u0069OS","geo":{"country":"US\\u0041"}},"imp":[{"id":"1","tagid":"a\\/b","bidfloorcur":"\\u0055SD"}]}',
    { texts: { os: 'iOS', country: 'USA' }, imp: { tag: 'a/b', floorCurrency: 'USD' } },
  ],
  [
    'a country of the user alone',
    { id: 'a', user: { geo: { country: 'USA' } }, imp: [IMP] },
    { texts: { country: '' } },
  ],

  // Devices.
  [
    'a device',
    withDevice({ devicetype: 4, connectiontype: 2, w: 390, h: '844', ua: 'Mozilla/5.0', ip: '192.0.2.7' }),
    {
      deviceType: 4,
      connectionType: 2,
      deviceWidth: 390,
      deviceHeight: 844,
      texts: { userAgent: 'Mozilla/5.0', address: '192.0.2.7' },
    },
  ],
  [
    'what kind of device it is',
    withDevice({ make: 'Apple', model: 'iPhone 15', carrier: 310, geo: { utcoffset: '-480' } }),
    { texts: { make: 'Apple', model: 'iPhone 15', carrier: '310' }, utcOffsetMin: -480 },
  ],
  [
    'the kind of device with escapes',
    '{"id":"a","device":{"model":"SM\\/A"},"imp":[{"id":"1"}]}',
    { texts: { model: 'SM/A' } },
  ],
  ['a screen of less than nothing', withDevice({ w: -1, h: -1 }), { deviceWidth: 0, deviceHeight: 0 }],
  [
    'an address of version 6 alone',
    withDevice({ ipv6: '2001:db8::7' }),
    { texts: { address: '2001:db8::7' } },
  ],
  [
    'addresses of both versions',
    withDevice({ ipv6: '2001:db8::7', ip: '192.0.2.7' }),
    { texts: { address: '192.0.2.7' } },
  ],
  [
    'an empty address beside one of version 6',
    withDevice({ ip: '', ipv6: '2001:db8::7' }),
    { texts: { address: '2001:db8::7' } },
  ],
  [
    'a repeated address, the last of them null',
    '{"id":"a","device":{"ip":"192.0.2.7","ip":null,"ipv6":"2001:db8::7"},"imp":[{"id":"1"}]}',
    { texts: { address: '2001:db8::7' } },
  ],
  // The Digital Services Act.
  [
    'a DSA object in regs',
    withRegs({ dsa: { dsarequired: 3, pubrender: 0 } }),
    said({ isThere: true, required: 3, publisherRender: 0 }),
  ],
  [
    'a DSA object in regs.ext',
    withRegs({ ext: { dsa: { dsarequired: '2', pubrender: '1' } } }),
    said({ isThere: true, required: 2, publisherRender: 1 }),
  ],
  ['the older name of the field', withRegs({ ext: { dsa: { required: 2 } } }), said({ required: 2 })],
  ['both names of the field', withRegs({ dsa: { dsarequired: 3, required: 0 } }), said({ required: 3 })],
  [
    'DSA objects in both places',
    withRegs({ dsa: { dsarequired: 3, pubrender: 2 }, ext: { dsa: { dsarequired: 1, pubrender: 0 } } }),
    said({ required: 3, publisherRender: 0 }),
  ],
  [
    'DSA objects in both places, the other stricter',
    withRegs({ ext: { dsa: { dsarequired: 3, pubrender: 2 } }, dsa: { dsarequired: 1, pubrender: 1 } }),
    said({ required: 3, publisherRender: 1 }),
  ],
  ['an empty DSA object', withRegs({ dsa: {} }), said({ isThere: true, required: 0, publisherRender: -1 })],
  ['a DSA object that is null', withRegs({ dsa: null, ext: { dsa: null } }), said({ isThere: false })],
  [
    'DSA fields that are none',
    withRegs({ dsa: { dsarequired: -1, pubrender: -7 } }),
    said({ isThere: true, required: 0, publisherRender: -1 }),
  ],
  [
    'a DSA object too deep',
    withRegs({ ext: { ext: { dsa: { dsarequired: 3 } } } }),
    said({ isThere: false }),
  ],
  [
    'a repeated DSA object',
    '{"id":"a","regs":{"dsa":{"dsarequired":3,"pubrender":0},"dsa":{"dsarequired":1}},"imp":[{"id":"1"}]}',
    said({ isThere: true, required: 1, publisherRender: -1 }),
  ],
  [
    'a repeated DSA object, the last of them null',
    '{"id":"a","regs":{"ext":{"dsa":{"required":3},"dsa":null}},"imp":[{"id":"1"}]}',
    said({ isThere: false, required: 0 }),
  ],
]
