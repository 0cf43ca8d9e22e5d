/**
 * The admin port: liveness, readiness and metrics. Reads what others keep; never on the bid path.
 *
 * `/healthz` and `/readyz` are open, for the probes of an orchestrator. Everything else wants the bearer token, when
 * there is one: `config` insists on one where the port can be reached from outside.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'

export type AdminOptions = {
  readonly host: string
  readonly port: number
  readonly token: string
  /** Why the bidder is not ready, or undefined when it is. */
  readonly unreadyReason: () => string | undefined
  readonly metricsText: () => Promise<string>
}

const CLOSE_MS_MAX = 500

export type AdminServer = { readonly port: number; close(): Promise<void> }

export function adminApp({ token, unreadyReason, metricsText }: Omit<AdminOptions, 'host' | 'port'>): Hono {
  const app = new Hono()
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    const reason = unreadyReason()
    return reason === undefined ? context.text('ready\n') : context.text(`not ready: ${reason}\n`, 503)
  })
  if (token !== '') app.use(bearerAuth({ token }))
  app.get('/metrics', async (context) => {
    context.header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    return context.body(await metricsText())
  })
  app.notFound((context) => context.text('There is nothing here. Try /healthz, /readyz or /metrics.\n', 404))
  return app
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
