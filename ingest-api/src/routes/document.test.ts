import { readFileSync } from 'node:fs'
import Ajv from 'ajv/dist/2020'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Implementation, Login, Project } from '../../../schema/wire/api'
import { isObject, type JsonObject } from '../../../schema/wire/json'
import { createTestHandles, type TestHandles } from '../testing'
import { BUNDLE, createClient, manifestOf, uploadOf } from '../testing-client'
import { describeApi } from './document'
import { OPERATIONS } from './operations'

/** What is served besides the API: documents, pages and probes with formats of their own. */
const NOT_DESCRIBED = [
  'GET /.well-known/jwks.json',
  'GET /docs',
  'GET /health',
  'GET /metrics',
  'GET /oembed',
  'GET /openapi.json',
  'GET /w/:id',
  'GET /w/:id/launcher.js',
  'OPTIONS /v1/events',
]

type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: JsonObject }
type Described = {
  operationId: string
  parameters: Parameter[]
  requestBody?: { content: Record<string, { schema: JsonObject }> }
  responses: Record<string, { content?: Record<string, { schema: JsonObject }> }>
}

const document = describeApi('http://oriel.test', '1.0.0')
const paths = document.paths as unknown as Record<string, Record<string, Described>>
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

type World = { people: Record<string, Login | undefined>; project: Project; widget: Implementation }

let world: World
let handles: TestHandles
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())

describe('the document', () => {
  test('is OpenAPI 3.1 by the schema that OpenAPI publishes', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false })
    const isValid = ajv.compile(JSON.parse(readFileSync('test/openapi-3.1.schema.json', 'utf8')))
    expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true)
  })

  test('has only schemas that are JSON Schema', () => {
    const ajv = new Ajv({ strict: true, strictTypes: false, allowUnionTypes: true })
    for (const { operation } of operations) {
      for (const { schema } of operation.parameters) expect(ajv.validateSchema(schema)).toBe(true)
      for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
        expect(ajv.validateSchema(schema)).toBe(true)
    }
  })

  test('describes every route of the app, and no other', () => {
    const routes = client.app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
    expect([...Object.keys(OPERATIONS), ...NOT_DESCRIBED].sort()).toEqual([...new Set(routes)].sort())
  })

  test('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('is served to programs and shown to people', async () => {
    const served = await client.app.request('/openapi.json')
    expect(await served.json()).toMatchObject({ openapi: '3.1.1', servers: [{ url: 'http://oriel.test' }] })
    const page = await client.app.request('/docs')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const text = await page.text()
    expect(text).toContain('/api/widgets/{id}/configuration')
    expect(text).toContain('IDEMPOTENCY_KEY_REUSED')
  })
})

/** What a schema alone cannot tell: values that name something, or that are checked further. */
const TELLING: Record<string, () => fc.Arbitrary<unknown>> = {
  email: () => fc.nat(1_000_000).map((n) => `fuzz${n}@example.com`),
  password: () => fc.constant('a long password'),
  scopes: () => fc.constant(['view_usage']),
  grants: () => fc.constant(['view_revenue']),
  plan: () => fc.constantFrom('pro', 'starter'),
  expiresAt: () => fc.constant(Date.UTC(2099, 0)),
  projectId: () => fc.constant(world.project.id),
  implementationUrl: () => fc.webUrl(),
  origins: () => fc.constant(['https://shop.example']),
  configuration: () => fc.constantFrom({}, { question: 'Tea?' }),
  version: () => fc.constantFrom('1.0.0', '1.1.0'),
  channel: () => fc.constant('stable'),
  from: () => fc.constantFrom('2026-01-01', '0'),
  to: () => fc.constantFrom('2026-02-01', '1000000', '999999999999999', '+012345-01-01T00:00:00Z'),
  timezone: () => fc.constantFrom('UTC', 'Europe/Amsterdam'),
  features: () => fc.constant(['analytics']),
}

/** Values of a schema, as far as the document's schemas go. */
function valuesOf(schema: JsonObject, called = ''): fc.Arbitrary<unknown> {
  const telling = TELLING[called]?.()
  const own = valuesOfSchema(schema)
  return telling ? fc.oneof({ weight: 6, arbitrary: telling }, own) : own
}

function valuesOfSchema(schema: JsonObject): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
  const options = schema.anyOf ?? schema.oneOf
  if (Array.isArray(options)) return fc.oneof(...options.map((one) => valuesOf(one as JsonObject)))
  const [min, max] = [Number(schema.minLength ?? 0), Math.min(Number(schema.maxLength ?? 60), 60)]
  switch (schema.type) {
    case 'string':
      if (schema.pattern === '^\\P{Cc}*$') return fc.string({ minLength: min, maxLength: max })
      return schema.pattern
        ? fc.stringMatching(new RegExp(String(schema.pattern)), { size: 'small' })
        : fc.string({ minLength: min, maxLength: max })
    case 'integer':
      return fc.integer({ min: Number(schema.minimum ?? -10), max: Number(schema.maximum ?? 1_000_000) })
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(valuesOf((schema.items ?? {}) as JsonObject), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: 3,
      })
    case 'object': {
      if (!isObject(schema.properties)) return fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })
      const properties = Object.entries(schema.properties).map(
        ([name, own]): [string, fc.Arbitrary<unknown>] => [name, valuesOf(own as JsonObject, name)],
      )
      return fc.record(Object.fromEntries(properties), { requiredKeys: (schema.required ?? []) as never[] })
    }
    default:
      return fc.jsonValue()
  }
}

