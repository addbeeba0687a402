import { expect, test } from 'vitest'
import { mergePatch, resolveConfiguration } from './configuration'
import type { JsonObject } from './json'

const schema: JsonObject = {
  type: 'object',
  properties: {
    question: { type: 'string', default: 'Tea?' },
    style: { type: 'object', properties: { color: { default: 'red' }, size: {} } },
    hidden: true,
  },
}

test.each<[string, JsonObject, JsonObject]>([
  ['fills in defaults', {}, { question: 'Tea?' }],
  ['keeps what was stored', { question: '' }, { question: '' }],
  [
    'fills in defaults inside an object that is there',
    { style: { size: 2 } },
    { question: 'Tea?', style: { color: 'red', size: 2 } },
  ],
  ['leaves out what the schema does not know', { gone: 1 }, { question: 'Tea?' }],
  ['leaves a value of the wrong kind to the check', { style: 'red' }, { question: 'Tea?', style: 'red' }],
])('%s', (_, stored, resolved) => expect(resolveConfiguration(schema, stored)).toEqual(resolved))

test('keeps any key where the schema takes more than it names', () => {
  expect(resolveConfiguration({ additionalProperties: { type: 'number' } }, { any: 1 })).toEqual({ any: 1 })
})

test('touches no prototype', () => {
  const evil = JSON.parse('{"__proto__":{"polluted":true}}') as JsonObject
  expect(mergePatch({}, evil)).not.toHaveProperty('polluted')
  expect(resolveConfiguration({ properties: evil, additionalProperties: true }, evil)).not.toHaveProperty(
    'polluted',
  )
  expect({}).not.toHaveProperty('polluted')
})

// The examples of RFC 7396, appendix A, whose target and patch are objects.
test.each<[JsonObject, JsonObject, JsonObject]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merges into %j the patch %j', (target, patch, merged) =>
  expect(mergePatch(target, patch)).toEqual(merged),
)
