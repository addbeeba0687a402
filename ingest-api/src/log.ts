const LEVELS = { debug: 0, info: 1, warn: 2, error: 3 }

/** One JSON object a line. Fields never hold secrets, personal data or query parameters. */
export type Log = Record<keyof typeof LEVELS, (message: string, fields?: Record<string, unknown>) => void>

export function createLog(level: keyof typeof LEVELS, write: (line: string) => void): Log {
  const at = (own: keyof typeof LEVELS) => (message: string, fields?: Record<string, unknown>) => {
    if (LEVELS[own] < LEVELS[level]) return
    write(JSON.stringify({ at: new Date().toISOString(), level: own, message, ...fields }))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/**
 * What may be logged of an unknown error. Errors of database clients carry the query's parameters in other
 * properties, and drizzle in the message itself, so only its cause is named.
 */
export function describeError(error: unknown): { error: string; stack?: string } {
  if (!(error instanceof Error)) return { error: typeof error }
  const cause = error.cause instanceof Error ? error.cause : error
  const message = cause === error && error.message.startsWith('Failed query') ? 'Failed query' : cause.message
  return {
    error: `${cause.name}: ${message}`,
    stack: (cause.stack ?? '').split('\n    at ').slice(1, 8).join(' < '),
  }
}
