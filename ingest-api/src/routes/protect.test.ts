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

describe('the metrics', () => {
  const read = async () => (await client.app.request('/metrics')).text()

  test('count requests by route, status and tier, and errors by code', async () => {
    const builder = await client.person('builder')
    await client.call('GET', '/api/projects', { as: builder })
    await client.call('GET', `/api/projects/pr_${'x'.repeat(21)}`, { as: builder })
    await client.call('GET', '/nowhere/at/all')
    const text = await read()
    const labels = 'method="GET",route="/api/projects",status_code="200",tier="builder"'
    expect(text).toContain(`http_request_duration_seconds_count{${labels}} 1`)
    expect(text).toContain(`http_request_duration_seconds_bucket{${labels},le="+Inf"} 1`)
    expect(text).toContain('route="/api/projects/:id",status_code="404",tier="builder"')
    expect(text).toContain('route="none",status_code="404",tier="public"')
    expect(text).toContain('api_errors_total{error_code="RESOURCE_NOT_FOUND",tier="builder"} 1')
    expect(text).not.toContain('xxxxx')
  })

  test('are in the form that Prometheus reads', async () => {
    const lines = (await read()).trimEnd().split('\n')
    for (const line of lines)
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"\n]*",?)+\})? [\d.e+-]+)$/)
    const types = lines.filter((line) => line.startsWith('# TYPE'))
    expect(new Set(types).size).toBe(types.length)
    expect(types).toContain('# TYPE spool_age_seconds gauge')
    expect(types).toContain('# TYPE db_connections_active gauge')
  })

  test('are told without Postgres as well', async () => {
    const { db } = handles
    const app = createApp({
      ...handles,
      db: Object.assign(Object.create(db), { execute: () => Promise.reject(new Error('gone')) }),
    })
    const text = await (await app.request('/metrics')).text()
    expect(text).toContain('postgres_up 0')
    expect(text).toContain('spool_events')
  })
})
