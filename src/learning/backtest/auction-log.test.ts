import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readAuctions } from './auction-log.ts'

function written(t: Test, text: string): string {
  return join(t.testdir({ 'auctions.txt': text }), 'auctions.txt')
}

async function auctionsIn(file: string): Promise<number[][]> {
  const auctions: number[][] = []
  const count = await readAuctions(file, (...auction) => auctions.push(auction))
  t.equal(count, auctions.length)
  return auctions
}

const SPELLINGS: readonly (readonly [string, string, number[][]])[] = [
  ['a line', '1 23 0.0012\n', [[1, 23, 0.0012]]],
  ['without an end', '0 0 0', [[0, 0, 0]]],
  ['tabs', '0\t23\t1\n', [[0, 23, 1]]],
  ['spaces around and between', ' 1  7\t .5 \n', [[1, 7, 0.5]]],
  ['an exponent', '0 5 2.5e-05\n', [[0, 5, 2.5e-5]]],
  [
    'CR LF',
    '1 2 0.1\r\n0 3 0.2\r\n',
    [
      [1, 2, 0.1],
      [0, 3, 0.2],
    ],
  ],
  [
    'blank lines',
    '\n1 2 0.1\n\n \t\r\n0 3 0.2\n\n\n',
    [
      [1, 2, 0.1],
      [0, 3, 0.2],
    ],
  ],
]

t.test('auctions are read in every spelling', async (t) => {
  for (const [about, text, auctions] of SPELLINGS) {
    t.strictSame(await auctionsIn(written(t, text)), auctions, about)
  }
})

const BROKEN: readonly (readonly [string, string])[] = [
  ['0 5 0.1\n\n2 5 0.1\n', ':3: a click of 0 or 1 is due, not "2"; lines such as'],
  ['click price pctr\n', ':1: a click of 0 or 1 is due, not "click"; '],
  ['\ufeff0 5 0.1\n', ':1: a click of 0 or 1 is due, not '],
  ['0 -5 0.1\n', ':1: a price as a whole number from 0 is due, not "-5"; '],
  ['0 5.5 0.1\n', ':1: a price as a whole number from 0 is due, not "5.5"; '],
  ['0 0x5 0.1\n', ':1: a price as a whole number from 0 is due, not "0x5"; '],
  ['0 99999999999999999 0.1\n', ':1: a price as a whole number from 0 is due, not "99999999999999999"; '],
  ['0 5 0.1\n0 5 1.1\n', ':2: a click probability from 0 to 1 is due, not "1.1"; '],
  ['0 5 NaN\n', ':1: a click probability from 0 to 1 is due, not "NaN"; '],
  ['0 5 -0.1\n', ':1: a click probability from 0 to 1 is due, not "-0.1"; '],
  ['0 5 1e999\n', ':1: a click probability from 0 to 1 is due, not "1e999"; '],
  ['0 5\n', ':1: 3 fields are due, not 2; '],
  ['0 5 0.1 7\n', ':1: 3 fields are due, not 4; '],
  ['0 5 0.1\u00a0\n', ':1: a click probability from 0 to 1 is due, not '],
  ['0,5,0.1\n', ':1: 3 fields are due, not 1; '],
  ['', ': no auctions in it; lines such as "0 23 0.0012" are due'],
  ['\r\n\n', ': no auctions in it; '],
]

t.test('a line that is wrong is named with what is due', async (t) => {
  for (const [text, fault] of BROKEN) {
    const file = written(t, text)
    await t.rejects(auctionsIn(file), { name: 'BacktestFault', message: RegExp(`^${literal(file + fault)}`) })
  }
})

t.test('a file that cannot be read is named', async (t) => {
  await t.rejects(auctionsIn('/nowhere/a.txt'), {
    message: '/nowhere/a.txt is not there; give the path of a file',
  })
  await t.rejects(auctionsIn(t.testdir({})), { message: / cannot be read: EISDIR/ })
})

t.test('a file of many chunks is read whole, and its share is told', async (t) => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `${i % 2} ${i} 0.${i}`)
  const shares: number[] = []
  let next = 0
  const file = written(t, lines.join('\n'))
  const count = await readAuctions(
    file,
    (click, price, p) => {
      if (click === next % 2 && price === next && p === Number(`0.${next}`)) next++
    },
    (share) => shares.push(share),
  )
  t.equal(count, 60_000)
  t.equal(next, 60_000)
  t.ok(shares.length > 2)
  t.same(shares, [...shares].sort())
  t.equal(shares.at(-1), 1)
})

t.test('a file without line ends is not gathered', async (t) => {
  const file = written(t, ' '.repeat(2_000_000))
  const shares: number[] = []
  await t.rejects(
    readAuctions(
      file,
      () => {},
      (share) => shares.push(share),
    ),
    { message: /:1: the line does not end; lines such as/ },
  )
  t.same(shares, [], 'it is refused within the first chunk')
})

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
