// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { DeadLetter } from '../../schema/wire/admin'
import { App } from '../App/App'
import { draw, makeUser, seeText, serve, type, type Replies } from '../testing'

const letter: DeadLetter = {
  id: 'dl_1',
  at: 0,
  builderId: 'us_2',
  implementationId: 'im_1',
  reason: 'Unknown element nonsense for enum',
  state: 'open',
  event: { id: 'an-id', event_type: 'nonsense' },
}
const open = async (replies: Replies) => {
  const server = await serve({ 'GET /api/auth/me': () => ({ data: makeUser('super_admin') }), ...replies })
  history.replaceState(null, '', '/admin/dead-letters')
  return { ...server, root: draw(<App />) }
}
const press = (root: HTMLElement, selector: string) =>
  root.querySelector<HTMLButtonElement>(selector)!.click()

test('says so when every event was stored', async () => {
  const { root } = await open({ 'GET /api/admin/dead-letters': () => ({ data: [] }) })
  await seeText(root, 'There are no dead letters yet.')
})

test('shows why an event could not be stored, refuses what is no JSON, and stores what is mended', async () => {
  const sent: unknown[] = []
  const { root } = await open({
    'GET /api/admin/dead-letters': () => ({
      data: [{ ...letter, state: sent.length ? 'replayed' : 'open' }],
    }),
    'POST /api/admin/dead-letters/dl_1/replay': (body) => {
      sent.push(body)
      return { data: letter }
    },
  })
  await seeText(root, 'Unknown element nonsense')
  press(root, '[aria-label="Open dl_1"]')
  await expect.poll(() => root.querySelector('textarea')?.value).toContain('"event_type": "nonsense"')
  const area = () => root.querySelector('textarea')!
  const write = (text: string) => {
    area().value = text
    area().dispatchEvent(new InputEvent('input', { bubbles: true }))
  }
  write('{')
  press(root, '.dialog .button.primary')
  await seeText(root, 'This is not JSON')
  expect(sent).toEqual([])
  write('{"id":"an-id","event_type":"load"}')
  press(root, '.dialog .button.primary')
  await expect.poll(() => sent).toEqual([{ event: { id: 'an-id', event_type: 'load' } }])
  await expect.poll(() => root.querySelector('tbody .status')?.textContent).toBe('Stored')
  expect(root.querySelector('dialog')).toBeNull()
})

test('gives an event up with a reason only', async () => {
  const sent: unknown[] = []
  const { root } = await open({
    'GET /api/admin/dead-letters': () => ({ data: [letter] }),
    'POST /api/admin/dead-letters/dl_1/discard': (body) => {
      sent.push(body)
      return { data: letter }
    },
  })
  await seeText(root, 'Unknown element nonsense')
  press(root, '[aria-label="Open dl_1"]')
  await expect.poll(() => root.querySelector('.dialog [type="button"]')).not.toBeNull()
  press(root, '.dialog [type="button"]')
  await expect.poll(() => root.querySelector('[name="reason"]')).not.toBeNull()
  expect(root.querySelector<HTMLButtonElement>('.dialog .primary')!.disabled).toBe(true)
  type(root, 'reason', 'A test of a colleague')
  press(root, '.dialog .primary')
  await expect.poll(() => sent).toEqual([{ reason: 'A test of a colleague' }])
})

test('finds by builder, implementation or words', async () => {
  const asked: Record<string, string>[] = []
  const { root } = await open({
    'GET /api/admin/dead-letters': (_, { url }) => {
      asked.push(Object.fromEntries(new URLSearchParams(url!.split('?')[1])))
      return { data: [] }
    },
  })
  await seeText(root, 'There are no')
  for (const search of [`im_${'a'.repeat(21)}`, `us_${'b'.repeat(21)}`, 'nonsense']) {
    const field = root.querySelector<HTMLInputElement>('.search')!
    field.value = search
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    await expect.poll(() => Object.values(asked.at(-1)!)).toContain(search)
  }
  expect(asked.slice(1).map((query) => Object.keys(query))).toEqual([
    ['page', 'implementation'],
    ['page', 'builder'],
    ['page', 'reason'],
  ])
})
