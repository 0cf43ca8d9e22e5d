/** What the truth takes from a generated request as it is written, and the names that it has for it. */
import type { Impression } from './truth.ts'

/** The part of a generated request that the truth looks at. */
export type RequestFacts = {
  readonly site?: { readonly domain?: string; readonly cat?: readonly string[] }
  readonly app?: { readonly bundle?: string; readonly cat?: readonly string[] }
  readonly device?: { readonly os?: string; readonly geo?: { readonly country?: string } }
}

export function requestFactsOf({
  site,
  app,
  device,
}: RequestFacts): Pick<Impression, 'publisher' | 'category' | 'os' | 'country'> {
  return {
    publisher: app?.bundle ?? site?.domain ?? '',
    category: (app ?? site)?.cat?.[0] ?? '',
    os: device?.os ?? '',
    country: device?.geo?.country ?? '',
  }
}
