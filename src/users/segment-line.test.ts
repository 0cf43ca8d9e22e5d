import t from 'tap'
import { ID_KIND } from '../openrtb/user-id.ts'
import { SegmentLine } from './segment-line.ts'

/** One for all cases, so that nothing may be left of one in the next. */
const line = new SegmentLine()

function read(text: string) {
  const bytes = Buffer.from(`ifa:x\n${text}\ty`)
  const end = bytes.length - 2
  if (!line.read(bytes, 6, end)) return 'silent'
  if (line.fault !== undefined) return line.fault
  const { id } = line
  return [id.kind, bytes.toString('utf8', id.start, id.end), bytes.toString('utf8', line.start, line.end)]
}

const { ifa, buyeruid } = ID_KIND
const NO_SEGMENTS = 'no segments behind a tab'
const NO_KIND = 'an identifier is of the kind "ifa:" or "buyeruid:"'

const CASES: readonly (readonly [string, string, unknown])[] = [
  ['an advertising id', 'ea-7\tsport', [ifa, 'ea-7', 'sport']],
  ['an advertising id that says so', 'ifa:ea-7\tsport,news', [ifa, 'ea-7', 'sport,news']],
  ['our own id', 'buyeruid:b\tsport', [buyeruid, 'b', 'sport']],
  ['an id with a colon in it', 'buyeruid:b:1\tsport', [buyeruid, 'b:1', 'sport']],
  ['a colon among the segments', 'ea\ta:b', [ifa, 'ea', 'a:b']],
  ['a line that ends as on Windows', 'ea\tsport\r', [ifa, 'ea', 'sport']],
  ['a second tab belongs to the segments', 'ea\ta\tb', [ifa, 'ea', 'a\tb']],
  ['an empty line', '', 'silent'],
  ['an empty line as on Windows', '\r', 'silent'],
  ['a remark', '# ea\tsport', 'silent'],
  ['no tab', 'ea', NO_SEGMENTS],
  ['nothing behind the tab', 'ea\t', NO_SEGMENTS],
  ['nothing but an end as on Windows', 'ea\t\r', NO_SEGMENTS],
  ['no identifier', '\tsport', 'no identifier'],
  ['a kind alone', 'ifa:\tsport', 'no identifier'],
  ['a kind that is not known', 'idfa:ea\tsport', NO_KIND],
  ['a kind in capitals', 'IFA:ea\tsport', NO_KIND],
  ['a kind that is cut', 'fa:ea\tsport', NO_KIND],
]

t.test('a line is an identifier and its segments, or silent, or at fault', async (t) => {
  for (const [about, text, expected] of CASES) t.same(read(text), expected, about)
})
