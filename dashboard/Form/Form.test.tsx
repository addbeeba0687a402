// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { OrielError } from '../../schema/wire/error'
import { draw, seeText, type } from '../testing'
import { Field } from './Field'
import { Form } from './Form'

const drawForm = (onSubmit: (value: (name: string) => string) => Promise<void>) =>
  draw(
    <Form submit="Send" onSubmit={onSubmit}>
      <Field name="origins" label="Sites" required hint="One per line." />
    </Form>,
  )

test('cannot be sent while a field is invalid', async () => {
  const root = drawForm(async () => {})
  const button = root.querySelector('button')!
  expect(button.disabled).toBe(true)
  type(root, 'origins', 'https://example.com')
  await expect.poll(() => button.disabled).toBe(false)
})

test('complains about what was typed when it is left, and about nothing while nothing was', async () => {
  const root = draw(
    <Form submit="Send" onSubmit={async () => {}}>
      <Field name="email" label="Email" type="email" required />
    </Form>,
  )
  const leave = () => root.querySelector('input')!.dispatchEvent(new FocusEvent('blur'))
  leave()
  await expect.poll(() => root.querySelector('.error')).toBeNull()
  type(root, 'email', 'no address')
  leave()
  await expect.poll(() => root.querySelector('.error')).not.toBeNull()
})

test('hands over what was typed', async () => {
  const send = vi.fn(async (value: (name: string) => string) => void value('origins'))
  const root = drawForm(send)
  type(root, 'origins', 'https://example.com')
  root.querySelector('form')!.requestSubmit()
  await expect.poll(() => send.mock.calls[0]?.[0]('origins')).toBe('https://example.com')
})

test('shows the server’s complaint at its field, tied to it, until the field is edited', async () => {
  const fields = [{ path: 'origins.2', message: 'Not an origin.' }]
  const root = drawForm(() => Promise.reject(new OrielError('VALIDATION_ERROR', 'No', { fields })))
  type(root, 'origins', 'x')
  root.querySelector('form')!.requestSubmit()
  await seeText(root, 'Not an origin.')
  const input = root.querySelector('input')!
  const described = input.getAttribute('aria-describedby')!.split(' ')
  expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual([
    'One per line.',
    'Not an origin.',
  ])
  expect(input.getAttribute('aria-invalid')).toBe('true')
  expect(document.activeElement).toBe(input)
  type(root, 'origins', 'y')
  await expect.poll(() => root.textContent).not.toContain('Not an origin.')
})

test('shows what belongs to no field of it in words', async () => {
  const root = drawForm(() => Promise.reject(new OrielError('RESOURCE_CONFLICT', 'It is taken.')))
  type(root, 'origins', 'x')
  root.querySelector('form')!.requestSubmit()
  await expect.poll(() => root.querySelector('[role="alert"]')?.textContent).toBe('It is taken.')
})
