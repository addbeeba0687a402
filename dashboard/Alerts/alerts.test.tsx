// @vitest-environment happy-dom
import { act } from 'preact/test-utils'
import { expect, test } from 'vitest'
import type { Alert, AlertRule } from '../../schema/wire/alert'
import { METRIC_IDS, metricsOf } from '../../schema/wire/metric'
import { PERSONAS } from '../../schema/wire/permission'
import { App } from '../App/App'
import { draw, makeUser, seeText, serve, type, type Replies } from '../testing'
import { describeRule, formatWindow } from './words'

const rule: AlertRule = {
  id: 'ru_1',
  name: 'Many errors',
  metric: 'errors',
  implementationId: null,
  projectId: null,
  condition: 'above',
  threshold: 10,
  windowMinutes: 60,
  enabled: true,
  byMail: true,
  offReason: null,
  value: 4,
  previous: 2,
  knownTo: 60_000,
  evaluatedAt: 60_000,
  unknownSince: null,
  alertId: null,
  revision: 1,
  createdAt: 0,
  updatedAt: 0,
}
const alert: Alert = {
  id: 'al_1',
  name: rule.name,
  metric: rule.metric,
  implementationId: null,
  projectId: null,
  condition: rule.condition,
  threshold: rule.threshold,
  windowMinutes: rule.windowMinutes,
  ruleId: rule.id,
  state: 'open',
  value: 12,
  peak: 31,
  last: 30,
  openedAt: 60_000,
  heldTo: 60_000,
  acknowledgedAt: null,
  resolvedAt: null,
  resolvedBy: null,
}
const nothing: Replies = {
  'GET /api/analytics/alerts': () => ({ data: [] }),
  'GET /api/analytics/alert-rules': () => ({ data: [] }),
  'GET /api/end-users/me/widgets': () => ({ data: [{ id: `im_${'a'.repeat(21)}`, name: 'Poll at home' }] }),
}
const open = async (replies: Replies = {}) => {
  const server = await serve({
    'GET /api/auth/me': () => ({ data: makeUser('end_user') }),
    ...nothing,
    ...replies,
  })
  history.replaceState(null, '', '/alerts')
  return { ...server, root: draw(<App />) }
}
const press = (root: HTMLElement, selector: string) =>
  act(() => root.querySelector<HTMLButtonElement>(selector)!.click())
const pressText = (root: HTMLElement, text: string) =>
  act(() => [...root.querySelectorAll('button')].find(({ textContent }) => textContent === text)!.click())
const choose = (root: HTMLElement, selector: string, value: string) =>
  act(() => {
    const field = root.querySelector<HTMLSelectElement>(selector)!
    field.value = value
    field.dispatchEvent(new Event('change', { bubbles: true }))
  })

test('says so when nothing is watched and nothing happens', async () => {
  const { root } = await open()
  await seeText(root, 'Nothing that you watch is happening.')
  await seeText(root, 'You watch nothing yet.')
})

test('says so when it cannot be loaded, and tries again', async () => {
  let isUp = false
  const { root } = await open({
    'GET /api/analytics/alert-rules': () =>
      isUp ? { data: [rule] } : { error: { code: 'INTERNAL_SERVER_ERROR', message: 'The server is away.' } },
  })
  await seeText(root, 'The server is away.')
  isUp = true
  press(root, '[role="alert"] button')
  await seeText(root, 'Many errors')
})

test('shows what happens, and settles it by its name', async () => {
  const settled: string[] = []
  const { root } = await open({
    'GET /api/analytics/alerts': () => ({
      data: [{ ...alert, state: settled.length ? 'acknowledged' : 'open' }],
    }),
    'POST /api/analytics/alerts/al_1/acknowledge': () => {
      settled.push('acknowledged')
      return { data: { ...alert, state: 'acknowledged' } }
    },
    'POST /api/analytics/alerts/al_1/resolve': () => {
      settled.push('resolved')
      return { data: { ...alert, state: 'resolved' } }
    },
  })
  await seeText(root, 'Errors above 10 in the last hour')
  expect(root.textContent).toContain('31')
  press(root, '[aria-label="Acknowledge Many errors"]')
  await expect.poll(() => root.querySelector('tbody .status')?.textContent).toBe('Acknowledged')
  expect(root.querySelector('[aria-label="Acknowledge Many errors"]')).toBeNull()
  press(root, '[aria-label="Resolve Many errors"]')
  await seeText(document.body, 'Many errors is resolved')
  expect(settled).toEqual(['acknowledged', 'resolved'])
})

test('asks for the alerts of the chosen state', async () => {
  const asked: (string | null)[] = []
  const { root } = await open({
    'GET /api/analytics/alerts': (_, { url }) => {
      asked.push(new URL(url!, 'http://x').searchParams.get('state'))
      return { data: [] }
    },
  })
  await seeText(root, 'Nothing that you watch')
  choose(root, '[aria-label="Which alerts"]', 'resolved')
  await seeText(root, 'No alert has been resolved.')
  await expect.poll(() => asked).toEqual(['open,acknowledged', 'resolved'])
})

