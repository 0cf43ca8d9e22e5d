/**
 * Checks an invariant of this program; a failure is a bug, never a fault of the outside world.
 * Throws `AssertionError`: at start the process exits, in a request `ingress` answers 204 and counts it.
 */
export function assert(isTrue: boolean, invariant: string): asserts isTrue {
  if (!isTrue) throw new AssertionError(invariant)
}

export class AssertionError extends Error {
  override name = 'AssertionError'
}
