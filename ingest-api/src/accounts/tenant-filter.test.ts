import { PgDialect } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects } from '../../../schema/tables/projects'
import { PERSONAS, type Persona } from '../../../schema/wire/permission'
import { createTenantFilter, ownedBy } from './tenant-filter'

const both = { builder_id: widgetImplementations.builderId, end_user_id: widgetImplementations.endUserId }
const textOf = (persona: Persona, columns: Parameters<typeof ownedBy>[1]) => {
  const condition = ownedBy({ userId: 'us_1', persona }, columns)
  return condition && new PgDialect().sqlToQuery(condition)
}

test.each([
  ['super_admin', {}],
  ['builder', { builder_id: 'us_1' }],
  ['end_user', { end_user_id: 'us_1' }],
] as const)('a %s sees %j', (persona, filter) => expect(createTenantFilter('us_1', persona)).toEqual(filter))

test.each(['', 'admin', '__proto__', 'toString', undefined, null])(
  'the unknown persona %s throws',
  (persona) => {
    expect(() => createTenantFilter('us_1', persona as Persona)).toThrow('Unknown persona')
  },
)

test('a condition names the persona’s own column', () => {
  expect(textOf('builder', both)).toMatchObject({
    sql: '"widget_implementations"."builder_id" = $1',
    params: ['us_1'],
  })
  expect(textOf('end_user', both)).toMatchObject({
    sql: '"widget_implementations"."end_user_id" = $1',
    params: ['us_1'],
  })
  expect(textOf('super_admin', both)).toBeUndefined()
})

test('a table without the persona’s column shows it nothing', () => {
  expect(textOf('end_user', { builder_id: projects.builderId })?.sql).toBe('false')
  expect(PERSONAS.filter((persona) => textOf(persona, {})?.sql === 'false')).toEqual(['builder', 'end_user'])
})
