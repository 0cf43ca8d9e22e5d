import t from 'tap'
import { ResponseReader } from './response-reader.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"id":"\n\r\n1"}'
const NONE = 'HTTP/1.1 204 No Content\r\nDate: Fri, 01 Aug 2025 00:00:00 GMT\r\n\r\n'

/** Reads the text in pieces of `size` bytes; gives the reader and how many bytes it took. */
function read(text: string, size = text.length, reader = new ResponseReader()) {
  const bytes = Buffer.from(text, 'latin1')
  reader.begin()
  let taken = 0
  for (
    let start = 0;
    start < bytes.length && !reader.isComplete && reader.fault === undefined;
    start += size
  ) {
    taken = reader.push(bytes, start, Math.min(bytes.length, start + size))
  }
  return { reader, taken, status: reader.status, bodyBytes: reader.bodyBytes, isComplete: reader.isComplete }
}

t.test('a response split into pieces of any size reads as the whole one', (t) => {
  const reader = new ResponseReader()
  for (let size = 1; size <= OK.length; size++) {
    t.match(
      read(OK, size, reader),
      { status: 200, bodyBytes: 13, isComplete: true, taken: OK.length },
      `${size} bytes`,
    )
    t.match(
      read(NONE, size, reader),
      { status: 204, bodyBytes: 0, isComplete: true, taken: NONE.length },
      `${size} bytes`,
    )
  }
  t.end()
})

t.test('a response split once at any byte reads as the whole one', (t) => {
  const bytes = Buffer.from(OK)
  for (let at = 1; at < bytes.length; at++) {
    const reader = new ResponseReader()
    reader.begin()
    t.equal(reader.push(bytes, 0, at), at)
    t.equal(reader.isComplete, false, `not complete after ${at} bytes`)
    t.equal(reader.push(bytes, at, bytes.length), bytes.length)
    t.match(reader, { isComplete: true, status: 200, bodyBytes: 13 })
  }
  t.end()
})

t.test('an answer with a bid is told from one without, in pieces of any size', (t) => {
  const rows: [about: string, status: number, body: string, hasBid: boolean][] = [
    ['a bid', 200, '{"id":"1","seatbid":[{"bid":[{"price":1}]}]}', true],
    ['quotes that come close', 200, '{"id":"\\"bi","""bid"}', true],
    ['a 200 without', 200, '{"id":"bid","nbr":2,"bidid":"7","bids":""}'.replace('"bid"', '"a bid"'), false],
    ['an error that speaks of one', 400, '{"error":"bid"}', false],
  ]
  const reader = new ResponseReader()
  for (const [about, status, body, hasBid] of rows) {
    const text = `HTTP/1.1 ${status} x\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    for (let size = 1; size <= text.length; size++) {
      read(text, size, reader)
      t.equal(reader.hasBid, hasBid, `${about}, ${size} bytes at a time`)
    }
  }
  t.equal(read(NONE, 99, reader).reader.hasBid, false)
  t.end()
})

t.test('it stops behind the response and takes nothing of the next', (t) => {
  for (const first of [OK, NONE]) t.match(read(first + OK), { taken: first.length, isComplete: true })
  t.end()
})

t.test('what the fields may look like', (t) => {
  const rows: [about: string, text: string, want: object][] = [
    [
      'names in any case, spaces around values',
      'HTTP/1.1 200 OK\r\ncONTENT-lENGTH: \t 2 \r\n\r\nab',
      { status: 200, bodyBytes: 2 },
    ],
    ['no space behind the colon', 'HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nab', { bodyBytes: 2 }],
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nab', { bodyBytes: 2 }],
    ['no reason', 'HTTP/1.1 503\r\ncontent-length: 0\r\n\r\n', { status: 503, bodyBytes: 0 }],
    [
      'the same length twice',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nab',
      { bodyBytes: 2 },
    ],
    [
      '204 has no body whatever its length says',
      'HTTP/1.1 204 x\r\ncontent-length: 9\r\n\r\n',
      { status: 204, bodyBytes: 0 },
    ],
    ['304 neither', 'HTTP/1.1 304 x\r\ncontent-length: 9\r\n\r\n', { status: 304, bodyBytes: 0 }],
    [
      'an interim response is passed over',
      `HTTP/1.1 100 Continue\r\n\r\n${OK}`,
      { status: 200, bodyBytes: 13 },
    ],
    [
      'a name that only begins like one',
      'HTTP/1.1 200 OK\r\ncontent-length-x: 7\r\ncontent-length: 1\r\n\r\na',
      { bodyBytes: 1 },
    ],
    [
      'a line longer than is kept',
      `HTTP/1.1 200 OK\r\nset-cookie: ${'x'.repeat(5000)}\r\ncontent-length: 1\r\n\r\na`,
      { bodyBytes: 1 },
    ],
  ]
  for (const [about, text, want] of rows) {
    for (const size of [text.length, 1, 7]) {
      t.match(
        read(text, size),
        { ...want, isComplete: true, taken: text.length },
        `${about}, ${size} bytes at a time`,
      )
    }
  }
  t.end()
})

t.test('a connection that will close is seen', (t) => {
  t.equal(read(`HTTP/1.1 204 x\r\nConnection: Close\r\n\r\n`).reader.isClosing, true)
  t.equal(read(`HTTP/1.1 204 x\r\nConnection: keep-alive\r\n\r\n`).reader.isClosing, false)
  t.equal(read('HTTP/1.0 204 x\r\n\r\n').reader.isClosing, true)
  const reader = new ResponseReader()
  read(`HTTP/1.1 204 x\r\nConnection: close\r\n\r\n`, 99, reader)
  t.equal(read(NONE, 99, reader).reader.isClosing, false, 'and forgotten with the next response')
  t.end()
})

t.test('what cannot be read is refused with the reason', (t) => {
  const rows: [text: string, fault: RegExp][] = [
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n', /chunked/],
    ['HTTP/1.1 200 OK\r\ndate: today\r\n\r\nab', /no content-length/],
    ['HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nab', /not a number/],
    ['HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nab', /not a number/],
    ['HTTP/1.1 200 OK\r\ncontent-length: \r\n\r\nab', /not a number/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 1234567890123456\r\n\r\n', /not a number/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc', /disagree/],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', /switches protocols/],
    ['HTTP/2 200\r\n\r\n', /not an HTTP/],
    ['HTTP/1.1 20\r\n\r\n', /not an HTTP/],
    ['HTTP/1.1 2000 OK\r\n\r\n', /not an HTTP/],
    ['HTTP/1.1 099 OK\r\n\r\n', /not an HTTP/],
    ['\r\n', /not an HTTP/],
    ['SSH-2.0-server\r\n', /not an HTTP/],
    [`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20000)}`, /longer than 65536/],
    [`HTTP/1.1 200 OK${'x'.repeat(70000)}`, /longer than 65536/],
  ]
  for (const [text, fault] of rows) {
    for (const size of [text.length, 1]) {
      const { reader } = read(text, size)
      t.match(reader.fault, fault, JSON.stringify(text.slice(0, 60)))
      t.equal(reader.isComplete, false)
    }
  }
  t.end()
})

t.test('a fault is forgotten with the next response', (t) => {
  const reader = new ResponseReader()
  read('nonsense\r\n', 99, reader)
  t.match(read(OK, 99, reader), { isComplete: true, status: 200 })
  t.equal(reader.fault, undefined)
  t.end()
})
