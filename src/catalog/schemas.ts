/**
 * The schemas of the catalog's files as plain JSON Schema, by folder, for `peregrine check --schema`: an editor or a CI
 * that holds `campaigns/*.json` against `campaigns` accepts what the loader accepts, apart from references and from what
 * makes a film whole (film-faults.ts).
 */
import type { TSchema } from 'typebox'
import type { Kind } from './files.ts'
import { Advertiser, Campaign, Creative, RateTable } from './schema.ts'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

export function schemas(): Record<Kind | 'rates.json', Record<string, unknown>> {
  return {
    advertisers: fileOf(Advertiser),
    campaigns: fileOf(Campaign),
    creatives: fileOf(Creative),
    'rates.json': { $schema: DIALECT, ...JSON.parse(JSON.stringify(RateTable)) },
  }
}

/** One object or an array of them. The copy has lost what TypeBox keeps beside the schema. */
function fileOf(schema: TSchema): Record<string, unknown> {
  const object = JSON.parse(JSON.stringify(schema))
  return {
    $schema: DIALECT,
    anyOf: [{ $ref: '#/$defs/object' }, { type: 'array', items: { $ref: '#/$defs/object' } }],
    $defs: { object },
  }
}
