// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { serve } from '../testing'
import { onSignedOut, request } from './request'

const expired = { status: 401, error: { code: 'TOKEN_EXPIRED', message: 'Expired' } } as const

test('refreshes an expired session once for all requests that met it, and sends them again', async () => {
  let isFresh = false
  const { asked } = await serve({
    'GET /api/a': () => (isFresh ? { data: 'a' } : expired),
    'GET /api/b': () => (isFresh ? { data: 'b' } : expired),
    'POST /api/auth/refresh': () => {
      isFresh = true
      return { data: {} }
    },
  })
  const answers = await Promise.all([request('/api/a'), request('/api/b')])
  expect(answers.map(({ data }) => data)).toEqual(['a', 'b'])
  expect(asked.filter((name) => name === 'POST /api/auth/refresh')).toHaveLength(1)
})

test('says that nobody is signed in when the refresh does not help', async () => {
  const signedOut = vi.fn()
  onSignedOut(signedOut)
  const { asked } = await serve({ 'GET /api/a': () => expired, 'POST /api/auth/refresh': () => expired })
  await expect(request('/api/a')).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
  expect(signedOut).toHaveBeenCalledOnce()
  expect(asked).toEqual(['GET /api/a', 'POST /api/auth/refresh', 'GET /api/a'])
})

test('takes a refused sign-in for an answer, not for an expired session', async () => {
  const error = { code: 'AUTH_ERROR', message: 'Wrong' } as const
  const { asked } = await serve({ 'POST /api/auth/login': () => ({ status: 401, error }) })
  await expect(request('/api/auth/login', 'POST', {})).rejects.toMatchObject(error)
  expect(asked).toEqual(['POST /api/auth/login'])
})

test('throws the API’s error with its fields', async () => {
  const details = { fields: [{ path: 'name', message: 'Too long' }] }
  await serve({ 'PATCH /api/a': () => ({ error: { code: 'VALIDATION_ERROR', message: 'No', details } }) })
  await expect(request('/api/a', 'PATCH', { name: 'x' })).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
    details,
  })
})

test('says plainly that the server cannot be reached', async () => {
  const { close } = await serve({})
  close()
  await expect(request('/api/a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
})
