import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  GRANT_OF,
  hasAllPermissions,
  hasAnyPermission,
  hasPermission,
  intersectPermissions,
  isGrant,
  PERMISSIONS,
  ROLE_PERMISSIONS,
  TIERS,
  toGrant,
  type Grant,
  type Permission,
} from './permission'

const names = Object.values(PERMISSIONS)
const part = fc.stringMatching(/^[a-z0-9_-]{1,8}$/)
const tier = fc.constantFrom(...TIERS)
/** Small parts too, so that two grants often meet. */
const word = fc.oneof(fc.constantFrom('a', 'b'), part)
const action = fc.tuple(tier, word, word).map((parts) => parts.join('.') as Grant)
const grant = fc.oneof(
  action,
  fc.tuple(tier, word).map(([first, second]) => `${first}.${second}.*` as Grant),
  tier.map((first) => `${first}.*` as Grant),
  fc.constant<Grant>('*'),
)
const permission = fc.oneof(fc.constantFrom<Permission[]>(...names), grant)

describe('the grammar', () => {
  test('takes every tier.resource.action, and * as the last part only', () => {
    fc.assert(fc.property(grant, (one) => toGrant(one) === one))
  })

  test('refuses a star anywhere else', () => {
    fc.assert(
      fc.property(tier, part, part, fc.nat(), (first, second, third, at) => {
        const grant = `${first}.${second}.${third}`
        const place = at % grant.length
        expect(isGrant(`${grant.slice(0, place)}*${grant.slice(place)}`)).toBe(false)
      }),
    )
  })

  test('refuses what is no grant at all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!isGrant(text) && !names.includes(text as Permission))
        expect(() => toGrant(text)).toThrow('is not a permission')
      }),
    )
  })

  test.each([
    '',
    'builder',
    'builder.projects',
    'builder..create',
    'builder.projects.create.now',
    'abc*def',
    '*.*',
    '**',
    '*.projects.create',
    'builder.*.create',
    'builder.projects.*\n',
    'Builder.projects.create',
    'tenant.accounts.*',
    '__proto__',
    'toString',
  ])('refuses %j', (text) => expect(() => toGrant(text)).toThrow('is not a permission'))
})

describe('a permission', () => {
  test('is held by its name, its grant and everything that contains it', () => {
    for (const name of names) {
      const [first, second] = GRANT_OF[name].split('.')
      for (const held of [name, GRANT_OF[name], `${first}.${second}.*`, `${first}.*`, '*'])
        expect([held, name, hasPermission([held], name)]).toEqual([held, name, true])
    }
  })

  test('of the vocabulary gives none of the others', () => {
    for (const held of names)
      expect(names.filter((required) => hasPermission([held], required))).toEqual([held])
  })

  test('is never given by another tier', () => {
    fc.assert(
      fc.property(grant, action, (held, asked) => {
        fc.pre(held !== '*' && held.split('.')[0] !== asked.split('.')[0])
        expect(hasPermission([held], asked)).toBe(false)
      }),
    )
  })

  test('of a wider grant is not given by a narrower one', () => {
    fc.assert(
      fc.property(action, (held) => {
        const [first, second] = held.split('.')
        for (const asked of [`${first}.${second}.*`, `${first}.*`, '*'] as Grant[])
          expect(hasPermission([held], asked)).toBe(false)
      }),
    )
  })

  test('holds transitively', () => {
    fc.assert(
      fc.property(grant, grant, grant, (wide, middle, narrow) => {
        fc.pre(hasPermission([wide], middle) && hasPermission([middle], narrow))
        expect(hasPermission([wide], narrow)).toBe(true)
      }),
    )
  })

  test('stays when more is held', () => {
    fc.assert(
      fc.property(fc.array(permission), permission, permission, (held, more, asked) => {
        if (hasPermission(held, asked)) expect(hasPermission([...held, more], asked)).toBe(true)
      }),
    )
  })
})

test('any of several needs one, all of several needs each', () => {
  fc.assert(
    fc.property(fc.array(permission), fc.array(permission), (held, required) => {
      const missing = required.filter((one) => !hasPermission(held, one))
      expect(hasAnyPermission(held, required)).toBe(missing.length < required.length)
      expect(hasAllPermissions(held, required)).toBe(missing.length === 0)
    }),
  )
})

test('two lists together allow exactly what each of them allows', () => {
  fc.assert(
    fc.property(fc.array(permission), fc.array(permission), action, (left, right, asked) => {
      const both = hasPermission(left, asked) && hasPermission(right, asked)
      expect(hasPermission(intersectPermissions(left, right), asked)).toBe(both)
    }),
  )
})

test('roles hold what the specification gives them', () => {
  expect(names).toHaveLength(14)
  expect(ROLE_PERMISSIONS.super_admin).toEqual(names)
  expect(hasPermission(ROLE_PERMISSIONS.builder, 'builder.projects.create')).toBe(true)
  expect(hasAnyPermission(ROLE_PERMISSIONS.builder, ROLE_PERMISSIONS.end_user)).toBe(false)
  expect(hasPermission(['create_projects', 'view_revenue'], 'manage_users')).toBe(false)
})
