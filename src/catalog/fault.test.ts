import t from 'tap'
import { formatFault } from './fault.ts'

t.test('a fault is one line: file, path, message', async (t) => {
  const at = { file: 'campaigns/x.json', path: '/goal/value', message: 'must be > 0' }
  t.equal(formatFault(at), 'campaigns/x.json /goal/value: must be > 0')
  t.equal(formatFault({ ...at, path: '' }), 'campaigns/x.json: must be > 0', 'of the whole file')
})

t.test('a fault stays one line whatever names and values hold', async (t) => {
  const line = formatFault({ file: 'a\nb.json', path: '/\u001b[31m', message: 'x\u2028y\u0085z' })
  t.equal(line, 'a\\u000ab.json /\\u001b[31m: x\\u2028y\\u0085z')
})
