/**
 * The models at the admin port: what there is, and which is live; promoting a version, and going back to the one before.
 */
import type { Context, Hono } from 'hono'
import type { ModelView, ReleaseResult } from '../models/releases.ts'
import type { AdminAction } from './action.ts'

/** The releases, as this port sees them. */
export type ModelsPort = {
  list(): ModelView[]
  find(name: string): ModelView | undefined
  promote(name: string, version: string): Promise<ReleaseResult>
  rollBack(name: string): Promise<ReleaseResult>
}

export function addModels(
  app: Hono,
  { models, onAction }: { readonly models: ModelsPort; readonly onAction: (action: AdminAction) => void },
): void {
  const unknown = (context: Context, name: string) =>
    context.json({ error: `there is no model ${JSON.stringify(name)}` }, 404)
  const answer = (context: Context, name: string, { faults }: ReleaseResult) =>
    faults.length === 0 ? context.json(models.find(name)) : context.json({ error: faults.join('; ') }, 409)
  app.get('/v1/models', (context) => context.json(models.list()))
  app.get('/v1/models/:name', (context) => {
    const name = context.req.param('name')
    const found = models.find(name)
    return found === undefined ? unknown(context, name) : context.json(found)
  })
  app.post('/v1/models/:name/promote', async (context) => {
    const name = context.req.param('name')
    if (models.find(name) === undefined) return unknown(context, name)
    const { version } = await context.req.json<{ version?: unknown }>().catch(() => ({ version: undefined }))
    if (typeof version !== 'string') return context.json({ error: 'the body is {"version":"…"}' }, 400)
    const result = await models.promote(name, version)
    if (result.faults.length === 0) onAction({ model: name, verb: 'promote', version })
    return answer(context, name, result)
  })
  app.post('/v1/models/:name/rollback', async (context) => {
    const name = context.req.param('name')
    if (models.find(name) === undefined) return unknown(context, name)
    const result = await models.rollBack(name)
    if (result.faults.length === 0) onAction({ model: name, verb: 'rollback' })
    return answer(context, name, result)
  })
}
