/**
 * What a reader of requests must say of them, whichever reader it is: the view over the tape and its naive twin.
 */
import type { Test } from 'tap'
import type { Reading, RequestFacts } from '../testing/naive-request.ts'
import { type Expected, READ_CASES } from '../testing/request-cases.ts'
import { bannerRequest, videoRequest } from '../testing/sample-requests.ts'

const IMP = { id: '1' }

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
  for (const [about, body, expected] of READ_CASES) {
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
function sameFacts(t: Test, facts: RequestFacts, { texts, imp, impIds, ...rest }: Expected): void {
  const part = <T extends object>(whole: T, of: object) =>
    Object.fromEntries(Object.keys(of).map((name) => [name, whole[name as keyof T]]))
  t.strictSame(part(facts, rest), rest)
  if (texts !== undefined) t.strictSame(part(facts.texts, texts), texts)
  if (imp !== undefined) t.strictSame(part(facts.imps[0], imp), imp)
  if (impIds !== undefined) {
    t.strictSame(
      facts.imps.map(({ id }) => id),
      impIds,
    )
  }
}
