// Documents are read back by a parser and held against the schemas that IAB Tech Lab publishes.
import fc from 'fast-check'
import t from 'tap'
import { written } from '../testing/written.ts'
import { VAST_VERSIONS, VAST_WRAPPER_VERSIONS } from './codes.ts'
import { type Filling, fill, HOLE, HOLE_COUNT } from './template.ts'
import {
  type Film,
  filmTexts,
  type InlineFilm,
  type MediaFile,
  vastTemplateOf,
  type WrapperFilm,
} from './vast.ts'
import { descendants, parseXml, type XmlElement } from './xml.ts'
import '../testing/seed.ts'

const PROTOCOLS = {
  inline: { 2: '2.0', 3: '3.0', 7: '4.0', 11: '4.1', 13: '4.2', 15: '4.3' },
  wrapper: { 5: '2.0', 6: '3.0', 8: '4.0', 12: '4.1', 14: '4.2', 16: '4.3' },
}
const INLINE = Object.keys(PROTOCOLS.inline).map(Number)
const WRAPPER = Object.keys(PROTOCOLS.wrapper).map(Number)
const VAST_41 = 11

const URLS = {
  view: 'https://ads.example/notice/view?t=v.1&p=0',
  click: 'https://ads.example/notice/click?t=c.2&p=0',
  error: 'https://ads.example/notice/error?t=e.3&code=[ERRORCODE]',
}
const FILE: MediaFile = {
  url: 'https://cdn.bank.example/15.mp4?a=1&b=2',
  mime: 'video/mp4',
  width: 1280,
  height: 720,
  bitrateKbps: 1500,
  delivery: 'progressive',
}
const VERIFICATION = {
  vendor: 'measure.example-omid',
  javascript: 'https://measure.example/omid.js',
  parameters: '{"key":"a&b"}',
}

/** Children in schema order, of what is written here: those of VAST 2 and 3, and those of VAST 4. */
const CHILDREN_3: Record<string, string[]> = {
  InLine: [
    ...['AdSystem', 'AdTitle', 'Description', 'Advertiser', 'Pricing', 'Survey', 'Error', 'Impression'],
    ...['Creatives', 'Extensions'],
  ],
  Wrapper: ['AdSystem', 'VASTAdTagURI', 'Error', 'Impression', 'Creatives', 'Extensions'],
  Creative: ['Linear'],
  Linear: ['Icons', 'Duration', 'TrackingEvents', 'AdParameters', 'VideoClicks', 'MediaFiles'],
  VideoClicks: ['ClickThrough', 'ClickTracking', 'CustomClick'],
  Verification: ['JavaScriptResource', 'TrackingEvents', 'VerificationParameters'],
}
const CHILDREN_4: Record<string, string[]> = {
  InLine: [
    ...['AdSystem', 'Error', 'Extensions', 'Impression', 'Pricing', 'ViewableImpression', 'AdServingId'],
    ...['AdTitle', 'AdVerifications', 'Advertiser', 'Category', 'Creatives', 'Description', 'Expires'],
  ],
  Wrapper: [
    ...['AdSystem', 'Error', 'Extensions', 'Impression', 'Pricing', 'ViewableImpression'],
    ...['AdVerifications', 'BlockedAdCategories', 'Creatives', 'VASTAdTagURI'],
  ],
  Creative: ['UniversalAdId', 'Linear'],
  Linear: ['Icons', 'TrackingEvents', 'AdParameters', 'Duration', 'MediaFiles', 'VideoClicks'],
  VideoClicks: ['ClickTracking', 'CustomClick', 'ClickThrough'],
  Verification: ['ExecutableResource', 'JavaScriptResource', 'TrackingEvents', 'VerificationParameters'],
}

const HOSTILE = [
  '"><script>alert(1)</script>',
  '</a></Ad></VAST>',
  '<![CDATA[',
  ']]>',
  ']]]]>>',
  '<!-- -->',
  '<?xml?>',
  '&amp;&lt;&#39;',
  `\${AUCTION_PRICE} [ERRORCODE]`,
  '\\" \\u0022 \\',
  'tab\tand\nline',
  'größe 日本 😀',
  '\u2028\u2029\u00a0',
]

