import type { Json, JsonObject } from '../../schema/wire/json'
import { isObject } from '../../schema/wire/json'

/** One field of a configuration form. `initial` is what stands there while nothing is configured. */
export type ConfigField = { key: string; label: string; hint: string; isRequired: boolean; initial: Json } & (
  | { kind: 'text'; maxLength: number | undefined; minLength: number | undefined; isLong: boolean }
  | { kind: 'number'; min: number | undefined; max: number | undefined; isWhole: boolean }
  | { kind: 'choice'; options: Json[] }
  | { kind: 'colour' | 'switch' | 'lines' | 'json' }
)

/** Texts that may be longer than this are written in more than one line. */
const LONG_TEXT = 160

/** Reads the fields out of a manifest's JSON Schema (2020-12); what no control fits is written as JSON. */
export function fieldsOf(schema: JsonObject): ConfigField[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : []
  return properties.flatMap(([key, property]) =>
    isObject(property) ? [fieldOf(key, property as JsonObject, required.includes(key))] : [],
  )
}

function fieldOf(key: string, property: JsonObject, isRequired: boolean): ConfigField {
  const { type, title, description, format, enum: options, items } = property
  const field = {
    key,
    label: typeof title === 'string' ? title : words(key),
    hint: typeof description === 'string' ? description : '',
    isRequired: isRequired && property.default === undefined,
    initial: property.default ?? null,
  }
  if (Array.isArray(options)) return { ...field, kind: 'choice', options }
  if (type === 'string' && (format === 'color' || property['x-color'])) return { ...field, kind: 'colour' }
  if (type === 'string') {
    const maxLength = number(property.maxLength)
    return {
      ...field,
      kind: 'text',
      maxLength,
      minLength: number(property.minLength),
      isLong: (maxLength ?? 0) > LONG_TEXT,
    }
  }
  if (type === 'number' || type === 'integer')
    return { ...field, kind: 'number', ...limits(property), isWhole: type === 'integer' }
  if (type === 'boolean') return { ...field, kind: 'switch' }
  if (type === 'array' && isObject(items) && items.type === 'string') return { ...field, kind: 'lines' }
  return { ...field, kind: 'json' }
}

const number = (value: Json | undefined) => (typeof value === 'number' ? value : undefined)

/** zod marks whole numbers by the limits of what a double can count; those help nobody. */
const limits = ({ minimum, maximum }: JsonObject) => ({
  min: minimum === Number.MIN_SAFE_INTEGER ? undefined : number(minimum),
  max: maximum === Number.MAX_SAFE_INTEGER ? undefined : number(maximum),
})

/** `maxAnswers` to `Max answers`. */
const words = (key: string) => {
  const text = key
    .replace(/[-_]/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The JSON Merge Patch (RFC 7396) that makes `to` out of `from`. Empty when they are the same. */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [before, after] = [from[key], to[key]]
    if (after === undefined) patch[key] = null
    else if (isPlain(before) && isPlain(after)) {
      const inner = mergePatch(before, after)
      if (Object.keys(inner).length > 0) patch[key] = inner
    } else if (JSON.stringify(before) !== JSON.stringify(after)) patch[key] = after
  }
  return patch
}

const isPlain = (value: Json | undefined): value is JsonObject => isObject(value)
