/**
 * The admin port: liveness, readiness and metrics. Reads what others keep; never on the bid path.
 *
 * `/healthz` and `/readyz` are open, for the probes of an orchestrator. Everything else wants the bearer token, when
 * there is one: `config` insists on one where the port can be reached from outside.
 */
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

/** Rejects when the port cannot be listened on. */
export function listenAdmin(options: AdminOptions): Promise<AdminServer> {
  const server = createAdaptorServer({ fetch: adminApp(options).fetch })
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message
      reject(
        new Error(
          `cannot listen on ${options.host}:${options.port}: ${reason}; choose another with --admin-port`,
        ),
      )
    })
    server.listen(options.port, options.host, () => {
      const { port } = server.address() as AddressInfo
      resolve({
        port,
        close: () => new Promise((closed) => server.close(() => closed())),
      })
    })
  })
}
