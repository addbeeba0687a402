import type { MetricId } from './metric'

/**
 * When a rule holds: its metric is above or below the threshold, or has changed, up or down, by at least this part of
 * what it was in as much time before (0.5 is half as much again, or half of it gone). What came to nothing before, and a
 * rate without loads, hold nothing.
 */
export const ALERT_CONDITIONS = ['above', 'below', 'changesBy'] as const
export type AlertCondition = (typeof ALERT_CONDITIONS)[number]

/** The last minutes over which a rule's metric is counted: five, to seven days. */
export const MIN_WINDOW_MINUTES = 5
export const MAX_WINDOW_MINUTES = 7 * 24 * 60

/** So many rules a user may have as one persona. */
export const MOST_ALERT_RULES = 100

/** What is watched, and when it is worth telling. */
export type AlertRule = {
  id: string
  name: string
  metric: MetricId
  /** The one widget or the one project that it is narrowed to; null for all that its owner sees. */
  implementationId: string | null
  projectId: string | null
  condition: AlertCondition
  threshold: number
  windowMinutes: number
  enabled: boolean
  /** Whether its owner gets a letter when an alert opens. */
  byMail: boolean
  /** Why Oriel has switched the rule off, or null. */
  offReason: string | null
  /** What the metric came to in the window that ended at `knownTo`, and in the window before; null while nothing is known. */
  value: number | null
  previous: number | null
  knownTo: number | null
  /** When it was looked at last, or null. */
  evaluatedAt: number | null
  /** Since when it cannot be told, because events may still be on their way or were not taken; null while it can. */
  unknownSince: number | null
  /** The alert of it that is not resolved, or null. */
  alertId: string | null
  /** Rises with every change of the rule; its ETag. */
  revision: number
  createdAt: number
  updatedAt: number
}

export const ALERT_STATES = ['open', 'acknowledged', 'resolved'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** One time that a rule held, with the rule as it was. */
export type Alert = Pick<
  AlertRule,
  'name' | 'metric' | 'implementationId' | 'projectId' | 'condition' | 'threshold' | 'windowMinutes'
> & {
  id: string
  /** Null once the rule was deleted. */
  ruleId: string | null
  state: AlertState
  /** What the metric was when it opened, the highest since (the lowest, of `below`), and the last while it held. */
  value: number
  peak: number
  last: number
  openedAt: number
  /** The end of the last window for which it held. */
  heldTo: number
  acknowledgedAt: number | null
  resolvedAt: number | null
  /** It had not held for a whole window, somebody said so, or its rule was changed, switched off or deleted. */
  resolvedBy: 'itself' | 'person' | 'rule' | null
}

/** Narrowed to one implementation, or to one project, or to neither. A rule is enabled unless it says otherwise. */
export type CreateAlertRuleRequest = Pick<
  AlertRule,
  'name' | 'metric' | 'condition' | 'threshold' | 'windowMinutes'
> &
  Partial<Pick<AlertRule, 'implementationId' | 'projectId' | 'enabled' | 'byMail'>>

/** What is left out stays. */
export type UpdateAlertRuleRequest = Partial<CreateAlertRuleRequest>
