/**
 * What of a manifest does not fit its schema, in words: a sentence each, which begins with the place as a JSON pointer.
 * Cold: asked once for each model version, and finds words only for one that does not fit.
 */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Settings } from 'typebox/system'
import { Manifest } from './manifest.ts'

const manifestCheck = Compile(Manifest)

export function isManifest(value: unknown): value is Manifest {
  return manifestCheck.Check(value)
}

/** @param value what `isManifest` has refused. */
export function schemaFaults(value: unknown): string[] {
  const errors = allErrors(value)
  const unions = new Set(
    errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath),
  )
  return errors.flatMap((error) => {
    // A union tells its own place; each of its branches tells it again.
    if (error.keyword !== 'anyOf' && unions.has(error.instancePath)) return []
    return sentencesOf(error, value)
  })
}

/** TypeBox stops at eight errors unless its one global setting says otherwise; nothing else sees it changed. */
function allErrors(value: unknown): TLocalizedValidationError[] {
  const { maxErrors } = Settings.Get()
  Settings.Set({ maxErrors: Number.MAX_SAFE_INTEGER })
  try {
    return manifestCheck.Errors(value)
  } finally {
    Settings.Set({ maxErrors })
  }
}

function sentencesOf(error: TLocalizedValidationError, root: unknown): string[] {
  const path = error.instancePath
  const place = path === '' ? '' : `${path}: `
  const found = excerpt(valueAt(root, path))
  switch (error.keyword) {
    // A field too many comes with `additionalProperties`, which has the names; an item too many comes alone.
    case 'boolean':
      return error.schemaPath.endsWith('/additionalItems')
        ? [`${place}nothing is due here, not ${found}`]
        : []
    case 'additionalProperties':
      return error.params.additionalProperties.map(
        (name) => `${place}there is no field ${JSON.stringify(name)}`,
      )
    case 'required':
      return error.params.requiredProperties.map(
        (name) => `${place}the field ${JSON.stringify(name)} is missing`,
      )
    case 'type':
      return [`${place}${error.params.type} is due, not ${found}`]
    case 'anyOf':
      return [`${place}text or a number is due, not ${found}`]
    case 'enum':
      return [`${place}${error.params.allowedValues.map(excerpt).join(' or ')} is due, not ${found}`]
    case 'const':
      return [`${place}${excerpt(error.params.allowedValue)} is due, not ${found}`]
    case 'pattern':
      return [`${place}${descriptionAt(error.schemaPath)} is due, not ${found}`]
    case 'minLength':
      return [`${place}some text is due, not ""`]
    case 'minItems':
      return [`${place}${error.params.limit} or more are due, not ${found}`]
    case 'maxItems':
      return [
        `${place}${error.params.limit} at most are due, not ${(valueAt(root, path) as unknown[]).length}`,
      ]
    default:
      return [`${place}${error.message}, not ${found}`]
  }
}

function descriptionAt(schemaPath: string): string {
  return (valueAt(Manifest, schemaPath.slice(1)) as TSchema & { description: string }).description
}

function valueAt(root: unknown, path: string): unknown {
  let value = root
  for (const word of path.split('/').slice(1)) {
    value = (value as Record<string, unknown>)[word.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return value
}

function excerpt(value: unknown): string {
  const shown = typeof value === 'number' ? `${value}` : JSON.stringify(value)
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown
}
