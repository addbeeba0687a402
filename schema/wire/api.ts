import type { EventType, Refusal } from './event'
import type { RetentionDays } from './job'
import type { JsonObject } from './json'
import type { Manifest } from './manifest'
import type { Persona } from './permission'

/** Shapes that the HTTP API answers with. Times are epoch milliseconds, money is integer minor units. */

export type Success<T> = { success: true; data: T; pagination?: Pagination }
export type Pagination = { page: number; limit: number; total: number; totalPages: number }

export type User = {
  id: string
  email: string
  emailVerified: boolean
  name: string
  persona: Persona
  personas: Persona[]
  roles: string[]
  permissions: string[]
  createdAt: number
  /** Set while a super admin looks through this user's eyes, until `until` at the latest; nothing can be changed then. */
  impersonation?: { by: { id: string; name: string }; until: number }
}

/** `expiresIn` is seconds. The refresh token stands here only for a client that asked for it in the body. */
export type Login = { user: User; accessToken: string; expiresIn: number; refreshToken?: string }

/**
 * What signing in answers instead of a {@link Login} when the account has a second factor: `challenge` goes back
 * with a code within `expiresIn` seconds.
 */
export type Challenge = { challenge: string; expiresIn: number }

export type SecondFactor = { enabled: boolean; recoveryCodes: number }

/** The secret in Base32 to type in, and the same as an address for a QR code. */
export type SecondFactorEnrolment = { secret: string; uri: string }

export const PROVIDERS = ['google', 'github', 'microsoft'] as const
export type Provider = (typeof PROVIDERS)[number]
export const PROVIDER_NAMES: Record<Provider, string> = {
  google: 'Google',
  github: 'GitHub',
  microsoft: 'Microsoft',
}

/** An account elsewhere that a user signs in with. */
export type ConnectedProvider = { provider: Provider; email: string; createdAt: number }

/** One sign-in on one device. */
export type Session = {
  id: string
  /** In a person's words: "Firefox on Linux". */
  device: string
  userAgent: string | null
  persona: Persona
  createdAt: number
  /** Exact to a minute. */
  lastSeenAt: number
  expiresAt: number
  /** The session that asks. */
  current: boolean
}

/** `hint` is the key's beginning; the rest of it nobody knows but who was given it. */
export type ApiKey = {
  id: string
  name: string
  hint: string
  /** What the key acts as, and the most it may do then. */
  persona: Persona
  scopes: string[]
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}

/** The only answer that ever holds a key. */
export type NewApiKey = ApiKey & { key: string }

export type ProjectStatus = 'draft' | 'in_review' | 'published' | 'suspended' | 'archived'

export type Project = {
  id: string
  builderId: string
  name: string
  slug: string
  description: string
  kind: 'widget' | 'template'
  status: ProjectStatus
  /** What the platform said when it last refused or suspended the project, or null. */
  reviewNote: string | null
  channels: Channel[]
  latestVersion: string | null
  implementations: number
  createdAt: number
  updatedAt: number
}

/** A project that any end user may implement, with what its stable channel serves, which is its `latestVersion`. */
export type Offer = Project & {
  builder: { id: string; name: string }
  title: string
  configSchema: JsonObject
  presets: Manifest['presets']
  permissions: Manifest['permissions']
}

export type Channel = { name: string; version: string; releasedAt: number }

export type Version = {
  id: string
  projectId: string
  version: string
  size: number
  integrity: string
  manifest: Manifest
  createdAt: number
}

export type Release = {
  id: string
  projectId: string
  channel: string
  version: string
  previousVersion: string | null
  kind: 'release' | 'rollback'
  reason: string | null
  actorId: string
  createdAt: number
}

/** What a rollback would do: how many implementations follow the channel without a pin. */
export type RollbackPreview = {
  projectId: string
  channel: string
  version: string
  previousVersion: string
  implementations: number
}

export type ImplementationStatus = 'active' | 'paused' | 'suspended' | 'over_limit'

