import type { HonoRequest } from 'hono'
import type { z } from 'zod'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { ID_PREFIX, type IdKind } from '../../../schema/wire/id'
import { explain, fieldsOf } from './explain-issue'

/** No request of the API but an upload needs more. */
export const MAX_BODY_BYTES = 256 * 1024
/** Deeper than any configuration a person could edit, and far from the end of the stack. */
const MAX_DEPTH = 32

/**
 * Reads a JSON body and checks it.
 * @throws OrielError MALFORMED_REQUEST, PAYLOAD_TOO_LARGE, or VALIDATION_ERROR that names every wrong field
 */
export async function readBody<T>(
  request: HonoRequest,
  check: z.ZodType<T>,
  maxBytes = MAX_BODY_BYTES,
): Promise<T> {
  return checkInput(check, parseJson(await readBytes(request, maxBytes)))
}

/** Like {@link readBody}, for the parameters behind the question mark. */
export const readQuery = <T>(request: HonoRequest, check: z.ZodType<T>): T =>
  checkInput(check, storable(request.query()))

/**
 * Reads an id from the path. One that cannot be an id belongs to nothing.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export function readId(request: HonoRequest, kind: IdKind, parameter = 'id'): string {
  const id = request.param(parameter)
  if (id && new RegExp(`^${ID_PREFIX[kind]}_[\\w-]{21}$`).test(id)) return id
  throw new OrielError('RESOURCE_NOT_FOUND', `There is no ${kind} with this id.`)
}

/**
 * Reads the id of a visitor's session from the path; those have a length of their own.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export function readVisitorSession(request: HonoRequest): string {
  const id = request.param('session')
  if (id && /^se_[\w-]{1,64}$/.test(id)) return id
  throw new OrielError('RESOURCE_NOT_FOUND', 'There is no session with this id.')
}

/** Checks any input with one wording of what is wrong. */
export function checkInput<T>(check: z.ZodType<T>, value: unknown, at?: string): T {
  const result = check.safeParse(value, { error: explain })
  if (result.success) return result.data
  throw invalidFields(fieldsOf(result.error, at))
}

/** @throws OrielError MALFORMED_REQUEST with the plain reason */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new OrielError('MALFORMED_REQUEST', 'The body is empty; it must be JSON.')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new OrielError('MALFORMED_REQUEST', 'The body is not UTF-8 text.')
  }
  try {
    return storable(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new OrielError('MALFORMED_REQUEST', `The body is not JSON: ${error.message}`)
    throw error
  }
}

/**
 * Reads a body that must not be longer than this, whatever its Content-Length says.
 * @throws OrielError PAYLOAD_TOO_LARGE
 */
export async function readBytes(
  { raw }: Pick<HonoRequest, 'raw'>,
  maxBytes: number,
  tooLarge = () => bodyTooLarge(maxBytes),
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(raw.headers.get('content-length')) > maxBytes) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of raw.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

const bodyTooLarge = (maxBytes: number) =>
  new OrielError('PAYLOAD_TOO_LARGE', `The body may have at most ${Math.floor(maxBytes / 1024)} KB.`)

/** Refuses what Postgres cannot hold (U+0000, half a surrogate pair) and what is nested without end. */
function storable<T>(value: T, depth = 0): T {
  if (typeof value === 'string') {
    if (/[\0\p{Surrogate}]/u.test(value))
      throw new OrielError(
        'MALFORMED_REQUEST',
        'The request has a NUL character or half a surrogate pair in a text.',
      )
  } else if (typeof value === 'object' && value !== null) {
    if (depth === MAX_DEPTH)
      throw new OrielError('MALFORMED_REQUEST', `The body is nested more than ${MAX_DEPTH} levels deep.`)
    for (const [key, member] of Object.entries(value)) {
      storable(key)
      storable(member, depth + 1)
    }
  }
  return value
}