t.test('a video of VAST 4.2 in full', async (t) => {
  t.equal(
    textOf(film({ skipAfterS: 5, verification: VERIFICATION }), 13),
    [
      '<VAST version="4.2"><Ad id="film-1"><InLine><AdSystem>Peregrine</AdSystem>',
      `<Error><![CDATA[${URLS.error}]]></Error><Impression><![CDATA[${URLS.view}]]></Impression>`,
      '<AdServingId>bid-7</AdServingId><AdTitle>Save &amp; smile</AdTitle>',
      '<AdVerifications><Verification vendor="measure.example-omid">',
      '<JavaScriptResource apiFramework="omid" browserOptional="true"><![CDATA[https://measure.example/omid.js]]></JavaScriptResource>',
      '<VerificationParameters><![CDATA[{"key":"a&b"}]]></VerificationParameters></Verification></AdVerifications>',
      '<Creatives><Creative id="film-1"><UniversalAdId idRegistry="unknown">film-1</UniversalAdId>',
      '<Linear skipoffset="00:00:05"><Duration>00:00:15</Duration><MediaFiles>',
      '<MediaFile delivery="progressive" type="video/mp4" width="1280" height="720" bitrate="1500">',
      '<![CDATA[https://cdn.bank.example/15.mp4?a=1&b=2]]></MediaFile></MediaFiles>',
      `<VideoClicks><ClickTracking><![CDATA[${URLS.click}]]></ClickTracking>`,
      '<ClickThrough><![CDATA[https://bank.example/]]></ClickThrough></VideoClicks>',
      '</Linear></Creative></Creatives></InLine></Ad></VAST>',
    ].join(''),
  )
})

t.test('a wrapper of VAST 3.0 in full', async (t) => {
  t.equal(
    textOf(wrapper({ skipAfterS: 5 }), 6),
    [
      '<VAST version="3.0"><Ad id="film-1"><Wrapper><AdSystem>Peregrine</AdSystem>',
      '<VASTAdTagURI><![CDATA[https://tags.example/vast?a=1&b=2]]></VASTAdTagURI>',
      `<Error><![CDATA[${URLS.error}]]></Error><Impression><![CDATA[${URLS.view}]]></Impression>`,
      `<Creatives><Creative><Linear><VideoClicks><ClickTracking><![CDATA[${URLS.click}]]></ClickTracking></VideoClicks>`,
      '</Linear></Creative></Creatives></Wrapper></Ad></VAST>',
    ].join(''),
  )
})

t.test('a protocol names its version', async (t) => {
  for (const [ad, protocol] of every({})) {
    const { version } = Object.fromEntries(read(ad, protocol).attributes)
    t.equal(version, versionOf(protocol))
  }
  t.strictSame([...VAST_VERSIONS.keys()], INLINE)
  t.strictSame([...VAST_WRAPPER_VERSIONS.keys()], WRAPPER)
})

t.test('a film is written for the protocols of its kind alone', async (t) => {
  for (const protocol of [...WRAPPER, 0, 1, 4, 9]) {
    t.throws(() => vastTemplateOf(filmTexts(film({})), protocol), `inline for ${protocol}`)
  }
  for (const protocol of [...INLINE, 0, 1, 4, 10]) {
    t.throws(() => vastTemplateOf(filmTexts(wrapper({})), protocol), `wrapper for ${protocol}`)
  }
})

t.test(
  'every protocol gives one ad of its version and kind, with all that its schema requires',
  async (t) => {
    for (const [ad, protocol] of every({})) {
      const root = read(ad, protocol)
      const version = versionOf(protocol)
      t.strictSame([root.name, Object.fromEntries(root.attributes)], ['VAST', { version }])
      const kind = 'tag' in ad ? 'Wrapper' : 'InLine'
      t.strictSame(
        root.children.map((child) => [child.name, ...child.children.map(({ name }) => name)]),
        [['Ad', kind]],
      )
      for (const name of requiredElements(kind, version)) {
        t.equal(descendants(root, name).length, 1, `${name} of ${protocol}`)
      }
    }
  },
)

