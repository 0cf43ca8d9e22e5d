/**
 * The description of the admin port, served as `/openapi.json`: OpenAPI 3.1, its schemas from the types of the answers.
 */
import Type from 'typebox'

const dollars = (description: string) => Type.Number({ description })
const budget = (description: string) =>
  Type.Union([Type.Number(), Type.Null()], { description: `${description} in US dollars; null for none.` })
const count = (description: string) => Type.Integer({ minimum: 0, description })

const CampaignView = {
  id: Type.String(),
  name: Type.String(),
  status: Type.Enum(['active', 'paused', 'not_in_flight', 'spent'], {
    description: 'Why it bids or does not; an operator and the catalog may pause it.',
  }),
  budget: Type.Object({
    total: budget('All that may be spent'),
    daily: budget('What may be spent in a day'),
  }),
  spend: Type.Object({
    total: dollars('Settled since its first day, in US dollars.'),
    today: dollars('Settled for bids of this day of its time zone.'),
  }),
  reserved: dollars('Prices of bids in flight, in US dollars.'),
  bids: count('Bids that were sent.'),
  wins: count('Bids that were told to be won, or were billed.'),
  impressions: count('Bids that were billed.'),
  clicks: count('Clicks, one a bid.'),
  conversions: count('Conversions, one a bid.'),
}

const CampaignDetail = Type.Object({
  ...CampaignView,
  pausedBy: Type.Array(Type.Enum(['catalog', 'operator'])),
  timeZone: Type.String({ description: 'IANA name; days begin at its midnights.' }),
  dayEnds: Type.String({ format: 'date-time' }),
  flights: Type.Array(
    Type.Object({
      start: Type.String({ format: 'date' }),
      end: Type.String({ format: 'date' }),
      budget: budget('What may be spent in it'),
    }),
  ),
  pacing: Type.Object({
    mode: Type.Enum(['dual', 'throttle', 'none']),
    valueFactor: Type.Number({ description: 'What values are multiplied by before they are bid.' }),
    passShare: Type.Number({ description: 'Share of the requests that it takes part in.' }),
  }),
})

const Status = Type.Object({
  version: Type.String(),
  ready: Type.Boolean(),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it is not ready.' }),
  ledger: Type.Object({
    isWritable: Type.Boolean({ description: 'Without it no bid is made.' }),
    waiting: count('Notices that wait to be written.'),
    holds: count('Bids whose price is on hold, and closed ones between them.'),
  }),
  overload: Type.Object({
    level: Type.Enum(['full', 'fewer', 'inline', 'refusing'], {
      description: 'Work that bids get: all, fewer candidates, the inline scorer alone, or some are refused.',
    }),
    exchanges: Type.Record(
      Type.String(),
      Type.Object({
        offeredPerS: count('Bid requests a second, over the last tenth of one.'),
        admittedShare: Type.Number({ description: 'Share of them that is let in.' }),
      }),
    ),
  }),
  events: Type.Union(
    [
      Type.Object({
        isWritable: Type.Boolean({ description: 'Without it events are dropped; bids go on.' }),
        written: count('Bids and notices that were written since the start.'),
        dropped: count('Those for which there was no room, or that could not be written.'),
        bytes: count('Of the log on the disk.'),
        oldest: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
          description: 'The time of its oldest record.',
        }),
      }),
      Type.Null(),
    ],
    { description: 'The event log; null where none is kept.' },
  ),
  catalog: Type.Object({ campaigns: count('All campaigns.'), ads: count('Creatives of active ones.') }),
})

const Model = Type.Object({
  name: Type.String(),
  live: Type.String({ description: 'The version that bids use; empty for a model that is not served.' }),
  previous: Type.Union([Type.String(), Type.Null()], { description: 'What a rollback makes live.' }),
  versions: Type.Array(
    Type.Object({
      version: Type.String(),
      state: Type.Enum(['arriving', 'checking', 'ready', 'refused', 'live', 'previous'], {
        description:
          'Arriving while its folder is incomplete; ready when its trial found nothing against it.',
      }),
      reasons: Type.Array(Type.String(), { description: 'Why it is not ready, a sentence each.' }),
      batchMs: Type.Union([Type.Number(), Type.Null()], {
        description: 'Median time of a full batch in its trial, in milliseconds.',
      }),
    }),
  ),
})

const Tensor = Type.Object({
  name: Type.String(),
  datatype: Type.Enum(['INT32', 'FP32']),
  shape: Type.Array(Type.Integer(), { description: 'Rows and columns; -1 for any number.' }),
})
const data = { data: Type.Array(Type.Number(), { description: 'Row by row; lists of rows are taken, too.' }) }
const ModelMetadata = Type.Object({
  name: Type.String(),
  versions: Type.Array(Type.String(), { description: 'Those in the workers, the live one first.' }),
  platform: Type.String(),
  inputs: Type.Array(Tensor),
  outputs: Type.Array(Tensor),
})
const InferenceRequest = Type.Object({
  id: Type.Optional(Type.String()),
  inputs: Type.Array(Type.Object({ ...Tensor.properties, ...data })),
})
const InferenceResponse = Type.Object({
  model_name: Type.String(),
  model_version: Type.String(),
  id: Type.Optional(Type.String()),
  outputs: Type.Array(Type.Object({ ...Tensor.properties, ...data })),
})

