// What a running bidder knows of the model that it serves: the clicks that it promised, and those that came.
import t from 'tap'
import type { MonitoringView } from './models/monitor/view.ts'
import { bidsOf, callNotice, serve, until } from './testing/serving.ts'

type Shown = { readonly versions: readonly { readonly monitoring: MonitoringView }[] }

t.test('bills and clicks are held against what the model has promised', async (t) => {
  const server = await serve(t)
  let number = 0
  const live = async () => {
    const shown = (await (await server.admin('/v1/models/ctr')).json()) as Shown
    return shown.versions[0].monitoring.calibration.live
  }
  t.match(await live(), { clicks: 0, expected: 0 })
  // A bid tells its second: what was made in that of the start is from before it, as far as anybody knows.
  await until(async () => {
    const [bid] = await bidsOf(server, {
      id: `r${number++}`,
      imp: [{ id: '1', banner: { w: 300, h: 250 } }],
      site: { domain: 'news.example', cat: ['IAB12'] },
      device: { devicetype: 2, os: 'Windows', geo: { country: 'USA' } },
    })
    await callNotice(server, bid.burl, bid.price / 2)
    await callNotice(server, /href="([^"]+)"/.exec(bid.adm)![1], 0)
    return (await live()).clicks! > 0
  })
  const { expected, clicks } = await live()
  t.ok(expected! > 0 && expected! < clicks!, 'no one expects every impression to be clicked')
  const metrics = await (await server.admin('/metrics')).text()
  t.match(metrics, /^peregrine_model_clicks\{model="ctr\/1"\} /m)
})
