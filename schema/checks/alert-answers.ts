import { z } from 'zod'
import { ALERT_CONDITIONS, ALERT_STATES, type Alert, type AlertRule } from '../wire/alert'
import { METRIC_IDS } from '../wire/metric'
import { at, count, exactly, text } from './answer-fields'

const watched = {
  name: text,
  metric: z.enum(METRIC_IDS),
  implementationId: text.nullable(),
  projectId: text.nullable(),
  condition: z.enum(ALERT_CONDITIONS),
  threshold: z.number(),
  windowMinutes: count,
}

/** What the API answers about rules and alerts. */
export const ALERT_ANSWERS = {
  AlertRule: exactly<AlertRule>()(
    z.strictObject({
      id: text,
      ...watched,
      enabled: z.boolean(),
      byMail: z.boolean(),
      offReason: text.nullable(),
      value: z.number().nullable(),
      previous: z.number().nullable(),
      knownTo: at.nullable(),
      evaluatedAt: at.nullable(),
      unknownSince: at.nullable(),
      alertId: text.nullable(),
      revision: count,
      createdAt: at,
      updatedAt: at,
    }),
  ),
  Alert: exactly<Alert>()(
    z.strictObject({
      id: text,
      ruleId: text.nullable(),
      ...watched,
      state: z.enum(ALERT_STATES),
      value: z.number(),
      peak: z.number(),
      last: z.number(),
      openedAt: at,
      heldTo: at,
      acknowledgedAt: at.nullable(),
      resolvedAt: at.nullable(),
      resolvedBy: z.enum(['itself', 'person', 'rule']).nullable(),
    }),
  ),
} as const
