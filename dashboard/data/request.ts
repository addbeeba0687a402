import type { Success } from '../../schema/wire/api'
import { OrielError, type ErrorBody } from '../../schema/wire/error'
import { isObject } from '../../schema/wire/json'

const TIMEOUT_MS = 20_000
/** These say themselves who asks; a 401 of theirs is an answer and no expired session. */
const SIGN_IN = /^\/api\/auth\/(login|login\/second-factor|register|refresh|logout)$/

let signedOut = () => {}
/** Calls the listener, the only one, when a request finds that nobody is signed in any more. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener
}

/**
 * Asks the API. An expired session is refreshed once and the request sent again: a 401 was never carried out.
 * @throws OrielError with the API's code, message and fields; SERVICE_UNAVAILABLE when it cannot be reached
 */
export async function request<T>(path: string, method = 'GET', body?: object): Promise<Success<T>> {
  let response = await send(path, method, body)
  if (response.status === 401 && !SIGN_IN.test(path)) {
    await refreshOnce()
    response = await send(path, method, body)
    if (response.status === 401) signedOut()
  }
  return read(response)
}

async function send(path: string, method: string, body?: object): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
  } catch {
    throw new OrielError('SERVICE_UNAVAILABLE', 'Oriel cannot be reached. Is your connection up?')
  }
}

async function read<T>(response: Response): Promise<Success<T>> {
  const answer: unknown = await response.json().catch(() => null)
  if (isEnvelope<T>(answer)) {
    if (answer.success) return answer
    throw new OrielError(answer.error.code, answer.error.message, answer.error.details)
  }
  throw new OrielError('INTERNAL_SERVER_ERROR', `Oriel answered something unexpected (${response.status}).`)
}

const isEnvelope = <T>(answer: unknown): answer is Success<T> | ErrorBody =>
  isObject(answer) && (answer.success === true || (answer.success === false && isObject(answer.error)))

let refreshing: Promise<unknown> | undefined
/**
 * One refresh at a time, in this page and across tabs: refresh tokens rotate, and two refreshes with one token look
 * like theft. Who finds another tab at it only waits for the cookies that the other tab brings.
 */
function refreshOnce(): Promise<unknown> {
  refreshing ??= refreshAlone().finally(() => (refreshing = undefined))
  return refreshing
}

async function refreshAlone(): Promise<void> {
  const refresh = async () => void (await send('/api/auth/refresh', 'POST'))
  // Pages on plain http, other than localhost, have no locks.
  const { locks }: { locks?: LockManager | null } = navigator
  if (!locks) return refresh()
  const isOurs = await locks.request('oriel.refresh', { ifAvailable: true }, async (lock) => {
    if (lock) await refresh()
    return lock !== null
  })
  if (!isOurs) await locks.request('oriel.refresh', () => {})
}