const Action = Type.Object({
  id: Type.String(),
  isPaused: Type.Boolean(),
  isDurable: Type.Boolean({ description: 'Whether it would outlive a restart.' }),
})
const Problem = Type.Object({ error: Type.String() })

const json = (description: string, schema: unknown) => ({
  description,
  content: { 'application/json': { schema } },
})
const text = (description: string) => ({
  description,
  content: { 'text/plain': { schema: { type: 'string' } } },
})
const byId = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
const byName = [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }]
const unknownModel = { 404: json('There is no such model.', Problem) }
const release = (summary: string, more: object = {}) => ({
  post: {
    summary,
    parameters: byName,
    ...more,
    responses: {
      200: json('It has, from the next request on.', Model),
      409: json('It has not, and why.', Problem),
      ...unknownModel,
    },
  },
})
const openInference = (path: string, parameters: readonly object[]) => ({
  [path]: get(
    'What a model in the workers eats',
    { 200: json('Its tensors.', ModelMetadata), ...unknownModel },
    { parameters },
  ),
  [`${path}/ready`]: get(
    'Whether a model is in the workers',
    { 200: json('It is.', Type.Object({ name: Type.String(), ready: Type.Boolean() })), ...unknownModel },
    { parameters },
  ),
  [`${path}/infer`]: {
    post: {
      summary: 'Score rows that are encoded as the manifest says',
      parameters,
      requestBody: { required: true, content: { 'application/json': { schema: InferenceRequest } } },
      responses: {
        200: json('A probability a row.', InferenceResponse),
        400: json('The rows cannot be scored, and why.', Problem),
        503: json('Not now.', Problem),
        ...unknownModel,
      },
    },
  },
})
const unknownCampaign = { 404: json('There is no such campaign.', Problem) }
const action = (summary: string) => ({
  post: {
    summary,
    parameters: byId,
    responses: {
      200: json('It acts on the next request, and outlives a restart.', Action),
      503: json('It acts, but the ledger could not write it down.', Action),
      ...unknownCampaign,
    },
  },
})
const get = (summary: string, responses: object, more: object = {}) => ({
  get: { summary, ...more, responses },
})

export const openApi = (version: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'Peregrine, admin port',
    version,
    description: 'Wants a bearer token, when one is set, for all but the probes.',
  },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
  paths: {
    '/healthz': get('Whether the process lives', { 200: text('It does.') }, { security: [] }),
    '/readyz': get(
      'Whether bids are made',
      { 200: text('They are.'), 503: text('They are not, and why.') },
      { security: [] },
    ),
    '/metrics': get('Metrics, as Prometheus reads them', { 200: text('Prometheus text format 0.0.4.') }),
    '/openapi.json': get('This document', { 200: json('OpenAPI 3.1.', { type: 'object' }) }),
    '/v1/status': get('What the process is doing', { 200: json('Its state.', Status) }),
    '/v1/campaigns': get('All campaigns of the catalog', {
      200: json('In the order of the catalog.', Type.Array(Type.Object(CampaignView))),
    }),
    '/v1/campaigns/{id}': get(
      'One campaign',
      { 200: json('The campaign.', CampaignDetail), ...unknownCampaign },
      { parameters: byId },
    ),
    '/v1/campaigns/{id}/pause': action('Stop bidding for a campaign'),
    '/v1/campaigns/{id}/resume': action('Bid for a campaign again, unless the catalog has it paused'),
    '/v1/models': get('All models and their versions', {
      200: json('In the order of their names.', Type.Array(Model)),
    }),
    '/v1/models/{name}': get(
      'One model',
      { 200: json('The model.', Model), ...unknownModel },
      { parameters: byName },
    ),
    '/v1/models/{name}/promote': release('Let a version that is ready go live', {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: Type.Object({ version: Type.String() }) } },
      },
    }),
    '/v1/models/{name}/rollback': release('Go back to the version that was live before'),
    '/v2': get('Open Inference Protocol: the server', { 200: json('Its name.', Type.Object({})) }),
    '/v2/health/live': get('Whether it lives', {
      200: json('It does.', Type.Object({ live: Type.Boolean() })),
    }),
    '/v2/health/ready': get('Whether it is ready', {
      200: json('It is.', Type.Object({ ready: Type.Boolean() })),
      503: json('It is not.', Type.Object({ ready: Type.Boolean() })),
    }),
    ...openInference('/v2/models/{name}', byName),
    ...openInference('/v2/models/{name}/versions/{version}', [
      ...byName,
      { name: 'version', in: 'path', required: true, schema: { type: 'string' } },
    ]),
  },
})
