import { createHash } from 'node:crypto'
import type { Implementation, Login, Pagination, Project } from '../../schema/wire/api'
import type { ErrorBody } from '../../schema/wire/error'
import type { JsonObject } from '../../schema/wire/json'
import type { Manifest } from '../../schema/wire/manifest'
import type { Persona } from '../../schema/wire/permission'
import { createUser } from './accounts/create-user'
import { startSession } from './accounts/start-session'
import { createApp } from './app'
import type { Handles } from './handles'
import { holdToDocument } from './testing-answers'

export type Answer<T> = {
  status: number
  headers: Headers
  data: T
  pagination: Pagination
  error: ErrorBody['error']
}

/** Speaks to the app as the outside does, and holds every answer against the API's description of itself. */
export function createClient(handles: Handles) {
  const app = createApp(handles)
  let people = 0

  /** A JSON body is written by itself; text and forms go as they are. */
  async function call<T = unknown>(
    method: string,
    path: string,
    { as, body, headers }: { as?: Login | undefined; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const isRaw = typeof body === 'string' || body instanceof FormData || body instanceof Uint8Array
    const response = await app.request(path, {
      method,
      headers: { ...(as && { authorization: `Bearer ${as.accessToken}` }), ...headers },
      ...(body !== undefined && { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
    })
    const answer = (await response.json()) as Omit<Answer<T>, 'status' | 'headers'>
    holdToDocument(method, path, response.status, answer)
    return { ...answer, status: response.status, headers: response.headers }
  }

  /** Somebody new, signed in; past the routes, because a super admin cannot register. */
  async function person(persona: Persona): Promise<Login> {
    const name = `Person ${++people}`
    const details = {
      email: `person${people}@example.com`,
      password: 'a long password',
      name,
      personas: [persona],
      welcome: 'none',
    } as const
    const user = await createUser(handles, details, 'test')
    return startSession(handles, user, { userAgent: undefined, requestId: 'test' })
  }

  const publish = (
    as: Login,
    projectId: string,
    version: string,
    changes: Partial<Manifest> = {},
    code = BUNDLE,
  ) =>
    call('POST', `/api/projects/${projectId}/versions`, {
      as,
      body: uploadOf({ ...manifestOf(code), version, ...changes }, code),
    })

  const release = (as: Login, projectId: string, version: string, channel = 'stable') =>
    call('POST', `/api/projects/${projectId}/channels/${channel}/release`, { as, body: { version } })

  /** A project without a version. */
  const newProject = async (as: Login) =>
    (await call<Project>('POST', '/api/projects', { as, body: { name: `Poll ${++people}` } })).data

  /** A project with one released version. */
  async function releasedProject(as: Login, changes: Partial<Manifest> = {}): Promise<Project> {
    const project = await newProject(as)
    await publish(as, project.id, '1.0.0', changes)
    await release(as, project.id, '1.0.0')
    return project
  }

  const implement = (as: Login, projectId: string, more: JsonObject = {}) =>
    call<Implementation>('POST', '/api/widgets/implement', {
      as,
      body: { projectId, implementationUrl: 'https://shop.example/page', ...more },
    })

  return { app, call, person, publish, release, newProject, releasedProject, implement }
}

export const BUNDLE = 'oriel.widget(() => "hello")\n'

export const manifestOf = (code: string): Manifest => ({
  name: 'poll',
  title: 'Poll',
  description: 'One question, two answers.',
  version: '1.0.0',
  integrity: `sha384-${createHash('sha384').update(code).digest('base64')}`,
  size: Buffer.byteLength(code),
  config: {
    type: 'object',
    properties: {
      question: { type: 'string', maxLength: 40, default: 'Coffee or tea?' },
      answers: { type: 'array', items: { type: 'string' }, default: ['Coffee', 'Tea'] },
      color: { type: 'string', enum: ['red', 'blue'] },
    },
    required: ['question', 'answers'],
    additionalProperties: false,
  },
  presets: [{ name: 'Yes or no', configuration: { answers: ['Yes', 'No'] } }],
  permissions: { network: ['https://api.example.com'], images: [], popups: false },
  events: [{ name: 'vote', title: 'Vote cast' }],
  height: 320,
})

export function uploadOf(manifest: unknown, code: string | Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData()
  form.set('bundle', new Blob([code]), 'bundle.js')
  form.set('manifest', typeof manifest === 'string' ? manifest : JSON.stringify(manifest))
  return form
}
