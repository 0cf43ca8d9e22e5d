/**
 * The answer as an object: markup with notice URLs, by template literals for each bid. Films are VAST 3.0.
 */
import { randomUUID } from 'node:crypto'
import { MACRO } from '../../src/exchange/macros.ts'
import type { WireRequest } from '../traffic/wire-schema.ts'
import type { PeerAd } from './offer.ts'

export type PeerBid = {
  readonly impId: string
  readonly ad: PeerAd
  readonly priceUsd: number
  readonly dealId: string | undefined
}

const VAST_3 = 3

export function answerOf(request: WireRequest, bids: readonly PeerBid[], noticeUrl: string): object {
  return {
    id: request.id,
    bidid: randomUUID(),
    cur: 'USD',
    seatbid: [{ bid: bids.map((bid) => bidOf(bid, noticeUrl)) }],
  }
}

function bidOf({ impId, ad, priceUsd, dealId }: PeerBid, noticeUrl: string): object {
  const { creative, campaign } = ad
  const id = randomUUID()
  const query = `b=${id}&c=${campaign.campaign.id}&r=${creative.id}&v=${priceUsd}`
  const notice = (kind: string, price = `&p=${MACRO.price}`) => `${noticeUrl}/notice/${kind}?${query}${price}`
  const common = {
    id,
    impid: impId,
    price: priceUsd,
    adid: `${campaign.campaign.id}/${creative.id}`,
    cid: campaign.campaign.id,
    crid: creative.id,
    adomain: [campaign.domain],
    cat: creative.categories,
    attr: creative.attributes,
    dealid: dealId,
    nurl: notice('win'),
    burl: notice('bill'),
    lurl: `${notice('loss')}&l=${MACRO.loss}&m=${MACRO.minToWin}`,
  }
  const view = notice('view')
  const click = notice('click', '')
  if (creative.format === 'banner') {
    const { width, height } = creative
    return { ...common, mtype: 1, w: width, h: height, adm: banner(creative, click, view) }
  }
  const adm = vast(creative, id, { view, click, error: notice('error', '&e=[ERRORCODE]') })
  return { ...common, mtype: 2, protocol: VAST_3, dur: creative.durationS, adm }
}

function banner(
  { image, alt, width, height }: Extract<PeerAd['creative'], { format: 'banner' }>,
  click: string,
  view: string,
): string {
  const size = `width="${width}" height="${height}"`
  return `<a href="${escaped(click)}" target="_blank" rel="noopener"><img src="${escaped(image)}" ${size} alt="${escaped(alt)}" style="border:0;display:block"></a><img src="${escaped(view)}" width="1" height="1" alt="" style="display:none">`
}

function vast(
  { id, title, durationS, landing, media }: Extract<PeerAd['creative'], { format: 'video' }>,
  bidId: string,
  urls: { readonly view: string; readonly click: string; readonly error: string },
): string {
  const files = media.map(
    ({ url, mime, width, height, bitrateKbps }) =>
      `<MediaFile delivery="progressive" type="${mime}" width="${width}" height="${height}" bitrate="${bitrateKbps}"><![CDATA[${url}]]></MediaFile>`,
  )
  return `<VAST version="3.0"><Ad id="${bidId}"><InLine><AdSystem>peer</AdSystem><AdTitle>${escaped(title)}</AdTitle><Error><![CDATA[${urls.error}]]></Error><Impression><![CDATA[${urls.view}]]></Impression><Creatives><Creative id="${id}"><Linear><Duration>${clock(durationS)}</Duration><VideoClicks><ClickThrough><![CDATA[${landing}]]></ClickThrough><ClickTracking><![CDATA[${urls.click}]]></ClickTracking></VideoClicks><MediaFiles>${files.join('')}</MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>`
}

/** HH:MM:SS. */
function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19)
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
