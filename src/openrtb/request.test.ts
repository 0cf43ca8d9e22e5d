// The request view and its naive twin under one suite, and where they differ on purpose.
import t from 'tap'
import { hashText } from '../base/hash.ts'
import { readNaively } from '../testing/naive-request.ts'
import { bannerRequest, videoRequest } from '../testing/sample-requests.ts'
import { factsOfView, readWithView, viewFor } from '../testing/view-facts.ts'
import { requestSuite } from './request.suite.ts'
import { RequestView, SIZES_MAX } from './request.ts'
import { NONE } from './tape.ts'

const view = new RequestView(65_536)

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
  const body = (count: number) =>
    JSON.stringify({ id: 'a', imp: Array.from({ length: count }, (_, id) => ({ id })) })
  t.equal(readWithView(view, body(64)).facts?.imps.length, 64)
  t.equal(readWithView(view, body(65)).result, 'tooManyImps')
  t.equal(readNaively(body(65)).facts?.imps.length, 65)
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
  readWithView(view, '{"id":"a","imp":[{"id":"1"}],"device":{"os":"i\\u004fS","language":""}}')
  const { texts, hashes } = factsOfView(view)
  t.equal(texts.os, 'iOS')
  t.equal(hashes.os, hashText('ios'))
  t.equal(hashes.language, 0)
})

t.test('a list with nothing in it is no list', async (t) => {
  const lists = '"cur":[],"wseat":[],"bcat":[],"badv":[],"site":{"cat":[]}'
  t.equal(
    readWithView(view, `{"id":"a",${lists},"imp":[{"id":"1","video":{"mimes":[],"rqddurs":[]}}]}`).result,
    'ok',
  )
  const { currencies, buyerSeats, blockedCategories, blockedAdvertisers, categories, imps } = view
  const found = [
    currencies,
    buyerSeats,
    blockedCategories,
    blockedAdvertisers,
    categories,
    imps[0].mimes,
    imps[0].requiredDurations,
  ]
  t.strictSame(found, [NONE, NONE, NONE, NONE, NONE, NONE, NONE])
})

t.test('sizes beyond the most that are kept are not counted', async (t) => {
  const format = Array.from({ length: SIZES_MAX + 1 }, (_, i) => ({ w: i + 1, h: 1 }))
  readWithView(view, JSON.stringify({ id: 'a', imp: [{ id: '1', banner: { format } }] }))
  t.equal(view.imps[0].sizeCount, SIZES_MAX)
})

t.test('nothing of a request is left for the next one', async (t) => {
  const bodies = [
    JSON.stringify(bannerRequest()),
    JSON.stringify(videoRequest()),
    '{"id":"a","imp":[{"id":"1"}]}',
    '{"id":"a","imp":[{"id":"1","banner":{}},{"id":"2","video":{}}]}',
    '{"id":"a","imp":[{"id":"1","native":{"request":"{}"}}],"app":{},"device":{}}',
    '{"id":"a","imp":[]}',
    '{"id":',
    '{"id":"a\\/b","imp":[{"id":"\\/"}]}',
    JSON.stringify({
      ...bannerRequest(),
      test: 1,
      cattax: 6,
      wseat: ['seat'],
      imp: [
        {
          id: '1',
          bidfloorcur: 'EUR',
          instl: 1,
          pmp: { private_auction: 1 },
          video: { pos: 7, rqddurs: [15] },
          tagid: 7,
        },
      ],
    }),
  ]
  for (const before of bodies) {
    for (const body of bodies) {
      const used = viewFor(before.length > body.length ? before : body)
      readWithView(used, before)
      t.strictSame(readWithView(used, body), readWithView(viewFor(body), body), `${body} after ${before}`)
    }
  }
  readWithView(view, bodies[1])
  readWithView(view, bodies[2])
  const [imp] = view.imps
  t.strictSame([imp.videoWidth, imp.videoHeight, imp.durationMinS, imp.durationMaxS], [0, 0, 0, 0])
  t.strictSame([imp.mimes, view.categories, view.currencies], [NONE, NONE, NONE])
})
