// Markup is read back by a parser: what was put in must come out, whatever it looks like, and nothing else.
import fc from 'fast-check'
import t from 'tap'
import { type BannerMarkup, bannerMarkup, escapeMarkup, type VideoMarkup, vastMarkup } from './markup.ts'
import { descendants, parseXml, type XmlElement } from './xml.ts'
import '../testing/seed.ts'

/** Texts that would end, open or spoil something if they were not escaped. */
const HOSTILE = [
  '"><script>alert(1)</script>',
  "' onload='alert(1)",
  '</a></Ad></VAST>',
  '<![CDATA[',
  ']]>',
  ']]]]>>',
  '<!--',
  '-->',
  '<?xml?>',
  '&amp;&lt;&#39;',
  '& &nbsp; &',
  `\${AUCTION_PRICE}`,
  '\\" \\u0022 \\',
  'tab\tand\nline',
  'größe 日本 😀',
  '\u2028\u2029\u00a0',
]
/** Characters that no XML document may hold, with what remains without them. */
const FORBIDDEN: [text: string, without: string][] = [
  ['a\0b', 'ab'],
  ['\x01\x08\x0b\x0c\x0e\x1f', ''],
  ['a\ud800b', 'ab'],
  ['\udc00\ud800', ''],
  ['\ufffe\uffff', ''],
  ['\x7f\x85', '\x7f\x85'],
]

t.test('a banner is a link around an image', async (t) => {
  t.equal(
    bannerMarkup({
      width: 300,
      height: 250,
      image: 'https://cdn.shop.example/a.jpg',
      landing: 'https://shop.example/?a=1&b=2',
      alt: 'Sale',
    }),
    '<a href="https://shop.example/?a=1&amp;b=2" target="_blank" rel="noopener"><img src="https://cdn.shop.example/a.jpg" width="300" height="250" alt="Sale" style="border:0;display:block"></a>',
  )
})

t.test('a banner keeps hostile texts inside their attributes', async (t) => {
  for (const text of HOSTILE) {
    const { link, image } = readBanner({ width: 1, height: 2, image: text, landing: text, alt: text })
    t.equal(link.attributes.get('href'), text)
    t.equal(image.attributes.get('src'), text)
    t.equal(image.attributes.get('alt'), text)
    t.strictSame([...link.attributes.keys()], ['href', 'target', 'rel'])
    t.strictSame([...image.attributes.keys()], ['src', 'width', 'height', 'alt', 'style'])
  }
})

t.test('a VAST document says what the film is', async (t) => {
  const root = readVast(film({}), 3, '3.0')
  t.equal(root.attributes.get('version'), '3.0')
  const media = film({}).media[0]
  const [file, ...others] = descendants(root, 'MediaFile')
  t.strictSame(Object.fromEntries(file.attributes), {
    delivery: 'progressive',
    type: media.mime,
    width: '1280',
    height: '720',
    bitrate: '1500',
  })
  t.equal(file.text, media.url)
  t.equal(others.length, 1)
  t.strictSame(
    ['Ad', 'InLine', 'AdTitle', 'Impression', 'Linear', 'Duration', 'ClickThrough'].map((name) =>
      descendants(root, name).map(({ text }) => text),
    ),
    [[''], [''], ['Save'], ['about:blank'], [''], ['00:00:15'], ['https://bank.example/']],
  )
  t.equal(descendants(root, 'Ad')[0].attributes.get('id'), 'film-1')
})

t.test('VAST 4 has a universal ad id, VAST 3 and older have not, and all else is the same', async (t) => {
  const three = vastMarkup(film({ id: 'a&b' }), 3)
  const four = vastMarkup(film({ id: 'a&b' }), 4)
  t.strictSame(descendants(readVast(film({}), 3, '2.0'), 'UniversalAdId'), [])
  const [universalId, ...others] = descendants(readVast(film({ id: 'a&b' }), 4, '4.0'), 'UniversalAdId')
  t.equal(universalId.text, 'a&b')
  t.strictSame(Object.fromEntries(universalId.attributes), { idRegistry: 'unknown', idValue: 'a&b' })
  t.equal(others.length, 0)
  t.strictSame({ ...four, rest: four.rest.replace(/<UniversalAdId.*<\/UniversalAdId>/, '') }, three)
})

t.test('an ad of VAST 4.1 begins behind the opening, inside the inline ad', async (t) => {
  const { before, opening, rest } = vastMarkup(film({}), 4)
  const result = parseXml(`${before}4.1${opening}<AdServingId>s</AdServingId>${rest}`)
  if ('fault' in result) throw new Error(result.fault)
  const [inline] = descendants(result.root, 'InLine')
  t.strictSame(
    inline.children.map(({ name }) => name),
    ['AdSystem', 'AdServingId', 'AdTitle', 'Impression', 'Creatives'],
  )
})

