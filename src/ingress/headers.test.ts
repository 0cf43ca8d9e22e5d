/**
 * Headers as exchanges spell them.
 */
import t from 'tap'
import { ENCODING, encodingOf, isFormType, isJsonType, takesGzip } from './headers.ts'

t.test('a body is packed as its encoding says, in any case', async (t) => {
  for (const name of ['gzip', 'GZIP', 'x-gzip', ' gzip ']) t.equal(encodingOf(name), ENCODING.gzip, name)
  for (const name of ['', 'identity', 'Identity']) t.equal(encodingOf(name), ENCODING.none, name)
  for (const name of ['br', 'deflate', 'gzip, gzip', 'gzip;q=1', 'gzi']) {
    t.equal(encodingOf(name), ENCODING.unknown, name)
  }
})

t.test('JSON is what says so, or says nothing', async (t) => {
  for (const type of [
    '',
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=latin1',
    'text/json',
  ]) {
    t.ok(isJsonType(type), type)
  }
  for (const type of [
    'text/plain',
    'application/x-protobuf',
    'application/octet-stream',
    'application/jsonp',
    'application/json-seq',
    '; application/json',
  ]) {
    t.notOk(isJsonType(type), type)
  }
})

t.test('a form is what says so', async (t) => {
  t.ok(isFormType('application/x-www-form-urlencoded'))
  t.ok(isFormType('Application/X-WWW-Form-URLEncoded; charset=utf-8'))
  t.notOk(isFormType(''))
  t.notOk(isFormType('multipart/form-data; boundary=x'))
})

const TAKES: readonly (readonly [string, boolean])[] = [
  ['', false],
  ['gzip', true],
  ['GZip', true],
  ['x-gzip', true],
  ['gzip, deflate, br', true],
  ['deflate,gzip;q=0.5', true],
  ['deflate, br', false],
  ['identity', false],
  ['*', true],
  ['*;q=0', false],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['gzip ; Q=1.0', true],
  ['gzip;q=0, *', false],
  ['*, gzip;q=0', false],
  ['*;q=0, gzip', true],
  ['identity;q=0, *;q=0.1', true],
  ['gzip;level=9;q=0', false],
  ['gzip;q=often', false],
  ['gzip;q=', false],
  ['gzipped', false],
  [',,;,=', false],
]

for (const [header, isTaken] of TAKES) {
  t.test(`"${header}" ${isTaken ? 'takes' : 'does not take'} gzip`, async (t) => {
    t.equal(takesGzip(header), isTaken)
  })
}