test('watches something, in the units that people type, and shows at a field what is wrong with it', async () => {
  const sent: unknown[] = []
  const { root } = await open({
    'POST /api/analytics/alert-rules': (body) => {
      sent.push(body)
      const fields = [{ path: 'threshold', message: 'Must be more than 0: 0.5 is a change by half.' }]
      return sent.length === 1
        ? { error: { code: 'VALIDATION_ERROR', message: 'No', details: { fields } } }
        : { data: rule }
    },
  })
  await seeText(root, 'You watch nothing yet.')
  pressText(root, 'Watch something')
  await expect.poll(() => root.querySelector('[name="implementationId"]')).not.toBeNull()
  const submit = () => root.querySelector<HTMLButtonElement>('.dialog .primary')!
  expect(submit().disabled).toBe(true)
  type(root, 'name', 'Less loads')
  choose(root, '[name="implementationId"]', `im_${'a'.repeat(21)}`)
  choose(root, '[name="metric"]', 'loads')
  choose(root, '[name="condition"]', 'changesBy')
  choose(root, '[name="windowMinutes"]', '1440')
  type(root, 'threshold', '-5')
  expect(root.querySelector('.dialog')!.textContent).toContain('Percent')
  press(root, '.dialog .primary')
  await seeText(root, 'Must be more than 0')
  expect(document.activeElement).toBe(root.querySelector('[name="threshold"]'))
  type(root, 'threshold', '45')
  press(root, '.dialog .primary')
  await expect.poll(() => sent).toHaveLength(2)
  expect(sent[1]).toEqual({
    name: 'Less loads',
    metric: 'loads',
    condition: 'changesBy',
    threshold: 0.45,
    windowMinutes: 1440,
    implementationId: `im_${'a'.repeat(21)}`,
    projectId: null,
    byMail: true,
  })
  await expect.poll(() => root.querySelector('dialog')).toBeNull()
})

test('changes, switches off and deletes what is watched, and says why something is off or unknown', async () => {
  const sent: [string, unknown][] = []
  const money = {
    ...rule,
    id: 'ru_2',
    name: 'Income',
    metric: 'revenue',
    threshold: 1999,
    value: null,
  } as const
  const off = { ...rule, id: 'ru_3', name: 'Gone', enabled: false, offReason: 'Its widget was removed.' }
  const unknown = { ...rule, id: 'ru_4', name: 'Away', unknownSince: 60_000 }
  const { root } = await open({
    'GET /api/analytics/alert-rules': () => ({ data: [{ ...rule, alertId: 'al_1' }, money, off, unknown] }),
    'PATCH /api/analytics/alert-rules/ru_1': (body) => (sent.push(['off', body]), { data: rule }),
    'PATCH /api/analytics/alert-rules/ru_2': (body) => (sent.push(['change', body]), { data: money }),
    'DELETE /api/analytics/alert-rules/ru_3': () => (sent.push(['delete', null]), { data: null }),
  })
  await seeText(root, 'Its widget was removed.')
  const states = () => [...root.querySelectorAll('tbody .status')].map(({ textContent }) => textContent)
  expect(states()).toEqual(['Happens', 'Watched', 'Off', expect.stringContaining('Unknown since')])
  press(root, '[aria-label="Switch off Many errors"]')
  await expect.poll(() => sent).toEqual([['off', { enabled: false }]])
  press(root, '[aria-label="Delete Gone"]')
  await expect.poll(() => sent).toHaveLength(2)
  press(root, '[aria-label="Edit Income"]')
  await expect.poll(() => root.querySelector<HTMLInputElement>('[name="threshold"]')?.value).toBe('19.99')
  type(root, 'threshold', '25.5')
  press(root, '.dialog .primary')
  await expect.poll(() => sent).toHaveLength(3)
  expect(sent[2]).toEqual(['change', expect.objectContaining({ metric: 'revenue', threshold: 2550 })])
})

test.each(PERSONAS)('the navigation of a %s leads there', async (persona) => {
  const { root } = await open({ 'GET /api/auth/me': () => ({ data: makeUser(persona) }) })
  await seeText(root, 'Nothing that you watch')
  expect(root.querySelector('nav [href="/alerts"]')?.getAttribute('aria-current')).toBe('page')
})

test('every metric has words for what is watched of it', () => {
  const metrics = metricsOf(makeUser('end_user'))
  const words = METRIC_IDS.map((metric) => describeRule({ ...rule, metric, threshold: 0.05 }, metrics))
  expect(new Set(words).size).toBe(METRIC_IDS.length)
  expect(describeRule({ ...rule, metric: 'revenue', threshold: 500 }, metrics)).toContain(
    'Charges above $5.00',
  )
  expect([5, 60, 90, 1440, 10080].map(formatWindow)).toEqual([
    '5 minutes',
    'hour',
    '90 minutes',
    'day',
    '7 days',
  ])
})
