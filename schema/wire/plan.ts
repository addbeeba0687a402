/** What a plan can switch on. */
export const FEATURES = [
  'analytics',
  'api_access',
  'api_webhooks',
  'team_management',
  'commission_tracking',
  'white_label',
  'enterprise_plan',
] as const
export type Feature = (typeof FEATURES)[number]

/** Features that are of no use without others. */
export const FEATURE_DEPENDENCIES: Partial<Record<Feature, Feature[]>> = {
  commission_tracking: ['team_management'],
  api_webhooks: ['api_access'],
  white_label: ['enterprise_plan'],
}

/** What a plan can count. */
export const LIMIT_TYPES = ['projects', 'implementations', 'versionsPerProject', 'apiKeys'] as const
export type LimitType = (typeof LIMIT_TYPES)[number]

export const UNLIMITED = -1
/** The most of each; {@link UNLIMITED} for no end. */
export type Limits = Record<LimitType, number>

export type Plan = { id: string; name: string; features: Feature[]; limits: Limits }

/** Whether one more is allowed. */
export type LimitCheck =
  | { allowed: true; unlimited: true; current: number }
  | { allowed: boolean; unlimited: false; current: number; maximum: number; remaining: number }

/** What an account is on and how far it has got. */
export type Allowance = { plan: Plan; limits: Record<LimitType, LimitCheck> }

/** @param current how many there are already */
export function checkLimit(maximum: number, current: number): LimitCheck {
  if (maximum === UNLIMITED) return { allowed: true, unlimited: true, current }
  return {
    allowed: current < maximum,
    unlimited: false,
    current,
    maximum,
    remaining: Math.max(0, maximum - current),
  }
}

/** Why these features cannot stand together, or undefined when they can. */
export function problemOfFeatures(features: readonly Feature[]): string | undefined {
  for (const feature of features)
    for (const needed of FEATURE_DEPENDENCIES[feature] ?? [])
      if (!features.includes(needed)) return `${feature} requires ${needed}`
  return undefined
}

/** The plan of an account that has chosen none. */
export const STARTER = 'starter'
