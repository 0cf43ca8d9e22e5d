// The request view and its naive twin under one suite, and where they differ on purpose.
import t from 'tap'
import { hashText } from '../base/hash.ts'
import { readNaively } from '../testing/naive-request.ts'
import { bannerRequest, videoRequest } from '../testing/sample-requests.ts'
import { readWithView, viewFor } from '../testing/view-facts.ts'
import { DealView } from './deal.ts'
import { requestSuite } from './request.suite.ts'
import { RequestView, TEXT } from './request.ts'
import type { PrivacySignals } from './signals.ts'
import { NONE } from './tape.ts'

const view = new RequestView(65_536)

/** A request of so many imps. */
const imps = (count: number) =>
  JSON.stringify({ id: 'a', imp: Array.from({ length: count }, (_, id) => ({ id })) })

t.test('the view', async (t) => requestSuite(t, (body) => readWithView(view, body)))
t.test('the naive twin', async (t) => requestSuite(t, readNaively))

t.test('the view refuses what nests too deeply, the twin does not', async (t) => {
  const nested = (depth: number) =>
    `{"id":"a","imp":[{"id":"1"}],"ext":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  t.equal(readWithView(view, nested(64)).result, 'ok')
  t.equal(readWithView(view, nested(65)).result, 'notJson')
  t.equal(readNaively(nested(65)).result, 'ok')
})

t.test('the view refuses bytes that are not UTF-8, the twin replaces them', async (t) => {
  for (const name of ['id', 'other']) {
    const [before, behind] = [`{"${name}":"`, '","id":"a","imp":[{"id":"1"}]}']
    const body = Buffer.concat([Buffer.from(before), Buffer.from([0xf0, 0x28]), Buffer.from(behind)])
    t.equal(readWithView(view, body).result, 'notJson')
    t.equal(readNaively(body.toString()).result, 'ok')
  }
})

t.test('the view refuses more than 64 imps, the twin reads them', async (t) => {
  t.equal(readWithView(view, imps(64)).facts?.imps.length, 64)
  t.equal(readWithView(view, imps(65)).result, 'tooManyImps')
  t.equal(readNaively(imps(65)).facts?.imps.length, 65)
})

t.test('what cannot be an imp does not count towards the most', async (t) => {
  const usable = Array.from({ length: 64 }, (_, id) => ({ id }))
  const body = JSON.stringify({
    id: 'a',
    imp: [null, {}, ...usable.slice(0, 40), usable[3], 7, ...usable.slice(40), null],
  })
  t.equal(readWithView(view, body).facts?.imps.length, 64)
})

t.test('the view keeps the spelling of ids, the twin what they mean', async (t) => {
  const { tape } = view
  const spelled: [id: string, raw: string, meant: string][] = [
    ['"\\u0061\\/é\\""', '\\u0061\\/é\\"', 'a/é"'],
    ['1.0', '1.0', '1'],
    ['1e3', '1e3', '1000'],
    ['2966741889205087142', '2966741889205087142', '2966741889205087000'],
  ]
  for (const [id, raw, meant] of spelled) {
    const body = `{"id":${id},"imp":[{"id":${id}}],"device":{"os":"\\n"}}`
    t.equal(readWithView(view, body).result, 'ok')
    t.equal(tape.rawText(view.id), raw)
    t.equal(tape.rawText(view.imps[0].id), raw)
    t.equal(readNaively(body).facts?.id, meant)
  }
  // Two spellings of one id are still one imp.
  const body = '{"id":"a","imp":[{"id":"1"},{"id":"\\u0031"}]}'
  t.equal(readWithView(view, body).facts?.imps.length, 1)
  t.equal(readNaively(body).facts?.imps.length, 1)
})

t.test('the view reads no number of more than 64 bytes, the twin any', async (t) => {
  const body = `{"id":"a","tmax":9.${'0'.repeat(70)},"imp":[{"id":"1"}]}`
  t.equal(readWithView(view, body).facts?.tmaxMs, 0)
  t.equal(readNaively(body).facts?.tmaxMs, 9)
})

t.test('a text is a range of bytes and the hash of what it means', async (t) => {
  const body = '{"id":"a","imp":[{"id":"1"}],"device":{"os":"i\\u004fS","language":""}}'
  const { texts, hashes } = readWithView(view, body).facts!
  t.equal(texts.os, 'iOS')
  t.equal(hashes.os, hashText('ios'))
  t.equal(hashes.language, 0)
})

t.test('what may tell a person has no hash', async (t) => {
  readWithView(view, '{"id":"a","imp":[{"id":"1"}],"device":{"ua":"Mozilla","ip":"192.0.2.7"}}')
  t.equal(view.textHash.length, Math.min(TEXT.userAgent, TEXT.address))
  t.ok(view.textHash.every((hash) => hash === 0))
})

