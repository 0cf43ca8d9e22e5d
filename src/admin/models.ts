/**
 * The models at the admin port: what there is, and which is live; promoting a version, and going back to the one before.
 */
import type { Context, Hono } from 'hono'
import type { ModelView } from '../models/release/desk.ts'
import type { Stage } from '../models/release/policy.ts'
import type { ReleaseResult } from '../models/release/releases.ts'
import type { AdminAction } from './action.ts'

/** The releases, as this port sees them. */
export type ModelsPort = {
  list(): ModelView[]
  find(name: string): ModelView | undefined
  promote(name: string, version: string, stage: Stage, share?: number): Promise<ReleaseResult>
  rollBack(name: string): Promise<ReleaseResult>
  rearm(name: string, version: string): Promise<ReleaseResult>
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
    const asked = promotionOf(await context.req.json().catch(() => undefined))
    if (typeof asked === 'string') return context.json({ error: asked }, 400)
    const { version, stage, share } = asked
    const result = await models.promote(name, version, stage, share)
    if (result.faults.length === 0) onAction({ model: name, verb: 'promote', version, stage, share })
    return answer(context, name, result)
  })
  app.post('/v1/models/:name/rearm', async (context) => {
    const name = context.req.param('name')
    if (models.find(name) === undefined) return unknown(context, name)
    const { version } = await context.req.json<{ version?: unknown }>().catch(() => ({ version: undefined }))
    if (typeof version !== 'string') return context.json({ error: 'the body is {"version":"…"}' }, 400)
    const result = await models.rearm(name, version)
    if (result.faults.length === 0) onAction({ model: name, verb: 'rearm', version })
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

type Promotion = { readonly version: string; readonly stage: Stage; readonly share?: number }

const STAGES: readonly Stage[] = ['shadow', 'canary', 'live']
const BODY = 'the body is {"version":"…","stage":"shadow"}; a stage is shadow, canary or live'

function promotionOf(body: unknown): Promotion | string {
  const { version, stage = 'shadow', share } = (body ?? {}) as Partial<Promotion>
  if (typeof version !== 'string' || !STAGES.includes(stage)) return BODY
  if (share === undefined) return { version, stage }
  if (stage !== 'canary') return 'only a canary has a share'
  if (typeof share !== 'number' || !(share >= 0.0001 && share < 1))
    return 'the share of a canary is a number from 0.0001 to below 1'
  return { version, stage, share }
}
