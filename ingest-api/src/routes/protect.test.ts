import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../app'
import { readConfig } from '../config'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())

const appWith = (env: Record<string, string>) => {
  const config = readConfig({ PUBLIC_URL: 'https://oriel.test', ...env })
  return createApp({ ...handles, config })
}

describe('an answer', () => {
  test('says what a browser must not do with it', async () => {
    const { headers } = await appWith({}).request('/api/projects')
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=63072000',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    })
    expect((await client.app.request('/api/projects')).headers.has('strict-transport-security')).toBe(false)
  })

  test('of a frame keeps what the frame says itself', async () => {
    const owner = await client.person('end_user')
    const project = await client.releasedProject(await client.person('builder'))
    const { data } = await client.implement(owner, project.id)
    const { headers } = await client.app.request(`/w/${data.id}`)
    expect(headers.get('content-security-policy')).toContain('frame-ancestors https://shop.example')
  })
})

describe('a page of another origin', () => {
  const ask = async (env: Record<string, string>, origin: string) => {
    const { headers } = await appWith(env).request('/api/projects', { headers: { origin } })
    return headers.get('access-control-allow-origin')
  }

  test('reads the API where the settings name it, and nowhere else', async () => {
    const env = { NODE_ENV: 'production', CORS_ORIGIN: 'https://app.example, https://other.example' }
    expect(await ask(env, 'https://app.example')).toBe('https://app.example')
    expect(await ask(env, 'https://other.example')).toBe('https://other.example')
    for (const origin of [
      'https://evil.example',
      'https://app.example.evil',
      'null',
      'http://localhost:3000',
    ])
      expect(await ask(env, origin)).toBeNull()
  })

  test('reads it while developing when it is on this machine', async () => {
    expect(await ask({ NODE_ENV: 'development' }, 'http://localhost:3000')).toBe('http://localhost:3000')
    expect(await ask({ NODE_ENV: 'development' }, 'http://localhost.evil.example')).toBeNull()
  })

  test('may send what the API understands, and never a cookie', async () => {
    const response = await appWith({ CORS_ORIGIN: 'https://app.example' }).request('/api/projects', {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })
})

test('settings that are no origins are named', () =>
  expect(() => readConfig({ CORS_ORIGIN: 'https://app.example/path' })).toThrow('CORS_ORIGIN'))