t.test('a length is written as hours, minutes and seconds', async (t) => {
  const table: [seconds: number, text: string][] = [
    [1, '00:00:01'],
    [15, '00:00:15'],
    [59, '00:00:59'],
    [60, '00:01:00'],
    [61, '00:01:01'],
    [90, '00:01:30'],
    [3599, '00:59:59'],
    [3600, '01:00:00'],
    [3661, '01:01:01'],
    [86399, '23:59:59'],
  ]
  for (const [durationS, text] of table) {
    t.equal(descendants(readVast(film({ durationS }), 3, '3.0'), 'Duration')[0].text, text)
  }
})

t.test('a VAST document keeps hostile texts in their places', async (t) => {
  for (const text of HOSTILE) {
    const hostile = film({
      id: text,
      title: text,
      landing: text,
      media: [{ ...film({}).media[0], url: text, mime: text }],
    })
    for (const major of [3, 4] as const) {
      const root = readVast(hostile, major, `${major}.0`)
      t.equal(descendants(root, 'Ad')[0].attributes.get('id'), text)
      t.equal(descendants(root, 'AdTitle')[0].text, text)
      t.equal(descendants(root, 'ClickThrough')[0].text, text)
      const files = descendants(root, 'MediaFile')
      t.strictSame(
        files.map((file) => [file.text, file.attributes.get('type')]),
        [[text, text]],
      )
    }
  }
})

t.test('escaped text may stand between tags and in quotes of either kind', async (t) => {
  t.equal(escapeMarkup(`<a b="c" d='e'>&`), '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;')
})

t.test('characters that XML forbids are left out, so that the document stays one', async (t) => {
  for (const [text, without] of FORBIDDEN) {
    t.equal(escapeMarkup(text), without)
    const root = readVast(film({ title: text, landing: text }), 3, '3.0')
    t.equal(descendants(root, 'AdTitle')[0].text, without)
    t.equal(descendants(root, 'ClickThrough')[0].text, without)
  }
})

t.test('any texts at all give a well-formed document with those texts', async (t) => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...']]>&<"\'!-[CDATA'), maxLength: 12 }),
  )
  fc.assert(
    fc.property(any, any, any, (title, landing, url) => {
      const root = readVast(film({ title, landing, media: [{ ...film({}).media[0], url }] }), 4, '4.0')
      t.equal(descendants(root, 'AdTitle')[0].text, legal(title))
      t.equal(descendants(root, 'ClickThrough')[0].text, legal(landing))
      t.equal(descendants(root, 'MediaFile')[0].text, legal(url))
      const { image } = readBanner({ width: 1, height: 1, image: url, landing, alt: title })
      t.equal(image.attributes.get('alt'), legal(title))
    }),
    { numRuns: 500 },
  )
})

function film(changes: Partial<VideoMarkup>): VideoMarkup {
  const file = { url: 'https://cdn.bank.example/15.mp4', mime: 'video/mp4' }
  return {
    id: 'film-1',
    title: 'Save',
    durationS: 15,
    landing: 'https://bank.example/',
    media: [
      { ...file, width: 1280, height: 720, bitrateKbps: 1500 },
      {
        url: 'https://cdn.bank.example/15.webm',
        mime: 'video/webm',
        width: 640,
        height: 360,
        bitrateKbps: 600,
      },
    ],
    ...changes,
  }
}

function readVast(video: VideoMarkup, major: 3 | 4, version: string): XmlElement {
  const { before, opening, rest } = vastMarkup(video, major)
  const result = parseXml(before + version + opening + rest)
  if ('fault' in result) throw new Error(`${result.fault}: ${before + version + opening + rest}`)
  return result.root
}

/** HTML leaves the image open; closed, the banner is XML. */
function readBanner(banner: BannerMarkup): { link: XmlElement; image: XmlElement } {
  const result = parseXml(bannerMarkup(banner).replace(/><\/a>$/, '/></a>'))
  if ('fault' in result) throw new Error(`${result.fault}: ${bannerMarkup(banner)}`)
  return { link: result.root, image: result.root.children[0] }
}

/** A text without what XML forbids, character by character. */
function legal(text: string): string {
  return Array.from(text)
    .filter((character) => {
      const code = character.codePointAt(0)!
      if (code < 0x20) return code === 9 || code === 10 || code === 13
      return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff
    })
    .join('')
}
