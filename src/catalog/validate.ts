/**
 * What is wrong with one object of a catalog file by itself, field by field and in words; nothing when it fits its
 * schema. Valid objects cost one compiled check (3 us); what looks for words is made and run only after it has failed.
 *
 * A creative and a goal are one of several shapes. Their `format` and `type` say which one was meant, and only its
 * faults are told; without that word the fields that all shapes share are still checked.
 */
import Type, { type TObject, type TRecord, type TSchema, type TUnion } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Settings } from 'typebox/system'
import { campaignFaults } from './campaign-faults.ts'
import type { SchemaFault } from './fault.ts'
import type { Kind } from './files.ts'
import { filmFaults } from './film-faults.ts'
import { Advertiser, Campaign, Creative, Goal, RateTable } from './schema.ts'

/** Deeper than any schema of a catalog; explaining a value that nests without end would exhaust the stack. */
const NESTING_MAX = 32
const PAIRS_MAX = 16

type Shape = { readonly schema: TSchema; readonly check: Validator }
type Shapes = { readonly by: string; readonly members: ReadonlyMap<unknown, Shape>; readonly shared: Shape }

const quick = { advertisers: quickOf(Advertiser), campaigns: quickOf(Campaign), creatives: quickOf(Creative) }

/** What is asked of objects that may be faulty. */
const thorough = once(() => ({
  whole: { advertisers: Compile(Advertiser), campaigns: Compile(Campaign), creatives: Compile(Creative) },
  advertiser: shapeOf(Advertiser),
  campaignButGoal: shapeOf(
    Type.Object({ ...Campaign.properties, goal: Type.Unknown() }, { additionalProperties: false }),
  ),
  creative: shapesOf(Creative, 'format'),
  goal: shapesOf(Goal, 'type'),
}))
const rateTable = once(() => shapeOf(RateTable))

export function schemaFaults(kind: Kind, value: unknown): SchemaFault[] {
  if (isValid(kind, value)) {
    if (kind === 'campaigns') return campaignFaults(value as Campaign)
    return kind === 'creatives' ? filmFaults(value as Creative) : []
  }
  if (nestsBeyond(value, NESTING_MAX)) return [{ path: '', message: `nests more than ${NESTING_MAX} deep` }]
  const { advertiser, campaignButGoal, creative, goal } = thorough()
  if (kind === 'advertisers') return faultsOf(advertiser, value, '')
  if (kind === 'creatives') return faultsOfMember(creative, value, '')
  const faults = faultsOf(campaignButGoal, value, '')
  if (isObject(value) && value.goal !== undefined) faults.push(...faultsOfMember(goal, value.goal, '/goal'))
  return faults
}

