/**
 * Bid requests as builders: plain values that a test changes and spells. All that is in them is used by some reader.
 */

export type SampleRequest = { [name: string]: unknown; imp: Record<string, unknown>[] }

/** A site with one banner of two sizes. */
export function bannerRequest(): SampleRequest {
  return {
    id: 'auction-1',
    at: 1,
    tmax: 120,
    cur: ['USD'],
    bcat: ['IAB25', 'IAB7-39'],
    badv: ['blocked.example', 'other.example'],
    imp: [
      {
        id: '1',
        tagid: 'top',
        bidfloor: 0.5,
        bidfloorcur: 'USD',
        secure: 1,
        instl: 0,
        banner: {
          format: [
            { w: 300, h: 250 },
            { w: 320, h: 50 },
          ],
          pos: 1,
          battr: [13],
        },
        pmp: { private_auction: 0 },
      },
    ],
    site: {
      domain: 'www.news.example',
      page: 'https://www.news.example/today?from=home',
      cat: ['IAB12'],
      publisher: { id: 'pub-7' },
    },
    device: {
      os: 'Windows',
      language: 'en',
      devicetype: 2,
      connectiontype: 2,
      geo: { country: 'USA', region: 'CA' },
    },
  }
}

/** An app with one video of 5 to 30 seconds. */
export function videoRequest(): SampleRequest {
  return {
    id: 'auction-2 "é"',
    at: 2,
    tmax: 200,
    imp: [
      {
        id: 'v/1',
        bidfloor: 2,
        video: {
          mimes: ['video/mp4', 'video/webm'],
          minduration: 5,
          maxduration: 30,
          protocols: [2, 3, 7],
          w: 640,
          h: 360,
          pos: 7,
        },
      },
    ],
    app: { bundle: 'com.example.game', domain: 'game.example', cat: ['IAB9-30'], publisher: { id: 'pub-8' } },
    device: { os: 'Android', devicetype: 4, geo: { country: 'DEU' } },
    user: { keywords: 'tête-à-tête 😀' },
  }
}
