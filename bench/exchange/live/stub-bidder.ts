/**
 * A bidder for tests whose answers follow from the requests alone: banners of the demo catalog, at a price that is a hash
 * of the request, on every other one. Answers come in an order of their own, because each takes a while that is a hash,
 * too. Remembers the notices that it was sent.
 */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { hashPair, hashText } from '../../../src/base/hash.ts'
import { Seal } from '../../../src/base/seal.ts'
import type { BannerCreative, Catalog } from '../../../src/catalog/schema.ts'
import { writeToken } from '../../../src/exchange/token.ts'
import type { LiveRequest } from './live-market.ts'

export type StubOptions = {
  readonly catalog: Catalog
  /** What is wrong with the bidder. */
  readonly mend?: (bid: Record<string, unknown>) => object
  /** Status of a bid request, else 200 or 204. */
  readonly bidStatus?: number
  /** Status of a notice, by its kind. */
  readonly noticeStatus?: (kind: string) => number
  readonly delayMs?: number
  /** Dies in the middle of this request, counted from 1. */
  readonly diesAt?: number
}

export type Stub = {
  readonly url: string
  /** Paths with queries, in the order in which they came. */
  readonly notices: readonly string[]
}

type StubRequest = LiveRequest & { readonly badv: readonly string[]; readonly bcat: readonly string[] }
type Banner = {
  readonly format: readonly { readonly w: number; readonly h: number }[]
  readonly mimes?: readonly string[]
}

const PUBLIC = 'https://bid.example.com/eu'
const DELAY_MS_MAX = 8
const seal = new Seal([{ id: 'k1', secret: Buffer.alloc(32, 7) }])

export async function startStub(t: Test, options: StubOptions): Promise<Stub> {
  const notices: string[] = []
  let count = 0
  const server: Server = createServer((request, response) => {
    const url = request.url!
    if (url.startsWith('/notice/')) {
      notices.push(url)
      notice(response, url, options)
      return
    }
    if (++count === options.diesAt) {
      server.closeAllConnections()
      server.close()
      return
    }
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      const asked = JSON.parse(body) as StubRequest
      const delayMs = options.delayMs ?? hashText(asked.id) % DELAY_MS_MAX
      setTimeout(() => answer(response, asked, options), delayMs)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openrtb2/bid`, notices }
}

function notice(response: ServerResponse, url: string, { noticeStatus, catalog }: StubOptions): void {
  const [, kind, token] = /^\/notice\/(\w+)\?t=([^&]+)/.exec(url)!
  const isLed = kind === 'click' && !url.includes('&r=0')
  response.statusCode = noticeStatus?.(kind) ?? (isLed ? 302 : 204)
  const { landing } = catalog.creatives.find(({ id }) => id === token.split('~')[4])!
  if (isLed) response.setHeader('location', landing.replace('{click_id}', token))
  response.end()
}

function answer(response: ServerResponse, asked: StubRequest, options: StubOptions): void {
  const bids = asked.imp.flatMap((_, index) => {
    const hash = hashPair(hashText(asked.id), index + 1)
    const bid = hash % 2 === 0 ? undefined : bidOn(asked, index, hash, options.catalog)
    return bid === undefined ? [] : [options.mend?.(bid) ?? bid]
  })
  response.statusCode = options.bidStatus ?? (bids.length === 0 ? 204 : 200)
  response.end(bids.length === 0 ? undefined : JSON.stringify({ id: asked.id, seatbid: [{ bid: bids }] }))
}

function bidOn(
  asked: StubRequest,
  index: number,
  hash: number,
  { creatives, campaigns, advertisers }: Catalog,
): Record<string, unknown> | undefined {
  const imp = asked.imp[index] as LiveRequest['imp'][number] & { banner?: Banner }
  const isPrivate = imp.pmp?.private_auction === 1
  if (imp.banner === undefined || imp.banner.mimes !== undefined || isPrivate) return undefined
  const { format } = imp.banner
  const fitting = creatives.filter((creative): creative is BannerCreative => {
    const { domain } = advertisers.find(({ id }) => id === creative.advertiser)!
    return (
      creative.format === 'banner' &&
      format.some(({ w, h }) => w === creative.width && h === creative.height) &&
      !asked.badv.includes(domain) &&
      !creative.categories.some((category) => asked.bcat.some((blocked) => category.startsWith(blocked)))
    )
  })
  if (fitting.length === 0) return undefined
  const creative = fitting[hash % fitting.length]
  const campaign = campaigns.find(({ creatives }) => creatives.includes(creative.id))!
  const priceCpmMicros = Math.round((imp.bidfloor + (hash % 4000) / 1000) * 1e6)
  const { forExchange, forMarkup } = writeToken(seal, {
    bidAtS: 0,
    exchangeName: 'default',
    campaignId: campaign.id,
    creativeId: creative.id,
    priceCpmMicros,
    currency: 'USD',
    usdCpmMicros: priceCpmMicros,
    bidId: `b-${hash}`,
    isTest: false,
    clickProbability: (hash % 1000) / 1e5,
    propensity: 0,
    pairKey: '',
    model: '',
  })
  const url = (kind: string, token: string, asks = '') => `${PUBLIC}/notice/${kind}?t=${token}${asks}`
  return {
    id: `b-${hash}`,
    impid: imp.id,
    price: priceCpmMicros / 1e6,
    cid: campaign.id,
    crid: creative.id,
    adomain: [advertisers.find(({ id }) => id === creative.advertiser)!.domain],
    cat: creative.categories,
    mtype: 1,
    w: creative.width,
    h: creative.height,
    nurl: url('win', forExchange, `&p=\${AUCTION_PRICE}&m=\${AUCTION_MIN_TO_WIN}`),
    burl: url('bill', forExchange, `&p=\${AUCTION_PRICE}`),
    lurl: url('loss', forExchange, `&l=\${AUCTION_LOSS}&m=\${AUCTION_MIN_TO_WIN}`),
    adm: `<a href="${url('click', forMarkup)}"><img src="${creative.image}"></a><img src="${url('view', forMarkup, `&amp;p=\${AUCTION_PRICE}`)}">`,
  }
}
