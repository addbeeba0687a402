import { expect, test } from 'vitest'
import { isPage } from './public-files'

const html = 'text/html,application/xhtml+xml'

test.each(['/', '/login', '/dashboard', '/account', '/widget/im_1/configure', '/nowhere', '/apiary'])(
  'a browser that opens or reloads %s gets the dashboard’s page',
  (path) => expect(isPage(path, html)).toBe(true),
)

test.each(['/api/auth/me', '/v1/events', '/w/im_1', '/health', '/docs', '/dashboard/main.js'])(
  '%s is not the dashboard’s, even for a browser',
  (path) => expect(isPage(path, html)).toBe(false),
)

test('who does not ask for a page gets none', () => {
  expect(isPage('/dashboard', 'application/json')).toBe(false)
  expect(isPage('/dashboard', undefined)).toBe(false)
})
