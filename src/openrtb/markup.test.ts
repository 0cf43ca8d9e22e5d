// A banner is read back by a parser: what was put in must come out, whatever it looks like, and nothing else.
import fc from 'fast-check'
import t from 'tap'
import { written } from '../testing/written.ts'
import { escapeMarkup } from './escape.ts'
import { BANNER_TEMPLATE, type BannerMarkup, bannerTexts } from './markup.ts'
import { fill, HOLE, HOLE_COUNT } from './template.ts'
import { parseXml, type XmlElement } from './xml.ts'
import '../testing/seed.ts'

const CLICK_URL = 'https://ads.example/notice/click?t=c.1&p=0'
const VIEW_URL = 'https://ads.example/notice/view?t=v.2&p=0'
const BANNER: BannerMarkup = { width: 300, height: 250, image: 'https://cdn.shop.example/a.jpg', alt: 'Sale' }

/** Texts that would end, open or spoil something if they were not escaped. */
const HOSTILE = [
  '"><script>alert(1)</script>',
  "' onload='alert(1)",
  '</a><a href="https://elsewhere.example/">',
  '<!--',
  '&amp;&lt;&#39;',
  '& &nbsp; &',
  `\${AUCTION_PRICE}`,
  '\\" \\u0022 \\',
  'tab\tand\nline',
  'größe 日本 😀',
  '\u2028\u2029\u00a0',
]

t.test('a banner is a link around an image, and a pixel behind it', async (t) => {
  t.equal(
    markupOf(BANNER),
    [
      '<a href="https://ads.example/notice/click?t=c.1&amp;p=0" target="_blank" rel="noopener">',
      '<img src="https://cdn.shop.example/a.jpg" width="300" height="250" alt="Sale" style="border:0;display:block"></a>',
      '<img src="https://ads.example/notice/view?t=v.2&amp;p=0" width="1" height="1" alt="" style="display:none">',
    ].join(''),
  )
})

t.test('all that a banner loads and leads to is https', async (t) => {
  t.notMatch(markupOf(BANNER), /http:|http%3a/i)
  t.match(markupOf(BANNER), /https:/)
})

t.test('a banner keeps hostile texts inside their attributes', async (t) => {
  for (const text of HOSTILE) {
    const { link, image, pixel } = readBanner({ ...BANNER, image: text, alt: text })
    t.strictSame(Object.fromEntries(link.attributes), { href: CLICK_URL, target: '_blank', rel: 'noopener' })
    t.strictSame(Object.fromEntries(image.attributes), {
      src: text,
      width: '300',
      height: '250',
      alt: text,
      style: 'border:0;display:block',
    })
    t.equal(pixel.attributes.get('src'), VIEW_URL)
  }
})

t.test('any texts at all stay in their attributes', async (t) => {
  const any = fc.string({ unit: fc.constantFrom(...'"\'<>&= a/\\\u2028é😀'), maxLength: 12 })
  fc.assert(
    fc.property(any, any, (src, alt) => {
      const { image } = readBanner({ ...BANNER, image: src, alt })
      t.strictSame([image.attributes.get('src'), image.attributes.get('alt')], [src, alt])
    }),
  )
})

/** As a browser gets it, when the response has been parsed. */
function markupOf(banner: BannerMarkup): string {
  const frames = Array.from({ length: HOLE_COUNT }, () => ({
    before: 'a hole that banners have not',
    after: '',
  }))
  frames[HOLE.clickUrlInHtml] = { before: escapeMarkup(CLICK_URL), after: '' }
  frames[HOLE.viewUrlInHtml] = { before: escapeMarkup(VIEW_URL), after: '' }
  const filling = { frames, token: '', servingId: 'not in a banner' }
  const text = written((out) => fill(out, BANNER_TEMPLATE, bannerTexts(banner), filling))
  return JSON.parse(`"${text}"`) as string
}

/** HTML leaves images open; closed and in one root, the banner is XML. */
function readBanner(banner: BannerMarkup): { link: XmlElement; image: XmlElement; pixel: XmlElement } {
  const closed = markupOf(banner).replace('display:block">', 'display:block"/>').replace(/">$/, '"/>')
  const result = parseXml(`<body>${closed}</body>`)
  if ('fault' in result) throw new Error(`${result.fault}: ${closed}`)
  const [link, pixel, ...more] = result.root.children
  if (link.children.length !== 1 || more.length > 0) throw new Error(`more than a banner: ${closed}`)
  return { link, image: link.children[0], pixel }
}
