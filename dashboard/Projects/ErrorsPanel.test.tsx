// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { draw, seeText, serve } from '../testing'
import { ErrorsPanel } from './ErrorsPanel'

const error = { name: 'TypeError', message: 'x is null', version: '1.1.0', count: 3, firstAt: 0, lastAt: 0 }

test('shows what went wrong, how often, and where in the sources', async () => {
  const data = [
    { ...error, stack: 'TypeError: x is null\n    at r (widget.tsx:12:7)' },
    { ...error, name: 'integrity', message: 'The widget did not start.', stack: '' },
  ]
  await serve({ 'GET /api/projects/pr_1/errors': () => ({ data }) })
  const root = draw(<ErrorsPanel projectId="pr_1" />)
  await seeText(root, 'x is null')
  expect(root.querySelector('pre')!.textContent).toContain('widget.tsx:12:7')
  expect(root.querySelectorAll('details')).toHaveLength(1)
  expect(root.textContent).toContain('1.1.0')
})

test('says so when nothing went wrong', async () => {
  await serve({ 'GET /api/projects/pr_2/errors': () => ({ data: [] }) })
  await seeText(draw(<ErrorsPanel projectId="pr_2" />), 'Nothing went wrong')
})
