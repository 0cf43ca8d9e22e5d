/**
 * Admission at a port of a test: lets in what the limit of requests in work allows, whatever a busy machine measures.
 */
import type { Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { Admission, type AdmissionOptions } from '../ingress/admission.ts'

export function testAdmission(
  t: Test,
  exchangeNames: readonly string[],
  { inFlightMax = 100, ...options }: Partial<AdmissionOptions> = {},
): Admission {
  const admission = new Admission({
    exchangeNames,
    inFlightMax,
    queueMsTarget: 0,
    clock: systemClock,
    utilisation: () => 0,
    scoreWaitMs: () => 0,
    onLess: () => {},
    ...options,
  })
  t.teardown(() => admission.close())
  return admission
}
