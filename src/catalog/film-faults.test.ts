// A film has either files of its own or the tag of another server, through the check that a catalog's files pass.
import t from 'tap'
import { filmFaults } from './film-faults.ts'
import type { Creative } from './schema.ts'
import { schemaFaults } from './validate.ts'

const FILM = {
  id: 'v',
  advertiser: 'a',
  landing: 'https://a.example/',
  categories: ['IAB18'],
  title: 'Shoes',
  durationS: 15,
}
const FILES = {
  video: [{ url: 'https://a.example/v.mp4', mime: 'video/mp4', width: 1, height: 1, bitrateKbps: 1 }],
  audio: [{ url: 'https://a.example/a.mp3', mime: 'audio/mpeg', bitrateKbps: 1 }],
}
const TAG = 'https://ads.a.example/vast'
const MIMES = ['video/mp4']

t.test('a film has files, or a tag whose mimes are known', async (t) => {
  for (const format of ['video', 'audio'] as const) {
    const media = FILES[format]
    /** Each row: the fields of a film, and its only fault as path and message. */
    const cases: readonly (readonly [string, object, string])[] = [
      ['files', { media }, ''],
      ['a tag', { tag: TAG, mimes: MIMES }, ''],
      ['neither', {}, ': missing field "media", or "tag" for a film on another server'],
      [
        'neither, but mimes',
        { mimes: MIMES },
        ': missing field "media", or "tag" for a film on another server',
      ],
      ['both', { media, tag: TAG }, '/tag: stands beside "media"; a film has one of them'],
      [
        'both, and mimes',
        { media, tag: TAG, mimes: MIMES },
        '/tag: stands beside "media"; a film has one of them',
      ],
      ['a tag without mimes', { tag: TAG }, '/mimes: missing: behind a tag nobody knows what is shown'],
      [
        'files with mimes',
        { media, mimes: MIMES },
        '/mimes: stands beside "media", which have mimes of their own',
      ],
    ]
    for (const [about, fields, fault] of cases) {
      const found = schemaFaults('creatives', { ...FILM, format, ...fields })
      t.equal(found.map(({ path, message }) => `${path}: ${message}`).join(), fault, `${format}: ${about}`)
    }
  }
})

t.test('the schema is told first: a film is judged only when its fields are right', async (t) => {
  const found = schemaFaults('creatives', { ...FILM, format: 'video', tag: 'http://a.example/' })
  t.strictSame(
    found.map(({ path }) => path),
    ['/tag'],
  )
})

t.test('what is no film has no such fault', async (t) => {
  t.strictSame(filmFaults({ format: 'banner' } as Creative), [])
  t.strictSame(filmFaults({ format: 'native' } as Creative), [])
})
