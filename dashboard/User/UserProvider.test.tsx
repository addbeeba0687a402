// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { hasPermission } from '../../schema/wire/permission'
import { RouteBoundary } from '../App/RouteBoundary'
import { draw, makeUser, seeText, serve } from '../testing'
import { useAdmin, useBuilder, useEndUser, UserProvider, useUser } from './UserProvider'

test('checks permissions', () => {
  const held = ['create_projects', 'view_revenue']
  expect(hasPermission(held, 'create_projects')).toBe(true)
  expect(hasPermission(held, 'manage_users')).toBe(false)
})

/** Renders its children only once it is known who is there. */
function WhenKnown({ as: Content }: { as: () => string }) {
  return useUser().isLoading ? null : <Content />
}

test.each([
  ['useBuilder hook can only be used by builders', () => useBuilder().builderId],
  ['useAdmin hook can only be used by super admins', () => useAdmin().adminId],
])('refuses an end user: %s', async (message, Content) => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
  await serve({ 'GET /api/auth/me': () => ({ data: makeUser('end_user') }) })
  const root = draw(
    <UserProvider>
      <RouteBoundary>
        <WhenKnown as={Content} />
      </RouteBoundary>
    </UserProvider>,
  )
  await seeText(root, 'Something went wrong here')
  expect(complaint).toHaveBeenCalledWith(message)
})

test('gives the end user hook and the permissions to an end user', async () => {
  await serve({ 'GET /api/auth/me': () => ({ data: makeUser('end_user') }) })
  const Content = () => {
    const user = useUser()
    return `${useEndUser().endUserId} ${user.hasPermission('view_usage')} ${user.hasPermission('manage_users')} ${user.hasRole('end_user')}`
  }
  const root = draw(
    <UserProvider>
      <WhenKnown as={Content} />
    </UserProvider>,
  )
  await seeText(root, 'us_1 true false true')
})
