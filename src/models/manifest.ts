/**
 * `manifest.json` of a model version: what the model is, what it eats and what it must answer. It is the whole contract
 * between whoever trained the model and the bidder; models/README.md explains each field.
 */
import Type, { type Static } from 'typebox'
import { Reference } from '../features/reference.ts'

export const GOLDEN_ROWS_MAX = 256

const strict = { additionalProperties: false }

const Column = Type.Object(
  {
    feature: Type.String({
      minLength: 1,
      description: 'A name of the feature catalogue, or two joined by *.',
    }),
    buckets: Type.Optional(Type.Integer({ minimum: 1, description: 'Text features: a power of two.' })),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4294967295, description: 'Of the hash; 0 by default.' }),
    ),
    offset: Type.Optional(Type.Integer({ minimum: 0, description: 'Added to the bucket; 0 by default.' })),
    default: Type.Optional(
      Type.Number({ description: 'Numbers: what stands for a value that is not known.' }),
    ),
    domain: Type.Optional(
      Type.Tuple([Type.Number(), Type.Number()], { description: 'Numbers: values are clamped to it.' }),
    ),
  },
  strict,
)

const Golden = Type.Object(
  {
    features: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'Raw values by feature name; what is left out is not known.',
    }),
    inputs: Type.Record(Type.String(), Type.Array(Type.Number()), {
      description: 'The row of each input tensor that these values are encoded to.',
    }),
    output: Type.Number({ minimum: 0, maximum: 1 }),
    inline: Type.Number({ minimum: 0, maximum: 1, description: 'What the inline scorer answers.' }),
  },
  strict,
)

/** What stands in a path of its server as it is. */
const RemoteName = Type.String({
  pattern: '^[0-9A-Za-z][0-9A-Za-z._-]*$',
  description: 'a name of letters, digits and . _ - that begins with a letter or a digit',
})

const Runtime = Type.Object(
  {
    kind: Type.Literal('open-inference'),
    url: Type.String({
      pattern: '^https?://[^/?#@\\s]+(/[^?#\\s]*)?$',
      description: 'an address such as http://host:8000, without a user, a query or a fragment,',
    }),
    model: RemoteName,
    version: Type.Optional(RemoteName),
  },
  { ...strict, description: 'A server that has the model; there is no model.onnx then.' },
)

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: '64 lower-case hexadecimal digits' })

export const Manifest = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,30}$',
      description: 'a name of at most 31 lower-case letters, digits and - that begins with a letter',
    }),
    version: Type.String({
      pattern: '^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$',
      description: 'a version of at most 32 letters, digits and . _ - that begins with a letter or a digit',
    }),
    task: Type.Enum(['ctr', 'cvr']),
    sha256: Type.Optional(Sha256),
    runtime: Type.Optional(Runtime),
    inputs: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1 }),
          type: Type.Enum(['int32', 'float32']),
          columns: Type.Array(Column, { minItems: 1 }),
        },
        strict,
      ),
      { minItems: 1 },
    ),
    output: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        meaning: Type.Enum([
          'probability of a click, given an impression',
          'probability of a conversion, given a click',
        ]),
      },
      strict,
    ),
    inline: Type.Object(
      {
        file: Type.Literal('inline.bin'),
        sha256: Sha256,
        tableRows: Type.Integer({ minimum: 1 }),
        columns: Type.Array(Column, { minItems: 1 }),
      },
      strict,
    ),
    golden: Type.Object(
      {
        tolerance: Type.Number({ exclusiveMinimum: 0, maximum: 0.001 }),
        rows: Type.Array(Golden, { minItems: 1, maxItems: GOLDEN_ROWS_MAX }),
      },
      strict,
    ),
    training: Type.Object(
      {
        about: Type.String(),
        window: Type.String(),
        rows: Type.Integer({ minimum: 0 }),
        seed: Type.Integer(),
      },
      strict,
    ),
    quality: Type.Record(Type.String(), Type.Number(), {
      description: 'On the holdout; see models/README.md.',
    }),
    reference: Type.Optional(Reference),
  },
  { ...strict, title: 'Model manifest' },
)

export type Manifest = Static<typeof Manifest>
export type Task = Manifest['task']
export type GoldenRow = Static<typeof Golden>
