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

export const hasPermission = (held: readonly string[], required: Permission): boolean =>
  held.includes(required)

export const hasAnyPermission = (held: readonly string[], required: readonly Permission[]): boolean =>
  required.some((permission) => held.includes(permission))

export const hasAllPermissions = (held: readonly string[], required: readonly Permission[]): boolean =>
  required.every((permission) => held.includes(permission))
