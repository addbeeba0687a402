/**
 * Every error code that crosses Oriel's HTTP boundary, with the status it answers.
 * A code without a status does not compile.
 */
export const ERROR_STATUS = {
  VALIDATION_ERROR: 400,
  MALFORMED_REQUEST: 400,
  AUTH_ERROR: 401,
  TOKEN_INVALID: 401,
  TOKEN_EXPIRED: 401,
  PERMISSION_ERROR: 403,
  READ_ONLY: 403,
  RESOURCE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  RESOURCE_CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  IDEMPOTENCY_KEY_REUSED: 422,
  LIMIT_EXCEEDED: 429,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

/** One field of a request that did not pass, `path` in dots: `configuration.question`. */
export type FieldError = { path: string; message: string }

/** What a failed request answers. `details.fields` lists the fields of a VALIDATION_ERROR. */
export type ErrorBody = {
  success: false
  error: { code: ErrorCode; message: string; requestId?: string; details?: ErrorDetails }
}

export type ErrorDetails = { fields?: FieldError[]; retryAfterSeconds?: number; [key: string]: unknown }

/** The only error that domains throw on purpose. Its message is meant for the person who caused it. */
export class OrielError extends Error {
  override name = 'OrielError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: ErrorDetails,
  ) {
    super(message)
  }

  get status() {
    return ERROR_STATUS[this.code]
  }
}

/** A VALIDATION_ERROR whose message names every field, so that it can be read alone. */
export const invalidFields = (fields: FieldError[]): OrielError =>
  new OrielError(
    'VALIDATION_ERROR',
    fields.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' '),
    { fields },
  )