t.test('a list with nothing in it is no list', async (t) => {
  const names = ['cur', 'wseat', 'bseat', 'bcat', 'acat', 'badv', 'bapp', 'wlang', 'wlangb']
  const lists = Object.fromEntries(names.map((name) => [name, []]))
  const film = { mimes: [], rqddurs: [], durfloors: [] }
  const deal = { id: 'd', wseat: [], wadomain: [], durfloors: [] }
  const imp = { id: '1', bcat: [], badv: [], banner: { mimes: [] }, video: film, audio: film }
  const body = { id: 'a', ...lists, site: { cat: [] }, imp: [{ ...imp, pmp: { deals: [] } }] }
  t.equal(readWithView(view, JSON.stringify(body)).result, 'ok')
  const { currencies, buyerSeats, blockedSeats, blockedCategories, allowedCategories, languages } = view
  const { blockedAdvertisers, blockedApps, categories } = view
  const found = [currencies, buyerSeats, blockedSeats, blockedCategories, allowedCategories, languages]
  t.ok([...found, blockedAdvertisers, blockedApps, categories].every((list) => list === NONE))
  const [{ banner, video, audio, ...own }] = view.imps
  t.ok([own.blockedCategories, own.blockedAdvertisers, own.deals].every((list) => list === NONE))
  const ofFilms = [video, audio].flatMap((film) => [film.mimes, film.requiredDurations, film.durationFloors])
  t.ok([banner.mimes, ...ofFilms].every((list) => list === NONE))
  readWithView(view, JSON.stringify({ id: 'a', imp: [{ id: '1', pmp: { deals: [deal] } }] }))
  const read = new DealView()
  read.read(view.tape, view.imps[0].deals + 1)
  t.ok([read.seats, read.advertisers, read.durationFloors].every((list) => list === NONE))
})

t.test('the privacy signals of every place are read', async (t) => {
  const says = (body: object, say: (signals: PrivacySignals) => boolean) => {
    readWithView(view, JSON.stringify({ id: 'a', imp: [{ id: '1' }], ...body }))
    return say(view.signals)
  }
  t.notOk(says({ regs: {}, user: {}, device: {}, site: {}, ext: {} }, ({ isCoppa }) => isCoppa))
  t.ok(says({ regs: { coppa: 1 } }, ({ isCoppa }) => isCoppa))
  t.ok(says({ ext: { coppa: 1 } }, ({ isCoppa }) => isCoppa))
  t.ok(says({ site: { ext: { nex_coppa: 1 } }, app: {} }, ({ isCoppa }) => isCoppa))
  t.ok(says({ device: { lmt: 1 } }, ({ isLimited }) => isLimited))
  t.ok(says({ user: { consent: 'C' } }, ({ consentStart, consentEnd }) => consentEnd - consentStart === 1))
})

const FULL_FILM = {
  ...(videoRequest().imp[0].video as object),
  protocols: [3, 6],
  maxextended: 5,
  rqddurs: [15],
  minbitrate: 1,
  maxbitrate: 2,
  delivery: [1],
  battr: [1],
  api: [1],
  skip: 1,
  linearity: 2,
  boxingallowed: 0,
  podid: 'p',
  poddur: 60,
  maxseq: 2,
  poddedupe: [1],
  mincpmpersec: 1,
  durfloors: [{ mindur: 1 }],
}
const FULL_IMP = {
  id: '2',
  tagid: 7,
  bidfloor: 1,
  bidfloorcur: 'EUR',
  instl: 1,
  bcat: ['IAB1'],
  badv: ['a'],
  pmp: { private_auction: 1, deals: [{ id: 'd' }] },
  banner: {
    format: [{ w: 1, h: 1, wratio: 1, hratio: 1 }],
    wmin: 1,
    wmax: 1,
    hmin: 1,
    hmax: 1,
    pos: 1,
    btype: [1],
    battr: [1],
    api: [1],
    mimes: ['x'],
  },
  video: FULL_FILM,
  audio: FULL_FILM,
  native: { battr: [1], api: [1] },
}

t.test('a request that is refused has no imps and no signals, whatever the one before it had', async (t) => {
  const bodies = ['{"imp":[{"id":"1"}]}', '{"id":"a"}', '[]', '{', imps(65)]
  for (const body of bodies) {
    t.equal(readWithView(view, '{"id":"a","regs":{"coppa":1},"imp":[{"id":"1"}]}').result, 'ok')
    t.not(readWithView(view, body).result, 'ok')
    t.strictSame([view.impCount, view.signals.isCoppa], [0, false], body.slice(0, 20))
  }
})

t.test('nothing of a request is left for the next one', async (t) => {
  const full = {
    ...bannerRequest(),
    test: 1,
    cattax: 6,
    wseat: ['seat'],
    bseat: ['seat'],
    acat: ['IAB1'],
    bapp: ['app'],
    wlang: ['en'],
    wlangb: ['en-GB'],
    source: {},
    ext: {},
    regs: { coppa: 1, dsa: { dsarequired: 3, pubrender: 0 } },
    device: { w: 1, h: 1, ua: 'x', ip: 'y', devicetype: 2, connectiontype: 2 },
    imp: [FULL_IMP],
  }
  const bodies = [
    JSON.stringify(bannerRequest()),
    JSON.stringify(videoRequest()),
    '{"id":"a","imp":[{"id":"1"}]}',
    '{"id":"a","imp":[{"id":"1","banner":{},"video":{},"audio":{},"native":{}}]}',
    '{"id":"a","imp":[{"id":"1","native":{"request":"{}"}}],"app":{},"device":{}}',
    '{"id":"a","imp":[]}',
    '{"id":',
    '{"id":"a\\/b","imp":[{"id":"\\/"}]}',
    JSON.stringify(full),
    JSON.stringify({ ...full, imp: [{ id: '1' }, FULL_IMP] }),
  ]
  for (const before of bodies) {
    for (const body of bodies) {
      const used = viewFor(before.length > body.length ? before : body)
      readWithView(used, before)
      t.strictSame(readWithView(used, body), readWithView(viewFor(body), body), `${body} after ${before}`)
    }
  }
})
