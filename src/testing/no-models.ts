import type { ModelsPort } from '../admin/models.ts'

/** For tests of what else an admin port has. */
export const NO_MODELS: ModelsPort = {
  list: () => [],
  find: () => undefined,
  promote: async () => ({ faults: [] }),
  rollBack: async () => ({ faults: [] }),
}
