// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { BuilderDashboard as Data } from '../../schema/wire/api'
import { draw, emptyBuilder, seeText, serve } from '../testing'
import { BuilderDashboard } from './BuilderDashboard'

const PATH = 'GET /api/builders/test-builder/dashboard'
const data: Data = {
  ...emptyBuilder,
  revenue: { currency: 'USD', total: 10_000, monthly: 2_500, series: [{ at: 0, amount: 2_500 }] },
  projects: [
    {
      id: 'pr_1',
      builderId: 'test-builder',
      name: 'Test Project',
      slug: 'test',
      description: '',
      kind: 'widget',
      status: 'published',
      reviewNote: null,
      channels: [],
      latestVersion: '1.0.0',
      implementations: 3,
      createdAt: 0,
      updatedAt: 0,
    },
  ],
}

test('renders what is the builder’s: revenue, projects, implementations, customers', async () => {
  await serve({ [PATH]: () => ({ data }) })
  const root = draw(<BuilderDashboard builderId="test-builder" />)
  await seeText(root, 'Test Project')
  for (const text of [
    'Revenue Overview',
    '$100.00',
    '$25.00',
    'Project Portfolio',
    'Implementations',
    'Customers',
  ])
    expect(root.textContent).toContain(text)
})

test('keeps the place of everything while it loads', async () => {
  await serve({ [PATH]: () => new Promise(() => {}) })
  const root = draw(<BuilderDashboard builderId="test-builder" />)
  expect(root.textContent).toContain('Revenue Overview')
  expect(root.querySelectorAll('.panel[aria-busy="true"] .skeleton')).toHaveLength(7)
})

test('tells a new builder what to do next', async () => {
  await serve({ [PATH]: () => ({ data: emptyBuilder }) })
  await seeText(draw(<BuilderDashboard builderId="test-builder" />), 'npx oriel publish')
})

test('says what failed, once, and tries again', async () => {
  const { replies } = await serve({
    [PATH]: () => ({ status: 503, error: { code: 'SERVICE_UNAVAILABLE', message: 'ClickHouse is down.' } }),
  })
  const root = draw(<BuilderDashboard builderId="test-builder" />)
  await seeText(root, 'ClickHouse is down.')
  expect(root.querySelectorAll('[role="alert"]')).toHaveLength(1)
  replies[PATH] = () => ({ data })
  root.querySelector<HTMLButtonElement>('.failed button')!.click()
  await seeText(root, 'Test Project')
})

test('keeps showing the last numbers when a refresh fails, and says so once', async () => {
  const { replies } = await serve({ [PATH]: () => ({ data }) })
  const root = draw(<BuilderDashboard builderId="test-builder" />)
  await seeText(root, 'Test Project')
  replies[PATH] = () => ({
    status: 503,
    error: { code: 'SERVICE_UNAVAILABLE', message: 'ClickHouse is down.' },
  })
  await seeText(root, 'Not up to date')
  expect(root.textContent).toContain('Test Project')
  expect(root.querySelectorAll('.trouble')).toHaveLength(1)
})
