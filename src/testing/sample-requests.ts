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

/** A radio station with one audio slot of 10 to 30 seconds. */
export function audioRequest(): SampleRequest {
  return {
    id: 'auction-3',
    at: 1,
    imp: [
      {
        id: 'a-1',
        bidfloor: 1,
        audio: {
          mimes: ['audio/mpeg'],
          minduration: 10,
          maxduration: 30,
          protocols: [3, 7],
          battr: [7],
          feed: 1,
        },
      },
    ],
    site: { domain: 'radio.example', publisher: { id: 'pub-9' } },
  }
}

/** A native slot that asks for a title, two images, a sponsor and a film; the request is text, as specified. */
export function nativeRequest(): SampleRequest {
  const request = {
    ver: '1.2',
    assets: [
      { id: 1, required: 1, title: { len: 25 } },
      { id: 2, required: 1, img: { type: 3, wmin: 300, hmin: 200 } },
      { id: 3, img: { type: 1, w: 50, h: 50 } },
      { id: 4, required: '1', data: { type: 1, len: '25' } },
      { id: 5, video: { mimes: ['video/mp4'], minduration: 5, maxduration: 30, protocols: [3] } },
    ],
    eventtrackers: [{ event: 1, methods: [1, 2] }],
  }
  return {
    id: 'auction-4',
    at: 1,
    imp: [{ id: 'n-1', bidfloor: 0.2, native: { request: JSON.stringify(request), ver: '1.2' } }],
    app: { bundle: 'com.example.reader', publisher: { id: 'pub-10' } },
  }
}

/** A film break of 60 seconds that up to three bids fill. */
export function dynamicPodRequest(): SampleRequest {
  const request = videoRequest()
  Object.assign(request.imp[0].video as object, { podid: 'pod-1', poddur: 60, maxseq: 3 })
  return request
}

/** A film break of two slots, an imp each. */
export function structuredPodRequest(): SampleRequest {
  const request = videoRequest()
  const [first] = request.imp
  Object.assign(first.video as object, { podid: 'pod-1', slotinpod: 1 })
  request.imp.push({ ...first, id: 'v/2', video: { ...(first.video as object), slotinpod: 0 } })
  return request
}
