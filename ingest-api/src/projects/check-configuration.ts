import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { isKnownKey, resolveConfiguration } from '../../../schema/wire/configuration'
import type { FieldError } from '../../../schema/wire/error'
import type { JsonObject } from '../../../schema/wire/json'
import type { Manifest } from '../../../schema/wire/manifest'
import { withinMs } from './time-limit'

/*
 * Ajv compiles schemas with `new Function`, which Workers forbid: import this file only where something is published
 * or configured, and only when it happens.
 *
 * Schemas come from builders. A pattern like (a+)+$ or references that double at every level could hold the process
 * for years, so compiling and validating share one time limit, far above what an honest schema takes (5 ms).
 */
const LIMIT_MS = 1_000

/** What is wrong with a manifest's configuration schema, its defaults and its presets. */
export function checkManifestConfiguration({ config, presets }: Manifest): FieldError[] {
  if (config.type !== 'object')
    return [{ path: 'config', message: 'Must be a JSON Schema of type "object".' }]
  const wrong = checkConfiguration(config, {}, 'config.defaults')
  return [
    ...wrong,
    ...(wrong.some(({ path }) => path === 'config') ? [] : presets).flatMap(({ configuration }, index) =>
      checkConfiguration(config, configuration, `presets.${index}.configuration`),
    ),
  ]
}

/**
 * What is wrong with a configuration: keys that the schema does not know, and values that it refuses once its
 * defaults are in place.
 * @param at path of the configuration in the request
 */
export function checkConfiguration(schema: JsonObject, configuration: JsonObject, at: string): FieldError[] {
  const unknown = Object.keys(configuration)
    .filter((key) => !isKnownKey(schema, key))
    .map((key) => ({ path: `${at}.${key}`, message: 'Is not a setting of this widget.' }))
  const resolved = resolveConfiguration(schema, configuration)
  const checked = withinMs(LIMIT_MS, () => validate(schema, resolved))
  if (!checked) return [{ path: at, message: 'Takes too long to check against its schema.' }]
  if (typeof checked.value === 'string') return [{ path: 'config', message: checked.value }]
  return [...unknown, ...checked.value.map((error) => explain(error, at))]
}

/** The errors of a value, or in words why the schema is none. */
function validate(schema: JsonObject, value: JsonObject): ErrorObject[] | string {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    ownProperties: true,
    inlineRefs: false,
    logger: false,
    formats: { uri: (text: string) => URL.canParse(text) },
  })
  let accepts
  try {
    accepts = ajv.compile(schema)
  } catch (error) {
    if (error instanceof Error) return `Is not a JSON Schema (2020-12): ${error.message}.`
    throw error
  }
  if ('$async' in accepts) return 'Must not be an asynchronous schema.'
  return accepts(value) ? [] : (accepts.errors ?? [])
}

function explain({ instancePath, keyword, params, message }: ErrorObject, at: string): FieldError {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (keyword === 'required') path.push(String(params.missingProperty))
  if (keyword === 'additionalProperties') path.push(String(params.additionalProperty))
  return { path: [at, ...path].join('.'), message: sentenceOf(keyword, params, message) }
}

function sentenceOf(keyword: string, params: Record<string, unknown>, message = 'is not valid'): string {
  if (keyword === 'required') return 'Is required.'
  if (keyword === 'additionalProperties') return 'Is not a setting of this widget.'
  if (keyword === 'type') return `Must be of the type ${String(params.type)}.`
  if (keyword === 'enum')
    return `Must be one of ${(params.allowedValues as unknown[]).map(String).join(', ')}.`
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace('NOT', 'not')}.`
}
