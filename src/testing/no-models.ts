import type { ModelsPort } from '../admin/models.ts'
import type { InferencePort } from '../admin/open-inference.ts'

/** For tests of what else an admin port has. */
export const NO_MODELS: ModelsPort = {
  list: () => [],
  find: () => undefined,
  promote: async () => ({ faults: [] }),
  rollBack: async () => ({ faults: [] }),
  rearm: async () => ({ faults: [] }),
}

export const NO_INFERENCE: InferencePort = {
  served: () => [],
  score: async () => ({ fault: 'there is no model', isBusy: false }),
}