export function rateTableFaults(value: unknown): SchemaFault[] {
  return nestsBeyond(value, NESTING_MAX)
    ? [{ path: '', message: `nests more than ${NESTING_MAX} deep` }]
    : faultsOf(rateTable(), value, '')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isValid(kind: Kind, value: unknown): boolean {
  return (quick[kind].Check(value) && !holdsTwice(value)) || thorough().whole[kind].Check(value)
}

/** A check that lets lists hold things twice: to see that they do not, TypeBox makes a long hash of every item. */
function quickOf(schema: TSchema): Validator {
  const text = JSON.stringify(schema, (key, value) => (key === 'uniqueItems' ? undefined : value))
  return Compile(JSON.parse(text) as TSchema)
}

/** Whether any list in a value that nests a little holds a text or number twice, be it allowed or not. */
function holdsTwice(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return repeats(value) || value.some(holdsTwice)
  for (const name in value) if (holdsTwice((value as Record<string, unknown>)[name])) return true
  return false
}

/** Nearly all lists are short, and a set costs more than to look at each pair. */
function repeats(list: readonly unknown[]): boolean {
  if (list.length > PAIRS_MAX) return new Set(list).size < list.length
  for (let i = 1; i < list.length; i++) if (list.indexOf(list[i]) < i) return true
  return false
}

/** Made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function shapeOf(schema: TSchema): Shape {
  return { schema, check: Compile(schema) }
}

function shapesOf(union: TUnion<TObject[]>, by: string): Shapes {
  const members = new Map<unknown, Shape>()
  for (const member of union.anyOf)
    members.set((member.properties[by] as { const?: unknown }).const, shapeOf(member))
  const [first, ...others] = union.anyOf
  const isShared = (name: string) => name !== by && others.every((other) => name in other.properties)
  const shared = Object.entries(first.properties).filter(([name]) => isShared(name))
  return { by, members, shared: shapeOf(Type.Object(Object.fromEntries(shared))) }
}

function faultsOfMember({ by, members, shared }: Shapes, value: unknown, path: string): SchemaFault[] {
  if (!isObject(value)) return [{ path, message: `must be an object, not ${excerpt(value)}` }]
  const member = members.get(value[by])
  if (member !== undefined) return faultsOf(member, value, path)
  const known = [...members.keys()].map(excerpt).join(', ')
  const fault =
    value[by] === undefined
      ? { path, message: `missing field "${by}", one of ${known}` }
      : { path: `${path}/${by}`, message: `must be one of ${known}, not ${excerpt(value[by])}` }
  return [fault, ...faultsOf(shared, value, path)]
}

function faultsOf(shape: Shape, value: unknown, path: string): SchemaFault[] {
  return allErrors(shape.check, value)
    .flatMap((error) => faultsOfError(error, shape.schema, value))
    .map((fault) => ({ path: path + fault.path, message: fault.message }))
}

/** TypeBox stops at eight errors unless its one global setting says otherwise; nothing else sees it changed. */
function allErrors(check: Validator, value: unknown): TLocalizedValidationError[] {
  const { maxErrors } = Settings.Get()
  Settings.Set({ maxErrors: Number.MAX_SAFE_INTEGER })
  try {
    return check.Errors(value)
  } finally {
    Settings.Set({ maxErrors })
  }
}

function faultsOfError(error: TLocalizedValidationError, schema: TSchema, root: unknown): SchemaFault[] {
  const path = error.instancePath
  // Comes beside each `additionalProperties`, which has the names.
  if (error.keyword === 'boolean') return []
  if (error.keyword === 'additionalProperties') {
    const known = knownNames(schemaAt(schema, error.schemaPath) as TObject | TRecord)
    return error.params.additionalProperties.map((name) => ({
      path: `${path}/${pointerWord(name)}`,
      message: `unknown field ${JSON.stringify(name)}; known here: ${known}`,
    }))
  }
  return [{ path, message: messageOf(error, schema, valueAt(root, path)) }]
}

/** The names of an object's fields, or what those of a record look like. */
function knownNames(schema: TObject | TRecord): string {
  return 'properties' in schema
    ? Object.keys(schema.properties).join(', ')
    : Object.keys(schema.patternProperties)
        .map((pattern) => `names that match ${pattern}`)
        .join(', ')
}

function messageOf(error: TLocalizedValidationError, schema: TSchema, value: unknown): string {
  switch (error.keyword) {
    case 'required': {
      const names = error.params.requiredProperties.map((name) => JSON.stringify(name))
      return `missing field${names.length > 1 ? 's' : ''} ${names.join(', ')}`
    }
    case 'type':
      return `must be ${/^[aeiou]/.test(`${error.params.type}`) ? 'an' : 'a'} ${error.params.type}, not ${excerpt(value)}`
    case 'enum':
      return `must be one of ${error.params.allowedValues.map(excerpt).join(', ')}, not ${excerpt(value)}`
    case 'pattern':
      return `cannot be ${excerpt(value)}; expected: ${descriptionAt(schema, error.schemaPath)}`
    case 'uniqueItems': {
      const twice = error.params.duplicateItems.map((index) => excerpt((value as unknown[])[index]))
      return `must not hold anything twice: ${[...new Set(twice)].join(', ')}`
    }
    case 'minLength':
    case 'minItems':
      return error.params.limit === 1 ? 'must not be empty' : error.message
    default:
      return error.message
  }
}

/** The description of a schema, or of the list whose items it describes. */
function descriptionAt(schema: TSchema, schemaPath: string): string {
  const found = schemaAt(schema, schemaPath) as { description?: string; pattern?: string }
  const list = schemaAt(schema, schemaPath.replace(/\/items$/, '')) as { description?: string }
  return found.description ?? list.description ?? `a match of ${found.pattern}`
}

/** What a path such as `#/properties/goal` leads to. */
function schemaAt(schema: TSchema, schemaPath: string): unknown {
  return valueAt(schema, schemaPath.slice(1))
}

function valueAt(root: unknown, path: string): unknown {
  let value = root
  for (const word of path.split('/').slice(1)) {
    value = (value as Record<string, unknown>)[word.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return value
}

function pointerWord(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function excerpt(value: unknown): string {
  const shown = typeof value === 'number' ? `${value}` : JSON.stringify(value)
  return shown.length > 48 ? `${shown.slice(0, 45)}...` : shown
}

function nestsBeyond(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((inner) => nestsBeyond(inner, depth - 1))
}
