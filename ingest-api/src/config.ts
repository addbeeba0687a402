import { PROVIDERS, type Provider } from '../../schema/wire/api'

/** A mail server. Without a user it is spoken to as nobody. */
export type SmtpConfig = {
  host: string
  /** 465 speaks TLS from the start, others switch to it when the server can. */
  port: number
  user: string | undefined
  password: string | undefined
  /** Sender of every message: `Oriel <oriel@example.com>`. */
  from: string
}

/** What a provider calls this server, and the provider's address. */
export type OAuthClient = { clientId: string; clientSecret: string; issuer: string }

const OAUTH_ISSUERS: Record<Provider, string> = {
  google: 'https://accounts.google.com',
  github: 'https://github.com',
  microsoft: 'https://login.microsoftonline.com/common/v2.0',
}

/** Everything that can be set from outside, read and checked once. Sizes are bytes, times milliseconds. */
export type Config = {
  environment: 'development' | 'production' | 'test'
  host: string
  port: number
  /** Where the public reaches this server, without a trailing slash. */
  baseUrl: string
  dataDir: string
  /** Undefined: the embedded engine. */
  databaseUrl: string | undefined
  clickhouseUrl: string | undefined
  /** Master secret; every key is derived from it. Undefined: made once and kept in the data directory. */
  secret: string | undefined
  /** Load the demo on the first run and serve its host page on `port + 1`. */
  demo: boolean
  /** Made a super admin at the start if there is none by this address. */
  admin: { email: string; password: string } | undefined
  /** Open dashboards reload when the server comes back: for development. */
  reload: boolean
  logLevel: 'debug' | 'info' | 'warn' | 'error'
  supportContact: string | null
  maxSpoolBytes: number
  /** Events that one session and one implementation may bring; a burst may use a minute's at once. */
  sessionEventsPerMinute: number
  implementationEventsPerMinute: number
  /** Undefined: in development messages become files in the data directory, in production they wait. */
  smtp: SmtpConfig | undefined
  /** Who people may sign in with, besides a password. */
  oauth: Partial<Record<Provider, OAuthClient>>
  /** Whether users who hold several personas may change between them. */
  personaSwitching: boolean
  /** Origins whose pages may read the API. */
  corsOrigins: string[]
  /** Whether too many requests are refused. */
  rateLimits: boolean
  /** Whether the last entry of `X-Forwarded-For` is believed: only behind a proxy of one's own that writes it. */
  trustProxy: boolean
  /** Port of the HTTP front of the embedded ClickHouse, for processes that cannot load it. Undefined: none. */
  clickhouseFrontPort: number | undefined
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Reads the settings from an environment.
 * @throws Error that names every bad setting together
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = []
  const oneOf = <T extends string>(name: string, values: readonly T[], fallback: T): T => {
    const value = env[name] || fallback
    if (values.includes(value as T)) return value as T
    problems.push(`${name} must be one of ${values.join(', ')}; it is "${value}"`)
    return fallback
  }
  const integer = (name: string, fallback: number, max: number): number => {
    const value = env[name] ? Number(env[name]) : fallback
    if (Number.isInteger(value) && value >= 0 && value <= max) return value
    problems.push(`${name} must be a whole number from 0 to ${max}; it is "${env[name]}"`)
    return fallback
  }
  const url = (name: string, protocols: string[]): string | undefined => {
    const value = env[name]
    if (!value) return undefined
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/$/, '')
    problems.push(`${name} must be a URL starting with ${protocols.join(' or ')}//`)
    return undefined
  }

  const port = integer('PORT', 8787, 65_534)
  const databaseUrl = url('DATABASE_URL', ['postgres:', 'postgresql:'])
  const clickhouseUrl = url('CLICKHOUSE_URL', ['http:', 'https:'])
  const secret = env.AUTH_SECRET || undefined
  if (secret && secret.length < 32) problems.push('AUTH_SECRET must have at least 32 characters')
  if (!secret && databaseUrl) problems.push('AUTH_SECRET is required when DATABASE_URL is set')
  const [email, password] = [env.ADMIN_EMAIL, env.ADMIN_PASSWORD]
  if (Boolean(email) !== Boolean(password)) problems.push('ADMIN_EMAIL and ADMIN_PASSWORD go together')
  if (password && password.length < 10) problems.push('ADMIN_PASSWORD must have at least 10 characters')
  const [smtpUser, smtpPassword] = [env.SMTP_USER || undefined, env.SMTP_PASSWORD || undefined]
  if (Boolean(smtpUser) !== Boolean(smtpPassword)) problems.push('SMTP_USER and SMTP_PASSWORD go together')
  if (env.SMTP_HOST && !env.SMTP_FROM) problems.push('SMTP_FROM is required when SMTP_HOST is set')
  const oauth: Config['oauth'] = {}
  for (const provider of PROVIDERS) {
    const name = provider.toUpperCase()
    const [clientId, clientSecret] = [env[`${name}_CLIENT_ID`], env[`${name}_CLIENT_SECRET`]]
    if (Boolean(clientId) !== Boolean(clientSecret))
      problems.push(`${name}_CLIENT_ID and ${name}_CLIENT_SECRET go together`)
    const issuer = url(`${name}_ISSUER`, ['https:', 'http:']) ?? OAUTH_ISSUERS[provider]
    if (issuer.startsWith('http:') && !LOOPBACK.has(new URL(issuer).hostname))
      problems.push(`${name}_ISSUER must start with https://`)
    if (clientId && clientSecret) oauth[provider] = { clientId, clientSecret, issuer }
  }
  const corsOrigins = (env.CORS_ORIGIN ?? '').split(',').flatMap((entry) => entry.trim() || [])
  if (corsOrigins.some((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin))
    problems.push('CORS_ORIGIN must be origins such as https://app.example.com, with commas between them')
  const config: Config = {
    environment: oneOf('NODE_ENV', ['development', 'production', 'test'], 'development'),
    host: env.HOST || (databaseUrl ? '0.0.0.0' : '127.0.0.1'),
    port,
    baseUrl: url('PUBLIC_URL', ['http:', 'https:']) ?? `http://localhost:${port}`,
    dataDir: env.ORIEL_DATA_DIR || '.oriel',
    databaseUrl,
    clickhouseUrl,
    secret,
    demo: oneOf('ORIEL_DEMO', ['0', '1'], databaseUrl ? '0' : '1') === '1',
    admin: email && password ? { email, password } : undefined,
    reload: oneOf('ORIEL_RELOAD', ['0', '1'], '0') === '1',
    logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error'], 'info'),
    supportContact: env.SUPPORT_CONTACT || null,
    maxSpoolBytes: integer('ORIEL_MAX_SPOOL_BYTES', 4 * 1024 ** 3, Number.MAX_SAFE_INTEGER),
    sessionEventsPerMinute: integer('ORIEL_SESSION_EVENTS_PER_MINUTE', 60_000, Number.MAX_SAFE_INTEGER),
    implementationEventsPerMinute: integer(
      'ORIEL_IMPLEMENTATION_EVENTS_PER_MINUTE',
      120_000,
      Number.MAX_SAFE_INTEGER,
    ),
    smtp: env.SMTP_HOST
      ? {
          host: env.SMTP_HOST,
          port: integer('SMTP_PORT', 587, 65_535),
          user: smtpUser,
          password: smtpPassword,
          from: env.SMTP_FROM ?? '',
        }
      : undefined,
    oauth,
    personaSwitching: oneOf('ENABLE_PERSONA_SWITCHING', ['true', 'false'], 'true') === 'true',
    corsOrigins,
    rateLimits: oneOf('ORIEL_RATE_LIMITS', ['0', '1'], env.NODE_ENV === 'test' ? '0' : '1') === '1',
    trustProxy: oneOf('ORIEL_TRUST_PROXY', ['0', '1'], '0') === '1',
    clickhouseFrontPort: env.ORIEL_CLICKHOUSE_FRONT_PORT
      ? integer('ORIEL_CLICKHOUSE_FRONT_PORT', 0, 65_535)
      : undefined,
  }
  if (problems.length > 0) throw new Error(`These settings are wrong:\n  ${problems.join('\n  ')}`)
  return config
}
