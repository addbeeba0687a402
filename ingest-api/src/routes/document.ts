import { z } from 'zod'
import { ANSWERS } from '../../../schema/checks/answers'
import { ERROR_STATUS, type ErrorCode } from '../../../schema/wire/error'
import { ID_PREFIX, type IdKind } from '../../../schema/wire/id'
import { isObject, type JsonObject } from '../../../schema/wire/json'
import { OPERATIONS, type Operation } from './operations'

/** The kinds of ids that stand in paths; the others are names. */
const ID_OF: Record<string, IdKind> = {
  projects: 'project',
  marketplace: 'project',
  widgets: 'implementation',
  modules: 'implementation',
  users: 'user',
  sessions: 'session',
  'api-keys': 'apiKey',
  jobs: 'job',
  'dead-letters': 'deadLetter',
  'alert-rules': 'rule',
  alerts: 'alert',
  dashboards: 'dashboard',
  reports: 'report',
}

/** The whole API as OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1), made of {@link OPERATIONS} and their checks. */
export function describeApi(baseUrl: string, version: string): JsonObject {
  const paths: Record<string, JsonObject> = {}
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method, path] = route.split(' ') as [string, string]
    const key = path.replace(/:(\w+)/g, '{$1}')
    paths[key] = { ...paths[key], [method.toLowerCase()]: describeOperation(method, path, operation) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Oriel',
      version,
      description:
        'Times are epoch milliseconds, money is integer minor units. Every answer carries X-Request-Id. An id of somebody else is as unknown as one of nobody.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: baseUrl }],
    security: [{ token: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An access token, or an API key.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'oriel_access' },
      },
      schemas: {
        ...Object.fromEntries(
          Object.entries(ANSWERS).map(([name, check]) => [name, schemaOf(check, 'output')]),
        ),
        Pagination: schemaOf(
          z.strictObject({ page: z.int(), limit: z.int(), total: z.int(), totalPages: z.int() }),
          'output',
        ),
        Error: schemaOf(
          z.strictObject({
            success: z.literal(false),
            error: z.strictObject({
              code: z.enum(Object.keys(ERROR_STATUS) as ErrorCode[]),
              message: z.string(),
              requestId: z.string(),
              details: z.record(z.string(), z.unknown()).optional(),
            }),
          }),
          'output',
        ),
      },
    },
  }
}

function describeOperation(method: string, path: string, operation: Operation): JsonObject {
  const { id, summary, body, open, keyed, matched, answer, csv, status = [200] } = operation
  const parts = path.split('/')
  const tag = parts[1] === 'api' ? parts[2]! : 'events'
  const goes = {
    description: summary,
    ...(answer === 'redirect'
      ? {}
      : {
          content:
            answer === 'zip'
              ? { 'application/zip': {} }
              : { 'application/json': { schema: answerOf(path, answer) }, ...(csv && { 'text/csv': {} }) },
        }),
  }
  const refusals = groupByStatus(codesOf(method, path, operation))
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(open && { security: [] }),
    parameters: [
      ...parts.flatMap((part, index) =>
        part.startsWith(':') ? [pathParameter(part.slice(1), parts[index - 1]!)] : [],
      ),
      ...(operation.query ?? []).flatMap((check) => queryParameters(schemaOf(check, 'input'))),
      ...(keyed
        ? [header('Idempotency-Key', 'Does the request at most once.', { minLength: 8, maxLength: 255 })]
        : []),
      ...(matched ? [header('If-Match', 'The ETag of the state that the sender has seen.', {})] : []),
    ],
    ...(body && { requestBody: { required: id !== 'refresh', content: contentOf(body) } }),
    responses: {
      ...Object.fromEntries(status.map((one) => [one, goes])),
      ...Object.fromEntries(
        refusals.map(([one, own]) => [
          one,
          {
            description: own.join(', '),
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
          },
        ]),
      ),
    },
  }
}