t.test('every document has its elements in the order of its schema, and no others', async (t) => {
  for (const changes of [{}, { skipAfterS: 5, verification: VERIFICATION }]) {
    for (const [ad, protocol] of every(changes)) {
      const order = versionOf(protocol) < '4' ? CHILDREN_3 : CHILDREN_4
      for (const [name, children] of Object.entries(order)) {
        for (const element of descendants(read(ad, protocol), name)) {
          const places = element.children.map((child) => children.indexOf(child.name))
          t.notOk(places.includes(-1), `${name} of ${protocol} holds what its schema names`)
          t.strictSame(
            places,
            [...new Set(places)].sort((a, b) => a - b),
            `${name} of ${protocol} is in order`,
          )
        }
      }
    }
  }
})

t.test('every document reports the view, the error and the click, each once', async (t) => {
  for (const [ad, protocol] of every({ verification: VERIFICATION })) {
    const root = read(ad, protocol)
    t.strictSame(
      ['Impression', 'Error', 'ClickTracking'].map((name) => texts(root, name)),
      [[URLS.view], [URLS.error], [URLS.click]],
      `${protocol}`,
    )
    const isInline = INLINE.includes(protocol)
    t.strictSame(texts(root, 'ClickThrough'), isInline ? ['https://bank.example/'] : [])
    t.strictSame(texts(root, 'VASTAdTagURI'), isInline ? [] : ['https://tags.example/vast?a=1&b=2'])
    t.strictSame(texts(root, 'AdTitle'), isInline ? ['Save & smile'] : [])
    t.equal(descendants(root, 'Ad')[0].attributes.get('id'), 'film-1')
  }
})

t.test('a landing page gets the click id wherever it asks for it', async (t) => {
  const landing = 'https://bank.example/?click={click_id}&again={click_id}'
  for (const protocol of INLINE) {
    const text = filled(film({ landing }), protocol, { ...fillingWith(), token: 'T' })
    t.match(text, /<ClickThrough><!\[CDATA\[https:..bank\.example.\?click=T&again=T\]\]>/, `${protocol}`)
  }
})

t.test('VAST 4 has a universal ad id: twice in 4.0, once from 4.1 on', async (t) => {
  const idOf = (protocol: number) =>
    descendants(read(film({ id: 'a&b' }), protocol), 'UniversalAdId').map(({ text, attributes }) => [
      text,
      Object.fromEntries(attributes),
    ])
  for (const protocol of [2, 3]) t.strictSame(idOf(protocol), [])
  t.strictSame(idOf(7), [['a&b', { idRegistry: 'unknown', idValue: 'a&b' }]])
  for (const protocol of [11, 13, 15]) t.strictSame(idOf(protocol), [['a&b', { idRegistry: 'unknown' }]])
})

t.test('the serving id stands in inline ads from VAST 4.1 on', async (t) => {
  for (const [ad, protocol] of every({})) {
    const isThere = INLINE.includes(protocol) && protocol >= VAST_41
    t.strictSame(texts(read(ad, protocol), 'AdServingId'), isThere ? ['bid-7'] : [], `${protocol}`)
  }
})

t.test('an ad says when it may be skipped, from VAST 3 on, if it may be', async (t) => {
  const offset = (changes: Partial<InlineFilm>, protocol: number) =>
    descendants(read(film(changes), protocol), 'Linear')[0].attributes.get('skipoffset')
  for (const protocol of INLINE) {
    t.equal(offset({}, protocol), undefined)
    t.equal(offset({ skipAfterS: 5 }, protocol), protocol === 2 ? undefined : '00:00:05')
    t.equal(offset({ skipAfterS: 0 }, protocol), protocol === 2 ? undefined : '00:00:00')
  }
})