const oddities = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', '\0', '\ud800', '__proto__', '../..', "' or 1=1 --", 'x'.repeat(5_000), -1, 1e308, {}, [
    [],
  ]),
)

describe('every operation answers what it says, to good input and to bad', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  beforeAll(async () => {
    ajv.addSchema({ $id: 'http://oriel.test/openapi.json', ...document })
    world = await createWorld()
  })

  async function createWorld(): Promise<World> {
    const [builder, owner, admin] = [
      await client.person('builder'),
      await client.person('end_user'),
      await client.person('super_admin'),
    ]
    const project = await client.releasedProject(builder)
    const { data: widget } = await client.implement(owner, project.id)
    return { people: { nobody: undefined, builder, owner, admin }, project, widget }
  }

  /** What was done may have ended a session or taken something away; then everything is made anew. */
  async function isWhole({ people, widget }: World): Promise<boolean> {
    const answers = await Promise.all([
      client.call('GET', `/api/widgets/${widget.id}`, { as: people.owner }),
      client.call('GET', '/api/projects', { as: people.builder }),
      client.call('GET', '/api/admin/users', { as: people.admin }),
    ])
    return answers.every(({ status }) => status === 200)
  }

  const idOf = (path: string): string => {
    const { people, project, widget } = world
    if (path.includes('/projects/') || path.includes('/marketplace/')) return project.id
    if (path.includes('/widgets/') || path.includes('/modules/')) return widget.id
    if (path.includes('/plans/')) return 'pro'
    return path.includes('/users/') ? people.owner!.user.id : 'me'
  }

  /** Mostly those who may. */
  const callersOf = (path: string): string[] => {
    if (/admin|platform|plans/.test(path)) return ['admin', 'admin', 'admin', 'builder']
    if (/projects|builders/.test(path)) return ['builder', 'builder', 'builder', 'admin', 'owner']
    if (/widgets|end-users/.test(path)) return ['owner', 'owner', 'owner', 'admin', 'builder']
    return ['builder', 'owner', 'admin']
  }

  const pointerOf = (path: string, method: string, status: number) =>
    `http://oriel.test/openapi.json#/paths/${path.replaceAll('/', '~1').replace(/[{}]/g, (brace) => encodeURIComponent(brace))}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`

  const inputOf = (path: string, { parameters, requestBody }: Described) => {
    const json = requestBody?.content['application/json']?.schema
    const query = parameters.filter((own) => own.in === 'query')
    return fc.record({
      caller: fc.constantFrom('nobody', ...callersOf(path)),
      parts: fc.record(
        Object.fromEntries(
          parameters
            .filter((own) => own.in === 'path')
            .map((own) => {
              const known =
                own.name === 'channel' ? 'stable' : own.name === 'provider' ? 'google' : idOf(path)
              const odd = fc.oneof(valuesOf(own.schema), fc.string({ minLength: 1 }))
              return [own.name, fc.oneof({ weight: 4, arbitrary: fc.constant(known) }, odd)]
            }),
        ),
      ),
      query: fc.oneof(
        fc.constant<Record<string, unknown>>({}),
        fc.record(
          Object.fromEntries(
            query.map((own) => [
              own.name,
              fc.oneof({ weight: 5, arbitrary: valuesOf(own.schema, own.name) }, oddities),
            ]),
          ),
          { requiredKeys: [] },
        ),
      ),
      key: fc.option(fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme-ascii' })), { freq: 4 }),
      body: json ? fc.oneof({ weight: 4, arbitrary: valuesOf(json) }, oddities) : fc.constant(undefined),
    })
  }

  test.each(operations.map((one) => [`${one.method} ${one.path}`, one] as const))(
    '%s',
    async (_, { method, path, operation }) => {
      if (!(await isWhole(world))) world = await createWorld()
      const takesKey = operation.parameters.some(
        ({ in: place, name }) => place === 'header' && name !== 'If-Match',
      )
      await fc.assert(
        fc.asyncProperty(inputOf(path, operation), async ({ caller, parts, query, key, body }) => {
          const address = path.replace(/\{(\w+)\}/g, (_, name: string) =>
            encodeURIComponent(String(parts[name])),
          )
          const search = new URLSearchParams(
            Object.entries(query).map(([name, value]) => [
              name,
              typeof value === 'string' ? value : JSON.stringify(value),
            ]),
          )
          const as = world.people[caller]
          const isUpload = operation.requestBody?.content['multipart/form-data'] !== undefined
          const response = await client.app.request(`${address}?${search}`, {
            method,
            headers: {
              ...(as && { authorization: `Bearer ${as.accessToken}` }),
              ...(takesKey && key !== null && /^[\x20-\x7e]*$/.test(key) && { 'idempotency-key': key }),
            },
            ...(body !== undefined && { body: JSON.stringify(body) }),
            ...(isUpload && { body: uploadOf(manifestOf(BUNDLE), BUNDLE) }),
          })
          expect(Object.keys(operation.responses)).toContain(String(response.status))
          if (response.status === 302) return
          const isDescribed = ajv.getSchema(pointerOf(path, method, response.status))!
          const answer: unknown = await response.json()
          expect(isDescribed(answer), JSON.stringify([answer, isDescribed.errors])).toBe(true)
        }),
        { numRuns: 12 },
      )
    },
    60_000,
  )
})
