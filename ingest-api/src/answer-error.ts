import { HTTPException } from 'hono/http-exception'
import { OrielError, type ErrorBody } from '../../schema/wire/error'
import { describeError, type Log } from './log'

type ErrorAnswer = { status: OrielError['status']; headers: Record<string, string>; body: ErrorBody }

/** Turns whatever was thrown into an answer. What nobody threw on purpose is logged and told to nobody. */
export function answerError(
  log: Log,
  thrown: unknown,
  request: { requestId: string; method: string; route: string },
): ErrorAnswer {
  const error = toOrielError(thrown)
  if (error.code === 'INTERNAL_SERVER_ERROR')
    log.error('request failed', { ...request, ...describeError(thrown) })
  const { code, message, details, status } = error
  const { requestId } = request
  const retryAfter = details?.retryAfterSeconds ?? (status === 429 || status === 503 ? 5 : undefined)
  return {
    status,
    headers: {
      'X-Request-Id': requestId,
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    },
    body: { success: false, error: { code, message, requestId, ...(details && { details }) } },
  }
}

function toOrielError(thrown: unknown): OrielError {
  if (thrown instanceof OrielError) return thrown
  if (thrown instanceof HTTPException && thrown.status === 400)
    return new OrielError('MALFORMED_REQUEST', thrown.message || 'The request could not be read.')
  return new OrielError(
    'INTERNAL_SERVER_ERROR',
    'Something went wrong on our side. The request id finds it in the log.',
  )
}
