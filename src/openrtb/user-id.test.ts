import t from 'tap'
import { READ, RequestView } from './request.ts'
import { ID_KIND, UserId } from './user-id.ts'

const IFA = 'EA7583CD-A667-48BC-B806-42ECB2B48606'
const ZEROS = '00000000-0000-0000-0000-000000000000'

type Parts = { device?: unknown; user?: unknown }

const view = new RequestView(4096)
/** One for all cases, so that nothing may be left of one in the next. */
const userId = new UserId()

function read(json: string): [keyof typeof ID_KIND, string] {
  const length = view.tape.bytes.write(json)
  if (view.read(length) !== READ.ok) throw new Error(`unreadable: ${json}`)
  const isKnown = userId.read(view)
  const { kind, start, end } = userId
  if (isKnown !== (kind !== ID_KIND.none)) throw new Error('a user is known who has an id')
  const [name] = Object.entries(ID_KIND).find(([, value]) => value === kind)!
  return [name as keyof typeof ID_KIND, view.tape.bytes.toString('utf8', start, end)]
}

const readParts = (parts: Parts) => read(JSON.stringify({ id: 'r', imp: [{ id: '1' }], ...parts }))

/** Each row: what is asked, the request, the kind of the id, and the id. */
const CASES: readonly (readonly [string, Parts, keyof typeof ID_KIND, string])[] = [
  ['no device and no user', {}, 'none', ''],
  ['neither has an id', { device: {}, user: {} }, 'none', ''],
  ['what is no object', { device: IFA, user: [IFA] }, 'none', ''],
  ['the advertising id comes first', { device: { ifa: IFA }, user: { buyeruid: 'b', id: 'u' } }, 'ifa', IFA],
  ['then what the exchange keeps for us', { device: {}, user: { buyeruid: 'b', id: 'u' } }, 'buyeruid', 'b'],
  ["then the exchange's own", { user: { id: 'u' } }, 'exchange', 'u'],
  ['an id of zeros is none', { device: { ifa: ZEROS }, user: { buyeruid: 'b' } }, 'buyeruid', 'b'],
  ['nor is an empty one', { device: { ifa: '' }, user: { buyeruid: '', id: 'u' } }, 'exchange', 'u'],
  ['nor one that is no text', { device: { ifa: null }, user: { buyeruid: {}, id: true } }, 'none', ''],
  ['a number is an id', { user: { id: 4711 } }, 'exchange', '4711'],
  ['unless it is 0', { user: { buyeruid: 0, id: '0' } }, 'none', ''],
  ['zeros among others are an id', { user: { id: '0-0a' } }, 'exchange', '0-0a'],
  ['the id of another object is none', { user: { ifa: IFA, ext: { id: 'u' } } }, 'none', ''],
]

t.test('the id of a user is the first that is given', async (t) => {
  for (const [about, parts, kind, id] of CASES) t.same(readParts(parts), [kind, id], about)
})

t.test('an id is read without its escapes, and a repeated one as last written', async (t) => {
  t.same(read('{"id":"r","imp":[{"id":"1"}],"user":{"buyeruid":"a\\/b"}}'), ['buyeruid', 'a/b'])
  t.same(read('{"id":"r","imp":[{"id":"1"}],"user":{"id":"a","id":"b"}}'), ['exchange', 'b'])
  t.same(read('{"id":"r","imp":[{"id":"1"}],"user":{"id":"a"},"user":{}}'), ['none', ''])
})