/** The codes of what an operation is: with a body, with somebody signed in, with an id, with a key. */
function codesOf(
  method: string,
  path: string,
  { body, query, open, keyed, matched, errors = [] }: Operation,
): ErrorCode[] {
  return [
    ...(body || query || keyed ? (['VALIDATION_ERROR'] as const) : []),
    'MALFORMED_REQUEST',
    ...(open ? [] : (['AUTH_ERROR', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'PERMISSION_ERROR'] as const)),
    ...(open || method === 'GET' ? [] : (['READ_ONLY'] as const)),
    // No other site's page may sign a browser in or out.
    ...(path.startsWith('/api/auth/') && method !== 'GET' ? (['PERMISSION_ERROR'] as const) : []),
    ...(path.includes(':') ? (['RESOURCE_NOT_FOUND'] as const) : []),
    ...(body === 'bundle' || path.endsWith('/release') || path.endsWith('/implement')
      ? (['RESOURCE_NOT_FOUND'] as const)
      : []),
    ...(keyed ? (['RESOURCE_CONFLICT', 'IDEMPOTENCY_KEY_REUSED'] as const) : []),
    ...(matched ? (['PRECONDITION_FAILED'] as const) : []),
    ...(body ? (['PAYLOAD_TOO_LARGE'] as const) : []),
    'RATE_LIMIT_EXCEEDED',
    ...errors,
  ]
}

function groupByStatus(codes: ErrorCode[]): [number, ErrorCode[]][] {
  const groups = new Map<number, ErrorCode[]>()
  for (const code of new Set(codes)) {
    const status = ERROR_STATUS[code]
    groups.set(status, [...(groups.get(status) ?? []), code])
  }
  return [...groups]
}

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

function answerOf(path: string, answer: Exclude<Operation['answer'], 'redirect' | 'zip'>): JsonObject {
  const data =
    typeof answer === 'string'
      ? ref(answer)
      : 'paged' in answer
        ? ref(answer.paged)
        : { type: 'array', items: ref('page' in answer ? answer.page : answer.many) }
  // A frame reads the receipt alone.
  if (path.startsWith('/v1/')) return data
  const isPaged = typeof answer === 'object' && !('many' in answer)
  return {
    type: 'object',
    properties: { success: { const: true }, data, ...(isPaged && { pagination: ref('Pagination') }) },
    required: ['success', 'data', ...(isPaged ? ['pagination'] : [])],
    additionalProperties: false,
  }
}

function pathParameter(name: string, before: string): JsonObject {
  const kind = ID_OF[before]
  const isOwner = before === 'builders' || before === 'end-users'
  const schema =
    name === 'id' && kind
      ? { type: 'string', pattern: `^${ID_PREFIX[kind]}_[\\w-]{21}$` }
      : { type: 'string', ...(isOwner && { description: 'An id, or "me".' }) }
  return { name, in: 'path', required: true, schema }
}

const queryParameters = (schema: JsonObject): JsonObject[] =>
  Object.entries((isObject(schema.properties) ? schema.properties : {}) as JsonObject).map(([name, own]) => ({
    name,
    in: 'query',
    schema: own,
  }))

const header = (name: string, description: string, form: JsonObject): JsonObject => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...form },
})

function contentOf(body: NonNullable<Operation['body']>): JsonObject {
  if (body !== 'bundle') return { 'application/json': { schema: schemaOf(body, 'input') } }
  const properties = {
    bundle: { type: 'string', contentMediaType: 'text/javascript' },
    bundleUrl: { type: 'string', format: 'uri', description: 'Where the bundle is hosted, in place of it.' },
    manifest: { type: 'string', contentMediaType: 'application/json' },
    sourceMap: { type: 'string', contentMediaType: 'application/json' },
  }
  const oneOf = [{ required: ['bundle'] }, { required: ['bundleUrl'] }]
  return {
    'multipart/form-data': { schema: { type: 'object', properties, required: ['manifest'], oneOf } },
  }
}

/** JSON Schema of a check. Where zod would say "any JSON" by a recursive definition, nothing says the same. */
function schemaOf(check: z.ZodType, io: 'input' | 'output'): JsonObject {
  const schema = z.toJSONSchema(check, { io, unrepresentable: 'any' })
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key === '$schema' || key === '$defs') return undefined
    return isObject(value) && typeof value.$ref === 'string' && value.$ref.startsWith('#/$defs/') ? {} : value
  }) as JsonObject
}
