import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Implementation, Login, Project } from '../../../schema/wire/api'
import type { FrameSettings, SessionClaims } from '../../../schema/wire/frame'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let owner: Login
let project: Project
let widget: Implementation
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  project = await client.releasedProject(builder)
  widget = (await client.implement(owner, project.id)).data
})
afterAll(() => handles.close())

async function open(id: string, query = '') {
  const response = await client.app.request(`/w/${id}${query}`)
  const html = await response.text()
  const [, data] = /<script type="application\/json" id="oriel">(.*?)<\/script>/.exec(html) ?? []
  const policy = Object.fromEntries(
    (response.headers.get('content-security-policy') ?? '').split('; ').map((one) => {
      const [name, ...values] = one.split(' ')
      return [name, values.join(' ')]
    }),
  )
  return {
    status: response.status,
    headers: response.headers,
    html,
    policy,
    settings: data ? JSON.parse(data) : undefined,
  }
}

/** Lets the two seconds pass for which an implementation is kept in memory. */
async function later<T>(ask: () => Promise<T>): Promise<T> {
  handles.setNow(Date.now() + 5_000)
  const answer = await ask()
  handles.setNow(undefined)
  return answer
}

describe('the frame of an implementation', () => {
  test('is one document with the settings, a session of its own and the bundle, locked by hashes', async () => {
    const { status, html, headers, policy, settings } = await open(widget.id)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    const { token, api, implementation, configuration, origins, now }: FrameSettings = settings
    expect({ api, implementation, configuration, origins }).toEqual({
      api: 'http://oriel.test',
      implementation: widget.id,
      configuration: { question: 'Coffee or tea?', answers: ['Coffee', 'Tea'] },
      origins: ['https://shop.example'],
    })
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000)
    const claims = decodeJwt<SessionClaims>(token)
    expect(claims).toMatchObject({
      im: widget.id,
      pr: project.id,
      bu: builder.user.id,
      eu: owner.user.id,
      ver: '1.0.0',
    })
    expect(claims.exp! - claims.iat!).toBeLessThanOrEqual(24 * 60 * 60)
    const again = decodeJwt<SessionClaims>((await open(widget.id)).settings.token)
    expect(again.sid).not.toBe(claims.sid)
    expect(html).toContain('<script>\noriel.widget(() => &quot;hello&quot;)')
    expect(policy).toMatchObject({
      'default-src': "'none'",
      'frame-src': "'none'",
      'frame-ancestors': 'https://shop.example',
      sandbox: 'allow-scripts',
    })
    expect(policy['script-src']).toMatch(/^('sha256-[^']+' ?)+$/)
  })

  test('that nobody knows says so and nothing else, to anybody', async () => {
    for (const id of ['im_nobody', 'im_' + 'x'.repeat(21), '%00', '..%2f..%2fetc']) {
      const { status, settings, policy, html } = await open(id)
      expect([status, settings]).toEqual([404, { reason: 'unknown' }])
      expect(policy['frame-ancestors']).toBeUndefined()
      expect(html).not.toContain('token')
    }
  })

  test('that is paused says so and comes back', async () => {
    const { data } = await client.implement(owner, project.id)
    const setStatus = (status: string) =>
      client.call('PATCH', `/api/widgets/${data.id}/status`, { as: owner, body: { status } })
    await setStatus('paused')
    expect(await open(data.id)).toMatchObject({ status: 403, settings: { reason: 'paused' } })
    await setStatus('active')
    expect((await later(() => open(data.id))).status).toBe(200)
  })

  test('shows a new configuration and a new release within five seconds', async () => {
    const { data } = await client.implement(owner, project.id)
    expect((await open(data.id)).settings.configuration.question).toBe('Coffee or tea?')
    await client.call('PATCH', `/api/widgets/${data.id}/configuration`, {
      as: owner,
      body: { configuration: { question: 'Now?' } },
    })
    await client.publish(builder, project.id, '1.1.0')
    await client.release(builder, project.id, '1.1.0')
    const { settings } = await later(() => open(data.id))
    expect(settings.configuration.question).toBe('Now?')
    expect(settings.version).toBe('1.1.0')
  })

  test('as a preview shows what was saved a moment ago, to our own pages only, and is not counted', async () => {
    const { data } = await client.implement(owner, project.id)
    await open(data.id)
    await client.call('PATCH', `/api/widgets/${data.id}/configuration`, {
      as: owner,
      body: { configuration: { question: 'Saved?' } },
    })
    const { settings, policy } = await open(data.id, '?preview=1')
    expect(settings.configuration.question).toBe('Saved?')
    expect(policy['frame-ancestors']).toBe('http://oriel.test')
    expect(decodeJwt<SessionClaims>(settings.token).pre).toBe(1)
  })
})