t.test(
  'a measuring script stands among verifications from VAST 4.1 on, in an extension before',
  async (t) => {
    for (const [ad, protocol] of every({ verification: VERIFICATION })) {
      const root = read(ad, protocol)
      const isNamed = Number(versionOf(protocol)) >= 4.1
      const [holder] = descendants(root, isNamed ? 'Ad' : 'Extension')
      if (!isNamed) t.strictSame(Object.fromEntries(holder.attributes), { type: 'AdVerifications' })
      const inside = isNamed ? holder.children[0].children : holder.children
      t.ok(
        inside.some(({ name }) => name === 'AdVerifications'),
        `${protocol}`,
      )
      t.equal(descendants(root, 'Extensions').length, isNamed ? 0 : 1)
      t.equal(descendants(root, 'AdVerifications').length, 1)
      t.equal(descendants(root, 'Verification')[0].attributes.get('vendor'), VERIFICATION.vendor)
      const [script] = descendants(root, 'JavaScriptResource')
      t.equal(script.text, VERIFICATION.javascript)
      t.strictSame(Object.fromEntries(script.attributes), { apiFramework: 'omid', browserOptional: 'true' })
      t.strictSame(texts(root, 'VerificationParameters'), [VERIFICATION.parameters])
    }
    const { parameters: _, ...bare } = VERIFICATION
    t.strictSame(texts(read(film({ verification: bare }), 13), 'VerificationParameters'), [])
  },
)

t.test('media files carry what a player chooses by', async (t) => {
  const stream: MediaFile = {
    url: 'https://cdn.bank.example/15.m3u8',
    mime: 'application/x-mpegURL',
    bitrateKbps: 600,
    delivery: 'streaming',
  }
  const files = descendants(read(film({ media: [FILE, stream] }), 3), 'MediaFile')
  t.strictSame(
    files.map(({ attributes, text }) => ({ ...Object.fromEntries(attributes), text })),
    [
      {
        delivery: 'progressive',
        type: 'video/mp4',
        width: '1280',
        height: '720',
        bitrate: '1500',
        text: FILE.url,
      },
      {
        delivery: 'streaming',
        type: 'application/x-mpegURL',
        width: '0',
        height: '0',
        bitrate: '600',
        text: stream.url,
      },
    ],
  )
})

t.test('audio has no size in any version, and says what it is from VAST 4.1 on', async (t) => {
  const media = [{ ...FILE, url: 'https://cdn.bank.example/15.mp3', mime: 'audio/mpeg' }]
  for (const [ad, protocol] of every({ kind: 'audio', media })) {
    const root = read(ad, protocol)
    const isNamed = Number(versionOf(protocol)) >= 4.1
    t.equal(descendants(root, 'Ad')[0].attributes.get('adType'), isNamed ? 'audio' : undefined, `${protocol}`)
    for (const { attributes } of descendants(root, 'MediaFile')) {
      t.strictSame(
        ['type', 'width', 'height'].map((name) => attributes.get(name)),
        ['audio/mpeg', '0', '0'],
      )
    }
  }
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
    t.strictSame(texts(read(film({ durationS }), 3), 'Duration'), [text])
  }
})

t.test('hostile texts stay in their places, in every version', async (t) => {
  for (const text of HOSTILE) {
    const changes = {
      id: text,
      title: text,
      landing: text,
      tag: text,
      media: [{ ...FILE, url: text, mime: text }],
      verification: { vendor: text, javascript: text, parameters: text },
    }
    for (const [ad, protocol] of every(changes)) {
      const root = read(ad, protocol)
      t.equal(descendants(root, 'Ad')[0].attributes.get('id'), text)
      t.equal(descendants(root, 'Verification')[0].attributes.get('vendor'), text)
      const places = INLINE.includes(protocol) ? ['AdTitle', 'ClickThrough', 'MediaFile'] : ['VASTAdTagURI']
      for (const name of [...places, 'JavaScriptResource', 'VerificationParameters']) {
        t.strictSame(texts(root, name), [text], `${name} of ${protocol}`)
      }
      for (const file of descendants(root, 'MediaFile')) t.equal(file.attributes.get('type'), text)
      t.strictSame(texts(root, 'Impression'), [URLS.view])
    }
  }
})

t.test('control characters and half characters are left out', async (t) => {
  const root = read(film({ title: 'a\0b\x1f\ud800', landing: '\ufffec\udc00' }), 13)
  t.strictSame([texts(root, 'AdTitle'), texts(root, 'ClickThrough')], [['ab'], ['c']])
})

