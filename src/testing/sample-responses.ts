/**
 * Bid responses as an exchange would like them, written by hand from the specification and not by the writer: what the
 * rules must let pass, and what a test breaks one rule of.
 */

export type SampleBid = Record<string, unknown>
export type SampleResponse = {
  [name: string]: unknown
  seatbid: { [name: string]: unknown; bid: SampleBid[] }[]
}

/** A response with one bid; it answers any request with this id and imp. */
export function responseWith(requestId: string, bid: SampleBid): SampleResponse {
  return { id: requestId, bidid: 'r-1', cur: 'USD', seatbid: [{ bid: [bid] }] }
}

/** Answers imp 1 of `bannerRequest`. */
export function bannerBid(): SampleBid {
  return {
    id: 'b-1',
    impid: '1',
    price: 1.25,
    adid: 'ad-1',
    cid: 'campaign-1',
    crid: 'creative-1',
    adomain: ['shop.example'],
    cat: ['IAB22'],
    attr: [3],
    mtype: 1,
    w: 300,
    h: 250,
    adm: '<a href="https://shop.example/"><img src="https://cdn.shop.example/a.jpg"></a>',
  }
}

/** Answers imp v/1 of `videoRequest`. */
export function videoBid(protocol = 3, adm = inlineVast('3.0')): SampleBid {
  return {
    id: 'b-2',
    impid: 'v/1',
    price: 2,
    crid: 'creative-2',
    adomain: ['bank.example'],
    cat: ['IAB13'],
    mtype: 2,
    dur: 15,
    protocol,
    adm,
  }
}

/** Answers imp a-1 of `audioRequest`. */
export function audioBid(): SampleBid {
  const adm = inlineVast('3.0').replace('type="video/mp4" width="640" height="360"', 'type="audio/mpeg"')
  return { ...videoBid(3, adm), id: 'b-3', impid: 'a-1', crid: 'creative-3', mtype: 3 }
}

/** Answers imp n-1 of `nativeRequest`. */
export function nativeBid(): SampleBid {
  const { adm, w, h, ...bid } = bannerBid()
  return {
    ...bid,
    id: 'b-4',
    impid: 'n-1',
    crid: 'creative-4',
    mtype: 4,
    adm: JSON.stringify(nativeAnswer()),
  }
}

/** A native answer with every asset that `nativeRequest` asks for. */
export function nativeAnswer() {
  return {
    ver: '1.2',
    assets: [
      { id: 1, title: { text: 'Twenty-five characters ok' } },
      { id: 2, img: { type: 3, url: 'https://cdn.shop.example/main.jpg', w: 600, h: 314 } },
      { id: 3, img: { url: 'https://cdn.shop.example/icon.png', w: 50, h: 50 } },
      { id: 4, data: { type: 1, value: 'Shop' } },
      { id: 5, video: { vasttag: inlineVast('3.0') } },
    ],
    link: { url: 'https://shop.example/', clicktrackers: ['https://shop.example/c'] },
    eventtrackers: [{ event: 1, method: 1, url: 'https://shop.example/i' }],
  }
}

/** A VAST document with one inline ad of 15 seconds. */
export function inlineVast(version: string): string {
  const servingId = Number(version) >= 4.1 ? '<AdServingId>serving-1</AdServingId>' : ''
  const universalId =
    Number(version) >= 4 ? '<UniversalAdId idRegistry="unknown" idValue="u-1">u-1</UniversalAdId>' : ''
  return `<?xml version="1.0" encoding="UTF-8"?>
<VAST version="${version}">
  <!-- By hand. -->
  <Ad id="1">
    <InLine>
      <AdSystem>Test</AdSystem>
      <AdTitle>Save &amp; spend</AdTitle>${servingId}
      <Impression><![CDATA[https://bank.example/i?a=1&b=2]]></Impression>
      <Creatives><Creative>${universalId}<Linear>
        <Duration> 00:00:15 </Duration>
        <MediaFiles>
          <MediaFile delivery="progressive" type="video/mp4" width="640" height="360" bitrate="800"><![CDATA[https://cdn.bank.example/a.mp4]]></MediaFile>
        </MediaFiles>
      </Linear></Creative></Creatives>
    </InLine>
  </Ad>
</VAST>`
}

export function wrapperVast(version: string): string {
  return `<VAST version='${version}'><Ad><Wrapper><AdSystem/><Impression/><VASTAdTagURI>https://bank.example/vast</VASTAdTagURI></Wrapper></Ad></VAST>`
}
