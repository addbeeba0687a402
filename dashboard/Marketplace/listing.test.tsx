// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { Offer, Project } from '../../schema/wire/api'
import type { Persona } from '../../schema/wire/permission'
import { App } from '../App/App'
import { draw, makeUser, seeText, serve, type, type Replies } from '../testing'

const project: Project = {
  id: 'pr_1',
  builderId: 'us_1',
  name: 'Poll',
  slug: 'poll',
  description: 'One question',
  kind: 'widget',
  status: 'draft',
  reviewNote: null,
  channels: [{ name: 'stable', version: '1.0.0', releasedAt: 0 }],
  latestVersion: '1.0.0',
  implementations: 2,
  createdAt: 0,
  updatedAt: 0,
}
const offer: Offer = {
  ...project,
  builder: { id: 'us_1', name: 'Ada' },
  title: 'Poll',
  configSchema: {},
  presets: [],
  permissions: { network: [], images: [], popups: false },
}
const open = async (persona: Persona, path: string, replies: Replies) => {
  await serve({ 'GET /api/auth/me': () => ({ data: makeUser(persona) }), ...replies })
  history.replaceState(null, '', path)
  return draw(<App />)
}
const press = (root: HTMLElement, label: string) =>
  [...root.querySelectorAll('button')].find((button) => button.textContent === label)!.click()

test('a builder reads who can have a project, gives its link away and submits it', async () => {
  let now = project
  const root = await open('builder', '/projects/pr_1', {
    'GET /api/projects/pr_1': () => ({ data: now }),
    'GET /api/projects/pr_1/versions': () => ({ data: [] }),
    'POST /api/projects/pr_1/submit': () => ({ data: (now = { ...project, status: 'in_review' }) }),
  })
  await seeText(root, 'Whoever has its link can add it to a site.')
  expect(root.querySelector('.status')?.textContent).toBe('Unlisted')
  expect(root.querySelector('#project-link')?.textContent).toBe(`${location.origin}/marketplace/pr_1`)
  press(root, 'Submit for listing')
  await seeText(root, 'We are looking at it.')
  expect(root.querySelector('.status')?.textContent).toBe('In review')
})

test('a draft without a release has no link, and a rejected one says why', async () => {
  const root = await open('builder', '/projects/pr_1', {
    'GET /api/projects/pr_1': () => ({
      data: { ...project, channels: [], reviewNote: 'Say more about data.' },
    }),
    'GET /api/projects/pr_1/versions': () => ({ data: [] }),
  })
  await seeText(root, 'What our review says: Say more about data.')
  expect(root.querySelector('.title .status')?.textContent).toBe('Draft')
  expect(root.querySelector('#project-link')).toBeNull()
})

test('the link of an unlisted widget says that nobody has looked at it, and leads to having it', async () => {
  const root = await open('end_user', '/marketplace/pr_1', {
    'GET /api/marketplace/pr_1': () => ({ data: offer }),
  })
  await seeText(root, 'nobody at Oriel has looked at it yet')
  press(root, 'Add to my site')
  await seeText(root, 'Your site’s address')
})

test('the platform approves what waits, and gives a reason for what it rejects', async () => {
  const sent: unknown[] = []
  const root = await open('super_admin', '/admin/projects', {
    'GET /api/admin/projects': () => ({ data: [{ ...project, status: 'in_review' }] }),
    'PATCH /api/admin/projects/pr_1': (body) => {
      sent.push(body)
      return { data: project }
    },
  })
  await seeText(root, 'In review')
  press(root, 'Reject')
  await seeText(root, 'The builder reads it.')
  type(root, 'reason', 'It is empty')
  root.querySelector<HTMLFormElement>('dialog form')!.requestSubmit()
  await seeText(root, 'Poll goes back to its builder')
  press(root, 'Approve')
  await seeText(root, 'Poll is in the marketplace')
  expect(sent).toEqual([{ decision: 'reject', reason: 'It is empty' }, { decision: 'approve' }])
})
