/**
 * The columns of a model that asks for the whole catalogue: every text alone, some crossed, and every number; and their
 * encoding from raw values, a cell by itself, as models/README.md says it.
 */
import { FEATURES } from '../features/catalogue.ts'
import type { Column } from '../features/plan.ts'
import { idOf, numberOf } from './tiny-model.ts'

const CROSSES = ['category*advertiser', 'deal*creative', 'device_model*local_hour', 'slot_formats*ad_format']

export const TEXT_COLUMNS: readonly Column[] = [
  ...FEATURES.filter(({ kind }) => kind === 'text').map(({ name }) => name),
  ...CROSSES,
].map((feature, index) => ({ feature, buckets: 2 ** 20, seed: index }))

export const NUMBER_COLUMNS: readonly Column[] = FEATURES.filter(({ kind }) => kind === 'number').map(
  ({ name }) => ({ feature: name, default: -1, domain: [0, 5000] }),
)

/** @param values raw, by feature; what is left out is not known. */
export function encodeNaively(values: Readonly<Record<string, string | number>>) {
  return {
    ids: TEXT_COLUMNS.map((column) => idOf(column, values)),
    numbers: NUMBER_COLUMNS.map((column) => Math.fround(numberOf(column, values))),
  }
}
