/** The three personas. A user holds a set of them; exactly one is active. */
export const PERSONAS = ['super_admin', 'builder', 'end_user'] as const
export type Persona = (typeof PERSONAS)[number]

export const ROLES = { SUPER_ADMIN: 'super_admin', BUILDER: 'builder', END_USER: 'end_user' } as const

export const PERMISSIONS = {
  CREATE_PROJECTS: 'create_projects',
  PUBLISH_TO_MARKETPLACE: 'publish_to_marketplace',
  VIEW_REVENUE: 'view_revenue',
  MANAGE_IMPLEMENTATIONS: 'manage_implementations',
  PURCHASE_TEMPLATES: 'purchase_templates',
  PURCHASE_WIDGETS: 'purchase_widgets',
  MANAGE_WIDGETS: 'manage_widgets',
  VIEW_USAGE: 'view_usage',
  MANAGE_BILLING: 'manage_billing',
  MANAGE_USERS: 'manage_users',
  VIEW_PLATFORM_ANALYTICS: 'view_platform_analytics',
  MANAGE_BUILDERS: 'manage_builders',
  VIEW_IMPLEMENTATIONS: 'view_implementations',
  MANAGE_SYSTEM: 'manage_system',
} as const
export type Permission = (typeof PERMISSIONS)[keyof typeof PERMISSIONS]

export const ROLE_PERMISSIONS: Record<Persona, Permission[]> = {
  super_admin: Object.values(PERMISSIONS),
  builder: [
    'create_projects',
    'publish_to_marketplace',
    'view_revenue',
    'manage_implementations',
    'purchase_templates',
  ],
  end_user: ['purchase_widgets', 'manage_widgets', 'view_usage', 'manage_billing'],
}

export const isPersona = (value: unknown): value is Persona => PERSONAS.includes(value as Persona)

/**
 * The five tiers name the scope of what is done, not a rank: the platform, one builder's things, one end user's
 * account, one's own user, and what anybody may do.
 */
export const TIERS = ['platform', 'builder', 'account', 'user', 'public'] as const
export type Tier = (typeof TIERS)[number]

/** `tier.resource.action`. A `*` stands for all of the rest, and only as the last part: `builder.projects.*`. */
export type Grant = '*' | `${Tier}.*` | `${Tier}.${string}.${string}`

/** What each name of the vocabulary stands for. None contains another, so that each can be given alone. */
export const GRANT_OF: Record<Permission, Grant> = {
  create_projects: 'builder.projects.create',
  publish_to_marketplace: 'builder.projects.publish',
  view_revenue: 'builder.revenue.read',
  manage_implementations: 'builder.implementations.manage',
  purchase_templates: 'builder.templates.purchase',
  purchase_widgets: 'account.widgets.purchase',
  manage_widgets: 'account.widgets.manage',
  view_usage: 'account.usage.read',
  manage_billing: 'account.billing.manage',
  manage_users: 'platform.users.manage',
  view_platform_analytics: 'platform.analytics.read',
  manage_builders: 'platform.builders.manage',
  view_implementations: 'platform.implementations.read',
  manage_system: 'platform.system.*',
}

const GRANT = new RegExp(`^(\\*|(${TIERS.join('|')})\\.(\\*|[a-z0-9_-]+\\.(\\*|[a-z0-9_-]+)))$`)

export const isGrant = (value: unknown): value is Grant => typeof value === 'string' && GRANT.test(value)

export const isPermission = (value: unknown): value is Permission =>
  typeof value === 'string' && Object.hasOwn(GRANT_OF, value)

/**
 * The grant behind a name, or the grant itself.
 * @throws Error for anything else: a malformed permission must be seen and not quietly mean nothing
 */
export function toGrant(permission: string): Grant {
  if (isPermission(permission)) return GRANT_OF[permission]
  if (isGrant(permission)) return permission
  throw new Error(`"${permission}" is not a permission; it must look like builder.projects.create`)
}

/** True when whoever holds one may do all that the other stands for. */
const contains = (held: Grant, asked: Grant): boolean =>
  held === asked || (held.endsWith('*') && asked.startsWith(held.slice(0, -1)))

export const hasPermission = (held: readonly string[], required: Permission | Grant): boolean => {
  const asked = toGrant(required)
  return held.some((permission) => contains(toGrant(permission), asked))
}

export const hasAnyPermission = (
  held: readonly string[],
  required: readonly (Permission | Grant)[],
): boolean => required.some((permission) => hasPermission(held, permission))

export const hasAllPermissions = (
  held: readonly string[],
  required: readonly (Permission | Grant)[],
): boolean => required.every((permission) => hasPermission(held, permission))

/** What both lists allow: of each pair that overlaps, the narrower one. */
export const intersectPermissions = (left: readonly string[], right: readonly string[]): string[] => {
  const within = (some: readonly string[], others: readonly string[]) =>
    some.filter((one) => others.some((other) => contains(toGrant(other), toGrant(one))))
  return [...new Set([...within(left, right), ...within(right, left)])]
}

// A slip in the tables above fails the first import and not the first request that needs it.
Object.values(ROLE_PERMISSIONS).flat().forEach(toGrant)
Object.values(GRANT_OF).forEach(toGrant)
