/**
 * The key of a user from an advertising id in a request's bytes, against a digest of its text.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { ID_KIND } from '../../../src/openrtb/user-id.ts'
import { UserKeys } from '../../../src/users/user-key.ts'
import type { MicroBench } from '../measure.ts'

const IDS = 1024
const ID_BYTES = 36
const bytes = Buffer.from(Array.from({ length: IDS }, () => randomUUID().toUpperCase()).join(''))
const keys = new UserKeys(1)
const key = { hi: 0, lo: 0 }
const id = { kind: ID_KIND.ifa, start: 0, end: 0 }

function hashIds(count: number): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    id.start = (i % IDS) * ID_BYTES
    id.end = id.start + ID_BYTES
    keys.keyOf(id, bytes, 0, key)
    check ^= key.lo
  }
  return check >>> 0
}

function digestIds(count: number): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    const start = (i % IDS) * ID_BYTES
    const text = bytes.toString('latin1', start, start + ID_BYTES).toLowerCase()
    check ^= createHmac('sha256', 'salt').update(text).digest().readUInt32LE(0)
  }
  return check >>> 0
}

export const benches: MicroBench[] = [
  {
    name: `users: the key of an id of ${ID_BYTES} bytes`,
    unit: 'id',
    count: 20_000,
    cases: [
      { name: 'two lanes over the bytes', run: hashIds },
      { name: 'a string and its HMAC-SHA-256', run: digestIds },
    ],
  },
]
