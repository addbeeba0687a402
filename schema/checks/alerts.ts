import { z } from 'zod'
import {
  ALERT_CONDITIONS,
  ALERT_STATES,
  MAX_WINDOW_MINUTES,
  MIN_WINDOW_MINUTES,
  type CreateAlertRuleRequest,
  type UpdateAlertRuleRequest,
} from '../wire/alert'
import { METRIC_IDS } from '../wire/metric'
import { id, line, listing, page } from './fields'

const MOST = 1_000_000_000_000_000

/** What depends on several fields, which a change may leave as they are, is checked with the whole rule in hand. */
export const createAlertRuleRequest = z.strictObject({
  name: line(100),
  metric: z.enum(METRIC_IDS),
  condition: z.enum(ALERT_CONDITIONS),
  threshold: z.number().min(-MOST).max(MOST),
  windowMinutes: z.number().int().min(MIN_WINDOW_MINUTES).max(MAX_WINDOW_MINUTES),
  implementationId: id('implementation').nullable().exactOptional(),
  projectId: id('project').nullable().exactOptional(),
  enabled: z.boolean().exactOptional(),
  byMail: z.boolean().exactOptional(),
}) satisfies z.ZodType<CreateAlertRuleRequest>

const { shape } = createAlertRuleRequest

export const updateAlertRuleRequest = z.strictObject({
  name: shape.name.exactOptional(),
  metric: shape.metric.exactOptional(),
  condition: shape.condition.exactOptional(),
  threshold: shape.threshold.exactOptional(),
  windowMinutes: shape.windowMinutes.exactOptional(),
  implementationId: shape.implementationId,
  projectId: shape.projectId,
  enabled: shape.enabled,
  byMail: shape.byMail,
}) satisfies z.ZodType<UpdateAlertRuleRequest>

export const alertRulesQuery = listing(['createdAt', 'name'])

/** `state` may be several, with commas between them. */
export const alertsQuery = page.extend({
  state: z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(z.enum(ALERT_STATES)).max(ALERT_STATES.length))
    .optional(),
  rule: id('rule').optional(),
})
