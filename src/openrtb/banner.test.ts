// Which sizes have one of the ratios that a banner slot takes. What the slot says is in the suite of requests.
import fc from 'fast-check'
import t from 'tap'
import { type BannerView, ratioOf } from './banner.ts'
import { RequestView } from './request.ts'
import { NONE } from './tape.ts'
import '../testing/seed.ts'

const view = new RequestView(4096)

function bannerOf(format: object[]): BannerView {
  const body = JSON.stringify({ id: 'a', imp: [{ id: '1', banner: { format } }] })
  view.read(view.tape.bytes.write(body))
  return view.imps[0].banner
}

t.test('a size has a ratio exactly, and from its least width on', async (t) => {
  const banner = bannerOf([
    { wratio: 16, hratio: 9, wmin: 320 },
    { w: 300, h: 250 },
    { wratio: 4, hratio: 3 },
    { wratio: 16, hratio: 9 },
  ])
  const table: [width: number, height: number, ratio: number, about: string][] = [
    [320, 180, 0, 'the least width'],
    [1920, 1080, 0, 'above it'],
    [304, 171, 2, 'below it, but of a later ratio that has none'],
    [4, 3, 1, 'the ratio itself'],
    [640, 480, 1, 'another ratio'],
    [320, 181, NONE, 'a pixel too high'],
    [321, 180, NONE, 'a pixel too wide'],
    [180, 320, NONE, 'the other way up'],
    [300, 250, NONE, 'a fixed size'],
  ]
  for (const [width, height, ratio, about] of table) t.equal(ratioOf(banner, width, height), ratio, about)
})

t.test('a banner without ratios has none, whatever the one before it had', async (t) => {
  t.equal(ratioOf(bannerOf([{ wratio: 1, hratio: 1 }]), 5, 5), 0)
  t.equal(ratioOf(bannerOf([{ w: 5, h: 5 }]), 5, 5), NONE)
})

t.test('any multiple of a ratio has it, and no multiple a pixel off', async (t) => {
  const part = fc.integer({ min: 1, max: 100 })
  fc.assert(
    fc.property(part, part, part, fc.boolean(), (width, height, factor, isWider) => {
      const banner = bannerOf([{ wratio: width, hratio: height }])
      t.equal(ratioOf(banner, width * factor, height * factor), 0)
      const [wider, higher] = isWider ? [1, 0] : [0, 1]
      t.equal(ratioOf(banner, width * factor + wider, height * factor + higher), NONE)
    }),
    { numRuns: 300 },
  )
})
