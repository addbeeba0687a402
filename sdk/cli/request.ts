import type { Success } from '../../schema/wire/api'
import type { ErrorBody } from '../../schema/wire/error'
import type { Access } from './environment'
import { Failure } from './failure'

/**
 * Asks Oriel's HTTP API and answers its data. A plain object becomes a JSON body.
 * @throws Failure in the server's words, with the fields it named
 */
export async function request<T>(
  { server, token }: Access,
  method: 'GET' | 'POST',
  path: string,
  body?: FormData | object,
): Promise<T> {
  const isForm = body instanceof FormData
  const response = await fetch(`${server}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body && !isForm && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: isForm ? body : JSON.stringify(body) }),
  }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new Failure(`${server} cannot be reached: ${cause}. Is it running, and is this its address?`)
  })
  const answer: Success<T> | ErrorBody = await response.json().catch(() => {
    throw new Failure(
      `${server}${path} answered ${response.status}, but not as Oriel does. Is this its address?`,
    )
  })
  if (answer.success) return answer.data
  const { code, message, details, requestId } = answer.error
  const fields = details?.fields?.map((field) => `\n  ${field.path}: ${field.message}`).join('') ?? ''
  const hint = response.status === 401 ? ' Sign in again and pass the new token.' : ''
  throw new Failure(`${code}: ${message}${hint}${fields || (requestId ? ` (request ${requestId})` : '')}`)
}
