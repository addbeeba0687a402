import { Hono } from 'hono'
import {
  alertRulesQuery,
  alertsQuery,
  createAlertRuleRequest,
  updateAlertRuleRequest,
} from '../../../schema/checks/alerts'
import { requireAddress } from '../accounts/require-address'
import { createRule, deleteRule, updateRule } from '../alerts/change-rules'
import { getRule, listRules } from '../alerts/read-rules'
import { acknowledgeAlert, getAlert, listAlerts, resolveAlert } from '../alerts/settle-alerts'
import { answerKept } from './answer-kept'
import type { AppEnv } from './context'
import { readIfMatch, setEtag } from './etag'
import { once } from './once'
import { readBody, readId, readQuery } from './read-request'
import { requireTenant } from './require-tenant'
import { requireUsage } from './require-usage'

/** Mounted at /api/analytics/alert-rules: what each person watches, as each persona. */
export const alertRules = new Hono<AppEnv>().use(requireTenant, requireUsage)

alertRules.get('/', (c) =>
  answerKept(c, (handles) => listRules(handles, c.var.actor, readQuery(c.req, alertRulesQuery))),
)

alertRules.post('/', once, async (c) => {
  const request = await readBody(c.req, createAlertRuleRequest)
  await requireAddress(c.var.platform, c.var.actor, { path: 'byMail', asks: request.byMail === true })
  const data = await createRule(c.var.handles, c.var, request)
  setEtag(c, data.revision)
  return c.json({ success: true, data }, 201)
})

alertRules.get('/:id', (c) =>
  answerKept(
    c,
    async ({ db }) => ({ data: await getRule(db, c.var.actor, readId(c.req, 'rule')) }),
    ({ data }) => data.revision,
  ),
)

alertRules.patch('/:id', async (c) => {
  const id = readId(c.req, 'rule')
  const changes = await readBody(c.req, updateAlertRuleRequest)
  await requireAddress(c.var.platform, c.var.actor, { path: 'byMail', asks: changes.byMail === true })
  const data = await updateRule(c.var.handles, c.var, id, changes, readIfMatch(c))
  setEtag(c, data.revision)
  return c.json({ success: true, data })
})

alertRules.delete('/:id', async (c) => {
  await deleteRule(c.var.handles, c.var, readId(c.req, 'rule'), readIfMatch(c))
  return c.json({ success: true, data: null })
})

/** Mounted at /api/analytics/alerts: what came of it. */
export const alerts = new Hono<AppEnv>().use(requireTenant, requireUsage)

alerts.get('/', (c) =>
  answerKept(c, (handles) => listAlerts(handles, c.var.actor, readQuery(c.req, alertsQuery))),
)

alerts.get('/:id', (c) =>
  answerKept(c, async (handles) => ({
    data: await getAlert(handles, c.var.actor, readId(c.req, 'alert')),
  })),
)

alerts.post('/:id/acknowledge', async (c) =>
  c.json({ success: true, data: await acknowledgeAlert(c.var.handles, c.var, readId(c.req, 'alert')) }),
)

alerts.post('/:id/resolve', async (c) =>
  c.json({ success: true, data: await resolveAlert(c.var.handles, c.var, readId(c.req, 'alert')) }),
)
