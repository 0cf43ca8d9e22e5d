/**
 * The operator file: who runs the bidder, as the law, the exchanges and the supply chain know him. Read once, at start;
 * every fault is named with its place. Without a file the bidder has no seat anywhere, no vendor id, so that it leaves
 * alone what the GDPR covers, and a key of its own for notices that does not outlive the process.
 */
import { randomBytes } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Seal } from '../base/seal.ts'
import type { Operator } from '../bidding/operator.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import type { PriceKeys } from '../notices/read.ts'
import { compileStanding, standingFaults } from '../privacy/standing.ts'
import { compilePolicy, policyFaults } from '../supply/policy.ts'
import { readJsonFile, shapeFaults } from './json-file.ts'
import { SettingsError } from './settings.ts'

const strict = { additionalProperties: false }
const Purposes = Type.Array(Type.Integer({ minimum: 1, maximum: 24 }), { uniqueItems: true })
const Key = Type.String({ pattern: '^[A-Za-z0-9+/_-]{43}=?$', description: '32 bytes in base64.' })

export const OperatorFile = Type.Object(
  {
    tcf: Type.Optional(
      Type.Object(
        {
          vendorId: Type.Integer({ minimum: 1, maximum: 65535, description: 'In the Global Vendor List.' }),
          consentPurposes: Purposes,
          legitimateInterestPurposes: Purposes,
          flexiblePurposes: Purposes,
          isDisclosureRequired: Type.Optional(Type.Boolean()),
          withoutBasis: Type.Optional(Type.Enum(['no_bid', 'contextual'])),
        },
        { ...strict, description: 'The registration for the IAB Transparency and Consent Framework.' },
      ),
    ),
    noticeKeys: Type.Optional(
      Type.Array(
        Type.Object(
          { id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$' }), secret: Key },
          strict,
        ),
        { minItems: 1, maxItems: 8, description: 'The first signs, all verify.' },
      ),
    ),
    userSalt: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{13}$',
        description:
          'Secret under which users are told apart, 13 hexadecimal digits; the same where frequency is counted together.',
      }),
    ),
    noticeLifetimeS: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 2_592_000, description: 'How long notices of a bid are taken.' }),
    ),
    exchanges: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          {
            seat: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
            priceKeys: Type.Optional(Type.Object({ encryption: Key, integrity: Key }, strict)),
          },
          strict,
        ),
        { description: 'By the name of the exchange profile.' },
      ),
    ),
    supply: Type.Optional(
      Type.Object(
        {
          isChainRequired: Type.Optional(Type.Boolean()),
          refusesIncomplete: Type.Optional(Type.Boolean()),
          nodesMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
          blockedNodes: Type.Optional(Type.Array(Type.String())),
          crawlerWords: Type.Optional(Type.Array(Type.String())),
          dataCentres: Type.Optional(Type.Array(Type.String())),
        },
        strict,
      ),
    ),
  },
  { ...strict, title: 'Operator' },
)
export type OperatorFile = Static<typeof OperatorFile>

export type OperatorSettings = {
  readonly operator: Operator
  readonly priceKeys: ReadonlyMap<string, PriceKeys>
  /** True when notices can be read by this process alone, and only while it runs. */
  readonly isKeyPassing: boolean
  /** Undefined where none is given. */
  readonly userSalt: number | undefined
}

/** Three days: films are billed hours after they were sold, and some notices are repeated for a day. */
const NOTICE_LIFETIME_S = 259_200
const UNREGISTERED = {
  vendorId: 0,
  consentPurposes: [],
  legitimateInterestPurposes: [],
  flexiblePurposes: [],
}

/** @param file '' for none. Throws `SettingsError`. */
export function readOperator(file: string, noticeUrl: string): OperatorSettings {
  return operatorOf(file === '' ? {} : contentOf(file), noticeUrl)
}

export function operatorOf(content: OperatorFile, noticeUrl: string): OperatorSettings {
  const { tcf, noticeKeys, userSalt, noticeLifetimeS = NOTICE_LIFETIME_S } = content
  const { exchanges = {}, supply = {} } = content
  const seats: Record<string, string> = {}
  const priceKeys = new Map<string, PriceKeys>()
  for (const [name, { seat, priceKeys: keys }] of Object.entries(exchanges)) {
    if (seat !== undefined) seats[name] = seat
    if (keys !== undefined) {
      const encryption = Buffer.from(keys.encryption, 'base64')
      priceKeys.set(name, { encryption, integrity: Buffer.from(keys.integrity, 'base64') })
    }
  }
  const keys = noticeKeys?.map(({ id, secret }) => ({ id, secret: Buffer.from(secret, 'base64') }))
  return {
    operator: {
      consent: compileStanding({
        isDisclosureRequired: false,
        withoutBasis: 'no_bid',
        ...(tcf ?? UNREGISTERED),
      }),
      supply: compilePolicy(supply),
      seal: new Seal(keys ?? [{ id: 'passing', secret: randomBytes(32) }]),
      noticeLifetimeS,
      noticeUrl,
      seats,
    },
    priceKeys,
    isKeyPassing: keys === undefined,
    userSalt: userSalt === undefined ? undefined : Number.parseInt(userSalt, 16),
  }
}

function contentOf(file: string): OperatorFile {
  const content = readJsonFile(file, 'operator')
  const faults = operatorFaults(content)
  if (faults.length > 0) throw new SettingsError(faults.map((fault) => `${file}: ${fault}`).join('\n'))
  return content as OperatorFile
}

const check = Compile(OperatorFile)

/** What is wrong with the content of an operator file: a place and a sentence each. Never shows a secret. */
export function operatorFaults(content: unknown): string[] {
  if (!check.Check(content)) return shapeFaults(check, content)
  const { tcf, supply, exchanges = {}, noticeKeys = [] } = content
  const known = EXCHANGE_PROFILES.map(({ name }) => name)
  const strangers = Object.keys(exchanges).filter((name) => !known.includes(name))
  const ids = noticeKeys.map(({ id }) => id)
  return [
    ...strangers.map((name) => `/exchanges/${name}: there is no such profile; known are ${known.join(', ')}`),
    ...(new Set(ids).size < ids.length ? ['/noticeKeys: two keys have one id'] : []),
    ...(tcf === undefined ? [] : standingFaults(tcf).map((fault) => `/tcf: ${fault}`)),
    ...(supply === undefined ? [] : policyFaults(supply).map((fault) => `/supply: ${fault}`)),
  ]
}
