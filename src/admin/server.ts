/**
 * The admin port: liveness, readiness, metrics, the campaigns and the models. Reads what others keep; never on the bid path. What
 * an operator does here is told to `onAction`.
 *
 * `/healthz` and `/readyz` are open, for the probes of an orchestrator. Everything else wants the bearer token, when
 * there is one: `config` insists on one where the port can be reached from outside.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono, type Next } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import type { AdminAction } from './action.ts'
import type { Campaigns } from './campaigns.ts'
import { addModels, type ModelsPort } from './models.ts'
import { addOpenInference, type InferencePort } from './open-inference.ts'
import { openApi } from './openapi.ts'

export type AdminOptions = {
  readonly host: string
  readonly port: number
  readonly token: string
  readonly version: string
  /** Why the bidder is not ready, or undefined when it is. */
  readonly unreadyReason: () => string | undefined
  readonly metricsText: () => Promise<string>
  readonly campaigns: Pick<Campaigns, 'list' | 'find' | 'setPaused'>
  readonly status: () => object
  readonly models: ModelsPort
  readonly inference: InferencePort
  readonly onAction: (action: AdminAction) => void
}

const CLOSE_MS_MAX = 500

export type AdminServer = { readonly port: number; close(): Promise<void> }

export function adminApp(options: Omit<AdminOptions, 'host' | 'port'>): Hono {
  const { token, unreadyReason, metricsText } = options
  const app = new Hono()
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    const reason = unreadyReason()
    return reason === undefined ? context.text('ready\n') : context.text(`not ready: ${reason}\n`, 503)
  })
  if (token !== '') app.use(bearerAuth({ token }))
  app.use(refuseOtherSites)
  app.get('/metrics', async (context) => {
    context.header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    return context.body(await metricsText())
  })
  app.get('/openapi.json', (context) => context.json(openApi(options.version)))
  app.get('/v1/status', (context) => {
    const reason = unreadyReason() ?? null
    return context.json({ version: options.version, ready: reason === null, reason, ...options.status() })
  })
  addCampaigns(app, options)
  addModels(app, options)
  addOpenInference(app, options)
  app.notFound((context) => context.text('There is nothing here. /openapi.json lists what there is.\n', 404))
  return app
}

/** No page that an operator has open may act in his name: browsers say where a POST comes from, other clients do not. */
async function refuseOtherSites({ req, text }: Context, next: Next): Promise<Response | undefined> {
  const origin = req.header('origin')
  if (req.method === 'POST' && origin !== undefined && URL.parse(origin)?.host !== req.header('host'))
    return text('Pages of other sites may not act here.\n', 403)
  await next()
}

function addCampaigns(
  app: Hono,
  { campaigns, onAction }: Pick<AdminOptions, 'campaigns' | 'onAction'>,
): void {
  const unknown = (context: Context, id: string) =>
    context.json({ error: `there is no campaign ${JSON.stringify(id)} in the catalog` }, 404)
  app.get('/v1/campaigns', (context) => context.json(campaigns.list()))
  app.get('/v1/campaigns/:id', (context) => {
    const id = context.req.param('id')
    const campaign = campaigns.find(id)
    return campaign === undefined ? unknown(context, id) : context.json(campaign)
  })
  for (const [verb, isPaused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.post(`/v1/campaigns/:id/${verb}`, async (context) => {
      const id = context.req.param('id')
      if (campaigns.find(id) === undefined) return unknown(context, id)
      const isDurable = await campaigns.setPaused(id, isPaused)
      onAction({ campaign: id, isPaused })
      return context.json({ id, isPaused, isDurable }, isDurable ? 200 : 503)
    })
  }
}

/** Rejects, with a sentence, when the port cannot be listened on. */
export function listenAdmin(options: AdminOptions): Promise<AdminServer> {
  // Without options for HTTP/2 it is a server of node:http.
  const server = createAdaptorServer({ fetch: adminApp(options).fetch }) as Server
  return new Promise((resolve, reject) => {
    // Not `once`: an error of a later accept, such as too many open files, must not end the process.
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const place = `${options.host}:${options.port}`
      reject(new Error(`cannot listen on ${place}: ${reasonOf(cause)}`))
    })
    server.listen(options.port, options.host, () => {
      const { port } = server.address() as AddressInfo
      resolve({ port, close: () => close(server) })
    })
  })
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'the port is in use; choose another with --admin-port'
  if (code === 'EACCES') return 'this user may not take the port; choose one above 1023 with --admin-port'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return "the address is not this host's; choose another with --admin-host"
  return message
}

/** Lets answers in work end; who has still not finished a request then is cut off, or a stop would wait for it. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
  })
}
