// @vitest-environment happy-dom
import { act } from 'preact/test-utils'
import { expect, test } from 'vitest'
import type { EndUserDashboard, Implementation } from '../../schema/wire/api'
import type { Job } from '../../schema/wire/job'
import { RecentActivity } from '../EndUserDashboard/RecentActivity'
import { App } from '../App/App'
import { known } from '../data/query'
import { draw, seeText, serve, signedOut } from '../testing'
import { VisitorData } from './VisitorData'
import { YourData } from './YourData'

const makeJob = (more: Partial<Job> = {}): Job => ({
  id: 'jb_1',
  kind: 'export_data',
  status: 'waiting',
  implementationId: null,
  steps: { done: 0, total: 2, current: 'Gathering the data' },
  rows: 0,
  error: null,
  file: null,
  createdAt: Date.now(),
  nextAt: Date.now(),
  finishedAt: null,
  ...more,
})
const widget = { id: 'im_1', name: 'Poll', retentionDays: 395 } as Implementation
const press = (root: HTMLElement, label: string) => {
  const button = [...root.querySelectorAll('button')].find((each) =>
    (each.getAttribute('aria-label') ?? each.textContent)!.startsWith(label),
  )!
  act(() => button.click())
}

test('shows an export from the first moment to the file, as it goes on', async () => {
  let job = makeJob()
  let jobs: Job[] = []
  const { asked } = await serve({
    'GET /api/jobs': () => ({ data: jobs }),
    'POST /api/auth/export': () => {
      jobs = [job]
      return { status: 202, data: job }
    },
  })
  const root = draw(<YourData />)
  await seeText(root, 'You can have everything')
  press(root, 'Export my data')
  await seeText(root, 'Gathering the data begins in a moment.')
  expect(asked).toContain('POST /api/auth/export')
  expect([...root.querySelectorAll('button')].map(({ disabled }) => disabled)).toEqual([true])
  jobs = [(job = makeJob({ status: 'running', rows: 120_000 }))]
  await seeText(root, 'Gathering the data. 120,000 rows.')
  expect(root.querySelector('progress')).toBeTruthy()
  const file = { bytes: 5_000_000, expiresAt: Date.now() + 1000 }
  jobs = [makeJob({ file, steps: { done: 1, total: 2, current: 'Removing the file' } })]
  await seeText(root, 'Download, 4.8 MB')
  await seeText(root, 'Ready until')
})

test('says why a job failed and lets it try again', async () => {
  const failed = makeJob({ status: 'failed', error: 'The store is away.', nextAt: null, finishedAt: 1 })
  const { asked } = await serve({
    'GET /api/jobs': () => ({ data: [failed] }),
    'POST /api/jobs/jb_1/retry': () => ({ data: makeJob() }),
  })
  const root = draw(<YourData />)
  await seeText(root, 'The store is away. Nothing more is tried by itself.')
  press(root, 'Try again')
  await expect.poll(() => asked).toContain('POST /api/jobs/jb_1/retry')
})

test('asks before older events are removed, and not when they are kept for longer', async () => {
  const sent: unknown[] = []
  const changed: Implementation[] = []
  const { asked } = await serve({
    'GET /api/jobs': () => ({ data: [makeJob({ kind: 'set_retention', implementationId: 'im_2' })] }),
    'PATCH /api/widgets/im_1/retention': (body) => {
      sent.push(body)
      return { data: { retentionDays: 30, job: null } }
    },
  })
  const root = draw(<VisitorData widget={widget} onChange={(next) => changed.push(next)} />)
  await seeText(root, 'Keep events for')
  const select = root.querySelector('select')!
  select.value = '30'
  act(() => void select.dispatchEvent(new Event('change', { bubbles: true })))
  // The list of jobs is drawn anew meanwhile.
  await expect
    .poll(() => asked.filter((one) => one === 'GET /api/jobs').length, { timeout: 5000 })
    .toBeGreaterThan(1)
  expect(select.value).toBe('30')
  root.querySelector('form')!.requestSubmit()
  await seeText(root, 'Keep events for 30 days only?')
  expect(sent).toEqual([])
  root.querySelector<HTMLFormElement>('dialog form')!.requestSubmit()
  await expect.poll(() => sent).toEqual([{ days: 30 }])
  await expect.poll(() => changed).toMatchObject([{ retentionDays: 30 }])
  expect(root.textContent).not.toContain('Keeping events for less time')
})

test('forgets a visitor at one of their events, and offers it nowhere for who is forgotten', async () => {
  const recent = [
    { id: 'e1', at: 1, type: 'load', name: '', implementationId: 'im_1', session: 'se_1', data: {} },
    { id: 'e2', at: 1, type: 'load', name: '', implementationId: 'im_1', session: null, data: {} },
  ] satisfies EndUserDashboard['recent']
  const { asked } = await serve({
    'GET /api/jobs': () => ({ data: [] }),
    'DELETE /api/widgets/im_1/sessions/se_1': () => ({ status: 202, data: makeJob() }),
  })
  const answer = known({ recent, widgets: [widget] })
  const root = draw(<RecentActivity events={answer} />)
  expect(root.querySelectorAll('button')).toHaveLength(1)
  press(root, 'Forget this visitor')
  await seeText(root, 'Forget this visitor?')
  root.querySelector('form')!.requestSubmit()
  await expect.poll(() => asked).toContain('DELETE /api/widgets/im_1/sessions/se_1')
})

test('brings an account back with the token of the link, when asked to', async () => {
  const sent: unknown[] = []
  await serve({
    ...signedOut,
    'POST /api/auth/restore': (body) => {
      sent.push(body)
      return { data: null }
    },
  })
  history.replaceState(null, '', '/restore#token=t1')
  const root = draw(<App />)
  await seeText(root, 'Bring your account back')
  expect([location.href.includes('t1'), sent]).toEqual([false, []])
  root.querySelector('form')!.requestSubmit()
  await seeText(root, 'Welcome back')
  expect(sent).toEqual([{ token: 't1' }])
})
