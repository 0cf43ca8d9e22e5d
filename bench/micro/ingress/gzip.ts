/**
 * Unpacking a request of 2.3 KB and packing an answer of 1.5 KB: whole on the loop, against the thread pool, and
 * against one zlib stream that is used again and again, which Node only has inside.
 *
 * The check of a packing case is the bytes of all its answers: what a level saves is read off there.
 */
import { createGunzip, createGzip, gunzip, gunzipSync, gzipSync } from 'node:zlib'
import { gzip, inflate } from '../../../src/ingress/gzip.ts'
import { makeBodies } from '../../traffic/requests.ts'
import type { AsyncMicroBench, MicroBench } from '../measure.ts'

const BODY_BYTES_MAX = 262_144
const Z_FINISH = 4

const bodies = makeBodies(1, 1000)
const packed = bodies.map((body) => gzipSync(body))
const bomb = gzipSync(Buffer.alloc(50_000_000))
const target = Buffer.alloc(BODY_BYTES_MAX)

/** Banner answers that differ in their ids and prices, as one campaign's do. */
const answers = Array.from({ length: 100 }, (_, i) => {
  const click = `https://bid.peregrine.example/notice/click?t=${(i * 7919).toString(36).repeat(14)}`
  const adm = `<a href="${click}" target="_blank"><img src="https://cdn.shop.example/300x250.jpg" width="300" height="250" alt="Everything half price until Sunday" style="border:0"></a><img src="https://bid.peregrine.example/notice/view?t=${(i * 104_729).toString(36).repeat(12)}" width="1" height="1" style="position:absolute;left:-1px">`
  const bid = {
    id: `b-${i}`,
    impid: '1',
    price: 1.5 + i / 1000,
    adid: 'campaign-1/creative-1',
    burl: `https://bid.peregrine.example/notice/bill?t=${(i * 31_337).toString(36).repeat(14)}&p=\${AUCTION_PRICE}&c=\${AUCTION_CURRENCY}`,
    lurl: `https://bid.peregrine.example/notice/loss?t=${(i * 65_537).toString(36).repeat(14)}&l=\${AUCTION_LOSS}&m=\${AUCTION_MIN_TO_WIN}`,
    cid: 'campaign-1',
    crid: 'creative-1',
    adomain: ['shop.example'],
    cat: ['IAB22', 'IAB22-1'],
    mtype: 1,
    w: 300,
    h: 250,
    attr: [],
    ext: { dsa: { behalf: 'Shop Example Ltd', paid: 'Shop Example Ltd', adrender: 1, transparency: [] } },
    adm: `${adm}<script>${adm.length};addEventListener("message",e=>{if(e.origin==="https://cdn.shop.example"&&e.data&&e.data.kind==="expand"){document.body.style.height=e.data.height+"px";document.body.style.width=e.data.width+"px"}});var m=document.querySelectorAll("img");for(var i=0;i<m.length;i++)m[i].addEventListener("error",()=>{})</script>`,
  }
  return Buffer.from(
    JSON.stringify({
      id: `request-${i}`,
      bidid: `r-${i}`,
      cur: 'USD',
      seatbid: [{ seat: 's', bid: [bid] }],
    }),
  )
})

/** What Node keeps behind a stream of zlib. */
type Inside = {
  _writeState: Uint32Array
  _handle: {
    reset(): void
    writeSync(
      flush: number,
      from: Uint8Array,
      fromAt: number,
      fromLength: number,
      to: Uint8Array,
      toAt: number,
      toLength: number,
    ): void
  }
}

/** Packs or unpacks with one stream for all; gives the length of what came out. */
function again(stream: unknown, bytes: Uint8Array): number {
  const { _handle, _writeState } = stream as Inside
  _handle.reset()
  _handle.writeSync(Z_FINISH, bytes, 0, bytes.length, target, 0, target.length)
  return target.length - _writeState[0]
}

function sum(count: number, of: (i: number) => number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += of(i)
  return total
}

const oneGunzip = createGunzip()
const oneGzip = createGzip({ level: 1 })

export const benches: MicroBench[] = [
  {
    name: 'ingress: unpack a request',
    unit: 'request',
    count: 3000,
    cases: [
      {
        name: 'bounded by its stated length',
        run: (n) => sum(n, (i) => inflate(packed[i % 1000], target, BODY_BYTES_MAX)),
      },
      {
        name: 'gunzipSync, as it comes',
        run: (n) => sum(n, (i) => gunzipSync(packed[i % 1000]).copy(target)),
      },
      {
        name: 'one stream again and again (internals)',
        run: (n) => sum(n, (i) => again(oneGunzip, packed[i % 1000])),
      },
    ],
  },
  {
    name: 'ingress: refuse a body',
    unit: 'body',
    count: 300,
    cases: [
      { name: 'a bomb of 50 MB', run: (n) => sum(n, () => inflate(bomb, target, BODY_BYTES_MAX)) },
      { name: 'plain text', run: (n) => sum(n, (i) => inflate(bodies[i % 1000], target, BODY_BYTES_MAX)) },
      {
        name: 'half a body',
        run: (n) => sum(n, (i) => inflate(packed[i % 1000].subarray(0, 500), target, BODY_BYTES_MAX)),
      },
    ],
  },
  {
    name: `ingress: pack an answer of ${Math.round(sum(100, (i) => answers[i].length) / 100)} bytes`,
    unit: 'answer',
    count: 1000,
    cases: [
      { name: 'level 1', run: (n) => sum(n, (i) => gzip(answers[i % 100]).length) },
      { name: 'level 6', run: (n) => sum(n, (i) => gzipSync(answers[i % 100], { level: 6 }).length) },
      {
        name: 'level 1, one stream (internals)',
        run: (n) => sum(n, (i) => again(oneGzip, answers[i % 100])),
      },
      { name: 'not packed', run: (n) => sum(n, (i) => answers[i % 100].copy(target)) },
    ],
  },
  ...[256, 512, 1024].map((length) => ({
    name: `ingress: pack an answer of ${length} bytes`,
    unit: 'answer',
    count: 1000,
    cases: [
      {
        name: 'level 1',
        run: (n: number) => sum(n, (i) => gzip(answers[i % 100].subarray(0, length)).length),
      },
    ],
  })),
]

const unpackAside = (bytes: Buffer) =>
  new Promise<number>((resolve) => gunzip(bytes, (_, plain) => resolve(plain.copy(target))))

export const asyncBenches: AsyncMicroBench[] = [
  {
    name: 'ingress: unpack a request, waiting for it',
    unit: 'request',
    count: 1000,
    open: async () => ({
      cases: [
        { name: 'on the loop', run: async () => inflate(packed[0], target, BODY_BYTES_MAX) },
        { name: 'in the thread pool', run: () => unpackAside(packed[0]) },
      ],
      close: async () => {},
    }),
  },
]
