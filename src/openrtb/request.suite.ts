/**
 * What a reader of requests must say of them, whichever reader it is: the view over the tape and its naive twin.
 */
import type { Test } from 'tap'
import { BANNER_CASES } from '../testing/banner-cases.ts'
import { FILM_CASES } from '../testing/film-cases.ts'
import { IMP_CASES } from '../testing/imp-cases.ts'
import type { Reading, RequestFacts } from '../testing/naive-request.ts'
import { PLACE_CASES } from '../testing/place-cases.ts'
import { type Expected, IMP } from '../testing/request-case.ts'
import { READ_CASES } from '../testing/request-cases.ts'
import { bannerRequest, videoRequest } from '../testing/sample-requests.ts'

const CASES = [READ_CASES, PLACE_CASES, IMP_CASES, BANNER_CASES, FILM_CASES].flat()

const REFUSED: [about: string, body: object | string, result: Reading['result']][] = [
  ['nothing', '', 'notJson'],
  ['text that is no JSON', '<xml/>', 'notJson'],
  ['half a request', '{"id":"a","imp":[{"id":"1"}', 'notJson'],
  ['two requests', '{"id":"a","imp":[{"id":"1"}]}\n{"id":"b","imp":[{"id":"1"}]}', 'notJson'],
  ['a list', [bannerRequest()], 'notObject'],
  ['a number', '7', 'notObject'],
  ['null', 'null', 'notObject'],
  ['no id', { imp: [IMP] }, 'noId'],
  ['an empty id', { id: '', imp: [IMP] }, 'noId'],
  ['a null id', { id: null, imp: [IMP] }, 'noId'],
  ['an object for an id', { id: {}, imp: [IMP] }, 'noId'],
  ['neither id nor imp', {}, 'noId'],
  ['a repeated id, the last of them null', '{"id":"a","id":null,"imp":[{"id":"1"}]}', 'noId'],
  ['no imp', { id: 'a' }, 'noImp'],
  ['an empty imp', { id: 'a', imp: [] }, 'noImp'],
  ['an imp that is no list', { id: 'a', imp: { id: '1' } }, 'noImp'],
  ['a repeated imp, the last of them empty', '{"id":"a","imp":[{"id":"1"}],"imp":[]}', 'noImp'],
]

/** Holds a reader to every case, each twice, with another request between. */
export function requestSuite(t: Test, read: (body: string) => Reading): void {
  for (const [about, body, expected] of CASES) {
    t.test(`a reader reads ${about}`, async (t) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      for (const time of ['first', 'second']) {
        const { result, facts } = read(text)
        t.equal(result, 'ok', time)
        if (facts !== undefined) sameFacts(t, facts, expected)
        read(JSON.stringify(time === 'first' ? videoRequest() : bannerRequest()))
      }
    })
  }
  for (const [about, body, result] of REFUSED) {
    t.test(`a reader refuses ${about}`, async (t) => {
      t.strictSame(read(typeof body === 'string' ? body : JSON.stringify(body)), { result })
    })
  }
}

/** Compares what is expected, and nothing else. */
function sameFacts(t: Test, { imps, ...facts }: RequestFacts, { imp, impIds, ...rest }: Expected): void {
  t.strictSame(partOf(facts, rest), rest)
  if (imp !== undefined) t.strictSame(partOf(imps[0], imp), imp)
  if (impIds !== undefined) {
    t.strictSame(
      imps.map(({ id }) => id),
      impIds,
    )
  }
}

/** Of objects the fields that are asked for, of lists all items. */
function partOf(whole: unknown, asked: unknown): unknown {
  if (Array.isArray(whole) && Array.isArray(asked)) return whole.map((item, i) => partOf(item, asked[i]))
  if (!isObject(whole) || !isObject(asked)) return whole
  return Object.fromEntries(Object.keys(asked).map((name) => [name, partOf(whole[name], asked[name])]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
