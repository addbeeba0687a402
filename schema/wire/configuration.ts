import { isObject, type Json, type JsonObject } from './json'

/** A JSON Schema's own keys of an object, and what it says of others. */
const propertiesOf = (schema: JsonObject): JsonObject =>
  (isObject(schema.properties) ? schema.properties : {}) as JsonObject

/** True for a key that the schema names, or any key when it says that it takes more than it names. */
export const isKnownKey = (schema: JsonObject, key: string): boolean =>
  Object.hasOwn(propertiesOf(schema), key) ||
  (schema.additionalProperties !== undefined && schema.additionalProperties !== false) ||
  schema.patternProperties !== undefined

/**
 * The configuration that a widget gets: what was stored, over the schema's defaults. Keys that this version's schema
 * does not know stay stored, because the next version may know them, and are left out here.
 */
export function resolveConfiguration(schema: JsonObject, stored: JsonObject): JsonObject {
  return withDefaults(
    schema,
    Object.fromEntries(Object.entries(stored).filter(([key]) => isKnownKey(schema, key))),
  )
}

function withDefaults(schema: JsonObject, value: JsonObject): JsonObject {
  const entries = Object.entries(propertiesOf(schema)).flatMap(([key, property]): [string, Json][] => {
    const own = Object.hasOwn(value, key) ? value[key] : undefined
    if (!isObject(property)) return []
    if (own === undefined) return property.default === undefined ? [] : [[key, property.default as Json]]
    return isObject(own) ? [[key, withDefaults(property as JsonObject, own as JsonObject)]] : []
  })
  return { ...value, ...Object.fromEntries(entries) }
}

/** Applies a JSON Merge Patch (RFC 7396): `null` removes, objects merge, everything else replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const kept = Object.entries(target).filter(([key]) => !Object.hasOwn(patch, key))
  const set = Object.entries(patch).flatMap(([key, value]): [string, Json][] => {
    if (value === null) return []
    if (!isObject(value)) return [[key, value]]
    const before = Object.hasOwn(target, key) ? target[key] : undefined
    return [[key, mergePatch(isObject(before) ? (before as JsonObject) : {}, value as JsonObject)]]
  })
  return Object.fromEntries([...kept, ...set])
}
