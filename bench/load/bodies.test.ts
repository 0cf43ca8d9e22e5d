import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readBodies } from './bodies.ts'

t.test('bodies come from a folder, a file of lines, an array or one document', (t) => {
  const folder = t.testdir({
    all: { 'b.json': '{ "id": "b" }\n', 'a.json': '{"id":"a"}', 'notes.txt': 'no request' },
    'lines.ndjson': '{"id":"1"}\n\n{"id":"2"}\n',
    'lines.jsonl': '{"id":"1"}',
    'array.json': '[ {"id": 1}, {"id": 2} ]',
    'one.json': '{ "id": "1" }\n',
    'broken.json': '{"id": ',
  })
  const rows: [name: string, bodies: string[]][] = [
    ['all', ['{"id":"a"}', '{ "id": "b" }\n']],
    ['lines.ndjson', ['{"id":"1"}', '{"id":"2"}']],
    ['lines.jsonl', ['{"id":"1"}']],
    ['array.json', ['{"id":1}', '{"id":2}']],
    ['one.json', ['{ "id": "1" }\n']],
    ['broken.json', ['{"id": ']],
  ]
  for (const [name, bodies] of rows) t.same(readBodies(join(folder, name)).map(String), bodies, name)
  t.end()
})

t.test('a place without requests is refused by name', (t) => {
  const folder = t.testdir({ 'empty.json': '', 'none.json': '[]', 'blank.ndjson': '\n\n' })
  mkdirSync(join(folder, 'nothing'))
  for (const name of ['empty.json', 'none.json', 'blank.ndjson', 'nothing']) {
    t.throws(() => readBodies(join(folder, name)), new RegExp(`${name} holds no request`))
  }
  t.throws(() => readBodies(join(folder, 'missing.json')), /ENOENT/)
  t.end()
})

t.test('bytes are sent as they stand, also those that are not text', (t) => {
  const path = join(t.testdir({}), 'bytes.json')
  writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))
  t.same(readBodies(path), [Buffer.from([0x7b, 0xff, 0xfe, 0x7d])])
  t.end()
})
