/**
 * The schemas of the catalog's files as plain JSON Schema, by folder, for `peregrine check --schema`: an editor or a CI
 * that holds `campaigns/*.json` against `campaigns` accepts what the loader accepts, references apart.
 */
import type { TSchema } from 'typebox'
import type { Kind } from './files.ts'
import { Advertiser, Campaign, Creative } from './schema.ts'

export function schemas(): Record<Kind, Record<string, unknown>> {
  return { advertisers: fileOf(Advertiser), campaigns: fileOf(Campaign), creatives: fileOf(Creative) }
}

/** One object or an array of them. The copy has lost what TypeBox keeps beside the schema. */
function fileOf(schema: TSchema): Record<string, unknown> {
  const object = JSON.parse(JSON.stringify(schema))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    anyOf: [{ $ref: '#/$defs/object' }, { type: 'array', items: { $ref: '#/$defs/object' } }],
    $defs: { object },
  }
}
