import { describe, expect, test } from 'vitest'
import { mergePatch as apply } from '../../schema/wire/configuration'
import { fieldsOf, mergePatch } from './configuration'

describe('the fields of a schema', () => {
  const kindOf = (property: object) => fieldsOf({ properties: { key: { ...property } } })[0]?.kind

  test('take the control that fits the type', () => {
    expect(kindOf({ type: 'string' })).toBe('text')
    expect(kindOf({ type: 'string', format: 'color' })).toBe('colour')
    expect(kindOf({ type: 'string', 'x-color': true })).toBe('colour')
    expect(kindOf({ type: 'integer' })).toBe('number')
    expect(kindOf({ type: 'boolean' })).toBe('switch')
    expect(kindOf({ enum: ['a', 2] })).toBe('choice')
    expect(kindOf({ type: 'array', items: { type: 'string' } })).toBe('lines')
    expect(kindOf({ type: 'object' })).toBe('json')
  })

  test('are labelled by their title, or by a readable key', () => {
    const schema = {
      properties: { maxAnswers: { type: 'number' }, q: { type: 'string', title: 'Question' } },
    }
    expect(fieldsOf(schema).map(({ label }) => label)).toEqual(['Max answers', 'Question'])
  })

  test('are required only when no default stands in', () => {
    const properties = { a: { type: 'string' }, b: { type: 'string', default: 'x' } }
    const fields = fieldsOf({ properties, required: ['a', 'b'] })
    expect(fields.map(({ isRequired }) => isRequired)).toEqual([true, false])
  })

  test('are none for a schema without properties', () => {
    expect(fieldsOf({})).toEqual([])
  })
})

describe('a merge patch', () => {
  test.each([
    [{ a: 1 }, { a: 1 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: { b: 1, c: 2 } }, { a: { c: 3 } }],
    [{ a: [1, 2] }, { a: [2], d: { e: true } }],
    [{ a: { b: 1 } }, { a: 'text' }],
  ])('leads from %j to %j', (from, to) => {
    expect(apply(from, mergePatch(from, to))).toEqual(to)
  })

  test('is empty between equal values', () => {
    expect(mergePatch({ a: { b: [1] } }, { a: { b: [1] } })).toEqual({})
  })
})
