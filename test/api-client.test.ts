import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeApi } from '../ingest-api/src/routes/document'
import { createTestHandles, type TestHandles } from '../ingest-api/src/testing'
import { BUNDLE, createClient, manifestOf } from '../ingest-api/src/testing-client'
import type { Implementation } from '../schema/wire/api'
import { ApiClient, ApiError } from '../sdk/client'

/** What belongs to a browser and its person, or to a frame, and to no program. */
const NOT_FOR_PROGRAMS = [
  'beginSignInWith',
  'changeEmail',
  'changePassword',
  'confirmSecondFactor',
  'connectProvider',
  'deleteMe',
  'disableSecondFactor',
  'enrolSecondFactor',
  'finishSignInWith',
  'forgotPassword',
  'getJobFile',
  'getSecondFactor',
  'listIdentities',
  'listProviders',
  'removeIdentity',
  'removeUserSecondFactor',
  'resendVerification',
  'resetPassword',
  'restoreMe',
  'sendEvents',
  'updateMe',
  'verifyEmail',
]

type Method = (...parameters: unknown[]) => Promise<unknown>
const methodsOf = (client: ApiClient) =>
  Object.entries(client).filter(
    (entry): entry is [string, Method] => typeof entry[1] === 'function' && entry[0] !== 'fetch',
  )

const { paths } = describeApi('http://oriel.test', '1.0.0') as {
  paths: Record<string, Record<string, { operationId: string }>>
}
const described = new Map(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]): [string, string] => [
      operationId,
      `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, 'x')}`,
    ]),
  ),
)

describe('the client', () => {
  test('has a method for every operation of the document that a program may do', () => {
    const names = methodsOf(new ApiClient('http://oriel.test')).map(([name]) => name)
    expect([...names, ...NOT_FOR_PROGRAMS].sort()).toEqual([...described.keys()].sort())
  })

  test('sends each to where the document says', async () => {
    const sent: string[] = []
    const client = new ApiClient('http://oriel.test/', {
      fetch: (url, { method }) => {
        sent.push(`${method} ${new URL(url).pathname}`)
        return Response.json({ success: true, data: {} })
      },
    })
    for (const [name, method] of methodsOf(client)) {
      sent.length = 0
      await method('x', name === 'publishVersion' ? { bundle: new Blob([]), manifest: {} } : 'x', {})
      expect([name, sent]).toEqual([name, [described.get(name)]])
    }
  })
})

describe('against the app', () => {
  let handles: TestHandles
  let fetch: (url: string, init: RequestInit) => Response | Promise<Response>
  beforeAll(async () => {
    handles = await createTestHandles()
    fetch = createClient(handles).app.request
  })
  afterAll(() => handles.close())

  test('a builder publishes, an end user implements and configures, and what fails says why', async () => {
    const [builder, owner] = [new ApiClient('', { fetch }), new ApiClient('', { fetch })]
    const person = { password: 'a long password', name: 'Ada' }
    await builder.register({ ...person, email: 'builder@example.com', persona: 'builder' })
    await owner.register({ ...person, email: 'owner@example.com', persona: 'end_user' })
    const project = await builder.createProject({ name: 'Poll' }, { idempotencyKey: 'the-first-one' })
    await builder.publishVersion(project.id, { bundle: new Blob([BUNDLE]), manifest: manifestOf(BUNDLE) })
    const hosted = { bundleUrl: 'https://127.0.0.1/bundle.js', manifest: manifestOf(BUNDLE) }
    await expect(builder.publishVersion(project.id, hosted)).rejects.toThrow('bundleUrl: Cannot be fetched')
    await builder.releaseVersion(project.id, 'stable', '1.0.0')
    const widget: Implementation = await owner.implementWidget({
      projectId: project.id,
      implementationUrl: 'https://shop.example/',
    })
    const changed = await owner.updateWidgetConfiguration(widget.id, { question: 'Tea?' }, { ifMatch: '"1"' })
    expect(changed.configuration.question).toBe('Tea?')
    const stale = owner.updateWidgetConfiguration(widget.id, { question: 'Mine?' }, { ifMatch: '"1"' })
    await expect(stale).rejects.toMatchObject({ name: 'ApiError', code: 'PRECONDITION_FAILED', status: 412 })
    await expect(owner.getWidget('im_nothing')).rejects.toThrow(ApiError)
    const { data, pagination } = await owner.getEndUserWidgets('me', {
      search: 'poll',
      limit: 5,
      page: undefined,
    })
    expect([data.map(({ id }) => id), pagination.total]).toEqual([[widget.id], 1])
  })

  test('an access token that runs out is refreshed once, however many ask', async () => {
    const asked: string[] = []
    const client = new ApiClient('', {
      fetch: (url, init) => {
        asked.push(url)
        return fetch(url, init)
      },
    })
    handles.setNow(Date.now())
    await client.login({ email: 'owner@example.com', password: 'a long password' })
    handles.setNow(Date.now() + 16 * 60 * 1000)
    const answers = await Promise.all([client.getMe(), client.getLimits(), client.listSessions()])
    expect(answers).toHaveLength(3)
    expect(asked.filter((url) => url.endsWith('/refresh'))).toHaveLength(1)
    handles.setNow(undefined)
  })

  test('a server that is none is told apart', async () => {
    const dead = new ApiClient('http://oriel.test', { fetch: () => Promise.reject(new Error('refused')) })
    await expect(dead.getMe()).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0 })
    const other = new ApiClient('http://oriel.test', { fetch: () => new Response('<html>') })
    await expect(other.getMe()).rejects.toThrow('not as Oriel does')
  })
})