t.test('any texts at all give a well-formed document with those texts', async (t) => {
  const any = fc.string({ unit: fc.constantFrom(...']]>&<"\'!-[CDATA\\/\u2028é😀'), maxLength: 12 })
  fc.assert(
    fc.property(any, any, any, fc.constantFrom(...INLINE), (title, landing, url, protocol) => {
      const root = read(film({ title, landing, media: [{ ...FILE, url }] }), protocol)
      t.strictSame(
        ['AdTitle', 'ClickThrough', 'MediaFile'].map((name) => texts(root, name)),
        [[title], [landing], [url]],
      )
    }),
    { numRuns: 300 },
  )
})

t.test('no document holds http without its s, not even in a namespace', async (t) => {
  for (const [ad, protocol] of every({ skipAfterS: 5, verification: VERIFICATION })) {
    const text = textOf(ad, protocol)
    t.notMatch(text, /http:|http%3a|xmlns/i, `${protocol}`)
    t.match(text, /https:/)
  }
})

t.test('an inline ad of VAST 4.2 stays small', async (t) => {
  const notice = `https://bid.peregrine.example/notice/view?t=${'a'.repeat(96)}&x=1`
  const bytes = Buffer.byteLength(filled(film({ skipAfterS: 5 }), 13, fillingWith(notice)))
  t.ok(bytes < 1200, `${bytes} bytes as a JSON string`)
})

function film(changes: Partial<InlineFilm>): InlineFilm {
  const facts = { id: 'film-1', title: 'Save & smile', kind: 'video', durationS: 15 } as const
  return { ...facts, landing: 'https://bank.example/', media: [FILE], ...changes }
}

function wrapper(changes: Partial<WrapperFilm>): WrapperFilm {
  const { media: _, ...facts } = film({})
  return { ...facts, tag: 'https://tags.example/vast?a=1&b=2', ...changes }
}

/** The film inline and as a wrapper, for each protocol that can carry it. */
function every({
  tag,
  media,
  ...changes
}: Partial<InlineFilm & WrapperFilm>): [ad: Film, protocol: number][] {
  const inline = film({ ...changes, ...(media && { media }) })
  const outer = wrapper({ ...changes, ...(tag !== undefined && { tag }) })
  return [
    ...INLINE.map((protocol): [Film, number] => [inline, protocol]),
    ...WRAPPER.map((protocol): [Film, number] => [outer, protocol]),
  ]
}

/** What the schemas say occurs at least once, of what is written here. */
function requiredElements(kind: 'InLine' | 'Wrapper', version: string): string[] {
  const always = ['AdSystem', 'Impression', 'Creatives']
  if (kind === 'Wrapper') return [...always, 'VASTAdTagURI']
  const inline = [...always, 'AdTitle', 'Creative', 'Linear', 'Duration', 'MediaFiles', 'MediaFile']
  if (version < '4') return inline
  return [...inline, 'UniversalAdId', ...(version < '4.1' ? [] : ['AdServingId'])]
}

/** As the inside of a JSON string. */
function filled(ad: Film, protocol: number, filling: Filling): string {
  const texts = filmTexts(ad)
  return written((out) => fill(out, vastTemplateOf(texts, protocol), texts, filling))
}

/** As a player gets it, when the response has been parsed. */
function textOf(ad: Film, protocol: number): string {
  return JSON.parse(`"${filled(ad, protocol, fillingWith())}"`) as string
}

function versionOf(protocol: number): string {
  return Object.entries({ ...PROTOCOLS.inline, ...PROTOCOLS.wrapper }).find(([key]) => +key === protocol)![1]
}

function fillingWith(notice?: string): Filling {
  const frames = Array.from({ length: HOLE_COUNT }, () => ({
    before: 'a hole that films have not',
    after: '',
  }))
  frames[HOLE.viewUrl] = { before: notice ?? URLS.view, after: '' }
  frames[HOLE.clickTrackingUrl] = { before: notice ?? URLS.click, after: '' }
  frames[HOLE.errorUrl] = { before: notice ?? URLS.error, after: '' }
  return { frames, token: '', servingId: 'bid-7' }
}

function read(ad: Film, protocol: number): XmlElement {
  const text = textOf(ad, protocol)
  const result = parseXml(text)
  if ('fault' in result) throw new Error(`${result.fault}: ${text}`)
  return result.root
}

function texts(root: XmlElement, name: string): string[] {
  return descendants(root, name).map(({ text }) => text)
}
