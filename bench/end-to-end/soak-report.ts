/**
 * What a soak has found: a line a minute, whether it has passed and why not.
 */
import type { LoadReport } from '../load/report.ts'
import type { Billed } from './biller.ts'
import type { Flatness } from './flatness.ts'

const MB = 1e6
const RESIDENT_MAX_BYTES = 400 * MB
export const FLAT_WITHIN = 0.02
/** Connections come and go by a few. */
const OPEN_FILES_MORE_MAX = 8

export type Sample = {
  readonly atS: number
  readonly residentBytes: number
  readonly heapUsedBytes: number
  readonly openFiles: number
  readonly holds: number
}

export type Round = Pick<
  LoadReport,
  'rateAchieved' | 'statuses' | 'errors' | 'unsent' | 'latencyUs' | 'voidReason'
> & {
  /** Medians of the round's samples. */
  readonly residentBytes: number
  readonly holds: number
  /** The least of them: near to what lives, as some samples come soon after a collection. */
  readonly heapUsedBytes: number
  readonly openFilesMost: number
}

export type SoakReport = {
  readonly machine: string
  readonly minutes: number
  readonly rate: number
  readonly campaigns: number
  readonly warmUpS: number
  /** From the start of the process. */
  readonly readyMs: number
  readonly readyBytes: number
  readonly mostBytes: number
  readonly resident: Flatness | undefined
  readonly rounds: readonly Round[]
  readonly billed: Billed
  /** Why the bidder has not passed; empty when it has. */
  readonly faults: readonly string[]
  readonly samples: readonly Sample[]
}

export function memoryFaults(resident: Flatness | undefined, mostBytes: number): string[] {
  const faults: string[] = []
  if (mostBytes > RESIDENT_MAX_BYTES)
    faults.push(`memory reached ${megabytes(mostBytes)}, the limit is ${megabytes(RESIDENT_MAX_BYTES)}`)
  if (resident === undefined) faults.push('too few samples to tell whether memory is flat: let it run longer')
  else if (!resident.isFlat)
    faults.push(
      `memory is not flat: ${flatnessText(resident)}; the limit is ${percent(FLAT_WITHIN)} either way`,
    )
  return faults
}

export function fileFaults(rounds: readonly Round[]): string[] {
  const first = rounds[0].openFilesMost
  const last = rounds[rounds.length - 1].openFilesMost
  return last <= first + OPEN_FILES_MORE_MAX ? [] : [`open files went from ${first} to ${last}`]
}

export function answerFaults(rounds: readonly Round[], billed: Billed): string[] {
  const faults: string[] = []
  const strange = rounds.reduce((sum, { statuses }) => {
    const answered = Object.entries(statuses).filter(([status]) => status !== '200' && status !== '204')
    return sum + answered.reduce((count, [, some]) => count + some, 0)
  }, 0)
  if (strange > 0) faults.push(`${strange} answers with another status than 200 and 204`)
  const broken = rounds.reduce((sum, { errors }) => sum + errors.reset + errors.timeout + errors.protocol, 0)
  if (broken > 0) faults.push(`${broken} requests without an answer`)
  const { failed, refused, bids, acknowledged } = billed
  if (failed + refused > 0) faults.push(`${failed + refused} bids or bills failed of the exchange that bills`)
  else if (acknowledged !== bids) faults.push(`${acknowledged} bills acknowledged of ${bids}`)
  if (bids === 0) faults.push('nothing was billed: no bid came back')
  return faults
}

export function roundLine(i: number, round: Round): string {
  const { rateAchieved, latencyUs, residentBytes, heapUsedBytes, openFilesMost, holds, voidReason } = round
  const ms = (us: number) => (us / 1000).toFixed(1).padStart(8)
  return [
    `${i + 1}`.padStart(6),
    rateAchieved.toFixed(0).padStart(8),
    ms(latencyUs.p50),
    ms(latencyUs.p99),
    ms(latencyUs.p999),
    megabytes(residentBytes).padStart(11),
    megabytes(heapUsedBytes).padStart(11),
    `${openFilesMost}`.padStart(6),
    `${holds}`.padStart(9),
    voidReason === null ? '' : '  void',
  ].join('')
}

const HEAD = 'minute  rate/s  p50 ms  p99 ms  p99.9 ms   resident heap least files    holds'

export function soakTable(report: SoakReport): string {
  const { readyMs, readyBytes, mostBytes, warmUpS, resident, rounds, billed, faults } = report
  return [
    `soak on ${report.machine}: ${report.campaigns} campaigns, ${report.rate} requests a second for ${report.minutes} minutes`,
    HEAD,
    ...rounds.map((round, i) => roundLine(i, round)),
    `ready     ${(readyMs / 1000).toFixed(2)} s after the start`,
    `memory    ${megabytes(readyBytes)} when ready, ${megabytes(mostBytes)} at most; limit ${megabytes(RESIDENT_MAX_BYTES)}`,
    `flatness  after ${Math.round(warmUpS)} s: ${resident === undefined ? 'too few samples' : flatnessText(resident)}; limit ${percent(FLAT_WITHIN)} either way`,
    `bills     ${billed.acknowledged} acknowledged of ${billed.bids} bids; ${billed.sent} requests, ${billed.unsent} not sent`,
    faults.length === 0 ? 'passed' : `FAILED\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  ].join('\n')
}

function flatnessText({ first, last, drift, slope }: Flatness): string {
  return `first fifth ${megabytes(first)}, last ${megabytes(last)}, drift ${percent(drift)}, slope over the stretch ${percent(slope)}`
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
