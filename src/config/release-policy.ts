/**
 * The file that says when a version of a model goes on and when it goes back; what it leaves out is as by default.
 */
import { Compile } from 'typebox/compile'
import { DEFAULT_POLICY, ReleasePolicy } from '../models/release/policy.ts'
import { readJsonFile, shapeFaults } from './json-file.ts'
import { SettingsError } from './settings.ts'

const check = Compile(ReleasePolicy)

/** @param file '' for none. Throws `SettingsError`. */
export function readReleasePolicy(file: string): ReleasePolicy {
  if (file === '') return DEFAULT_POLICY
  const content = readJsonFile(file, 'release-policy')
  const isObject = typeof content === 'object' && content !== null && !Array.isArray(content)
  const policy = isObject ? { ...DEFAULT_POLICY, ...content } : content
  const faults = check.Check(policy) ? policyFaults(policy) : shapeFaults(check, policy)
  if (faults.length > 0) throw new SettingsError(faults.map((fault) => `${file}: ${fault}`).join('\n'))
  return policy as ReleasePolicy
}

function policyFaults({ canaryShares, calibrationMin, calibrationMax }: ReleasePolicy): string[] {
  const isAscending = canaryShares.every((share, i) => i === 0 || share > canaryShares[i - 1])
  return [
    ...(isAscending ? [] : ['/canaryShares: each is to be larger than the one before']),
    ...(calibrationMin <= 1 && calibrationMax >= 1
      ? []
      : ['/calibrationMin and /calibrationMax: 1, which is right, is to lie between them']),
  ]
}
