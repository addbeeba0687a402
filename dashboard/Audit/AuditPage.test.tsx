// @vitest-environment happy-dom
import { act } from 'preact/test-utils'
import { expect, test } from 'vitest'
import type { AuditEntry } from '../../schema/wire/admin'
import { App } from '../App/App'
import { draw, makeUser, seeText, serve, type, type Replies } from '../testing'

const entry: AuditEntry = {
  id: 7,
  at: 0,
  actor: { id: 'us_2', name: 'Bob', persona: 'builder' },
  key: { id: 'ak_1', name: 'Deploys' },
  action: 'project.update',
  resource: { type: 'project', id: 'pr_1' },
  before: { name: 'Poll', description: 'Same', grants: [] },
  after: { name: 'Survey', description: 'Same', nested: { deep: true } },
  requestId: 'r',
}
const open = async (replies: Replies) => {
  await serve({ 'GET /api/auth/me': () => ({ data: makeUser('super_admin') }), ...replies })
  history.replaceState(null, '', '/admin/audit-logs')
  return draw(<App />)
}

test('says who did what by which key, and what became of what', async () => {
  const root = await open({ 'GET /api/admin/audit-logs': () => ({ data: [entry] }) })
  await seeText(root, 'project.update')
  expect(root.querySelector('tbody tr')?.textContent).toContain('BobBuilderby the key Deploys')
  expect([...root.querySelectorAll('.changes dl div')].map((line) => line.textContent)).toEqual([
    'namePoll → Survey',
    'descriptionSame',
    'grants–',
    'nested{"deep":true}',
  ])
  expect(root.querySelector('del')?.textContent).toBe('Poll')
})

test('asks for whom, what and which days', async () => {
  const asked: URLSearchParams[] = []
  const root = await open({
    'GET /api/admin/audit-logs': (_, { url }) => {
      asked.push(new URLSearchParams(url!.split('?')[1]))
      return { data: [] }
    },
  })
  await seeText(root, 'Nothing of the kind has happened.')
  type(root, 'actor', 'bob@example.com ')
  type(root, 'from', '2026-03-01')
  type(root, 'to', '2026-03-01')
  const form = root.querySelector('.filters')!
  act(() => void form.dispatchEvent(new Event('change', { bubbles: true })))
  await expect.poll(() => asked.length).toBe(2)
  const { actor, from, to, page } = Object.fromEntries(asked[1]!)
  expect([actor, page, Number(to) - Number(from)]).toEqual(['bob@example.com', '1', 24 * 60 * 60 * 1000])
  expect(Number(from)).toBe(new Date('2026-03-01T00:00').getTime())
})

test.each([
  [null, 'The log is whole: 12 rows fit. abc'],
  [
    { auditId: 9, sequence: 9, reason: 'The row is gone.' },
    'The log was tampered with at row 9. The row is gone.',
  ],
])('verifies the chain: %o', async (broken, text) => {
  const root = await open({
    'GET /api/admin/audit-logs': () => ({ data: [entry] }),
    'GET /api/admin/audit-logs/verify': () => ({ data: { entries: 12, head: 'abc', broken } }),
  })
  await seeText(root, 'project.update')
  root.querySelector<HTMLButtonElement>('.seal button')!.click()
  await seeText(root, text)
})