export type Implementation = {
  id: string
  name: string
  projectId: string
  projectName: string
  builderId: string
  endUserId: string
  implementationUrl: string
  origins: string[]
  channel: string
  pinnedVersion: string | null
  /** Version that visitors get now, or null while the channel has no release. */
  version: string | null
  status: ImplementationStatus
  configuration: JsonObject
  /** Rises with every change of the configuration; the ETag of the widget. */
  configurationRevision: number
  /** JSON Schema of the configuration, and what the builder offers as a start. */
  configSchema: JsonObject
  presets: Manifest['presets']
  embedCode: string
  /** How many days its events are kept. */
  retentionDays: RetentionDays
  usageCount: number
  lastActivity: number | null
  createdAt: number
  updatedAt: number
}

/** An implementation as its builder sees it: with its customer, without the customer's private settings. */
export type BuilderImplementation = Pick<
  Implementation,
  | 'id'
  | 'name'
  | 'projectId'
  | 'projectName'
  | 'implementationUrl'
  | 'channel'
  | 'pinnedVersion'
  | 'version'
  | 'status'
  | 'lastActivity'
  | 'createdAt'
> & { customer: { id: string; name: string }; usage: UsageTotals }

/** An end user who has a builder's work on a site. */
export type Customer = { id: string; name: string; implementations: number; since: number }

/** What anybody may know of an implementation: what its frame shows, without whose it is. */
export type Runtime = {
  id: string
  status: ImplementationStatus
  title: string
  version: string
  integrity: string
  permissions: Manifest['permissions']
  events: Manifest['events']
  height: number
  configuration: JsonObject
}

export type UsageTotals = {
  loads: number
  interactions: number
  errors: number
  sessions: number
  visitors: number
}

export const INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const
export type Interval = (typeof INTERVALS)[number]

/** One bucket; `at` is its start. Buckets without events are there, with zeros. */
export type UsagePoint = { at: number } & Pick<UsageTotals, 'loads' | 'interactions' | 'errors'>

/**
 * Usage in `[from, to)`, counted over distinct event ids. `previous` is what was in as much time before `from`: as long
 * as the period, or while it is still running, as long as what has passed of it.
 */
export type Usage = {
  from: number
  to: number
  interval: Interval
  timezone: string
  totals: UsageTotals
  previous: { from: number; to: number; totals: UsageTotals }
  series: UsagePoint[]
}

export type RecentEvent = {
  id: string
  at: number
  type: EventType
  name: string
  implementationId: string
  /** The visitor's session; null once it was forgotten. */
  session: string | null
  data: JsonObject
}

/** Alike errors at visitors', together. `stack` is of the last one, in the builder's sources where there is a map. */
export type WidgetError = {
  name: string
  message: string
  version: string
  stack: string
  count: number
  firstAt: number
  lastAt: number
}

export type EndUserDashboard = {
  widgets: Implementation[]
  usage: Usage
  recent: RecentEvent[]
  billing: { currency: string; total: number; monthly: number }
  support: { contact: string | null }
}

export type BuilderDashboard = {
  revenue: { currency: string; total: number; monthly: number; series: { at: number; amount: number }[] }
  projects: Project[]
  implementations: BuilderImplementation[]
  customers: Customer[]
  usage: Usage
}

export type PlatformAnalytics = {
  users: Record<Persona, number>
  projects: number
  implementations: Record<ImplementationStatus, number>
  revenue: { currency: string; total: number; monthly: number }
  usage: Usage
  top: {
    implementationId: string
    name: string
    projectName: string
    loads: number
    interactions: number
    errors: number
  }[]
}

/**
 * What became of the events of a builder's implementations over whole UTC days:
 * received = stored + duplicates + quarantined + refused. `example` is the last one refused, cut short.
 */
export type IngestReport = {
  totals: { received: number; stored: number; duplicates: number; quarantined: number; refused: number }
  refusals: {
    implementationId: string
    day: string
    reason: Refusal
    message: string
    events: number
    example: string
  }[]
}

export type HealthCheck = { ok: boolean; ms: number; message?: string }
export type Health = {
  status: 'ok' | 'failing'
  timestamp: number
  version: string
  uptimeSeconds: number
  checks: Record<'postgres' | 'clickhouse' | 'spool', HealthCheck>
  /** Accepted events that are not in ClickHouse yet; `oldestAt` is since when, `lagMs` for how long. */
  spool: { events: number; bytes: number; oldestAt: number | null; lagMs: number }
}
