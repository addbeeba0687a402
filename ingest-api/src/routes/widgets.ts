import { Hono } from 'hono'
import {
  configureRequest,
  implementRequest,
  originsRequest,
  pinRequest,
  retentionRequest,
  statusRequest,
  trackRequest,
} from '../../../schema/checks/implementations'
import { offersQuery } from '../../../schema/checks/lists'
import { configure } from '../implementations/configure'
import { getRuntime } from '../implementations/get-runtime'
import { implement } from '../implementations/implement'
import { pinVersion } from '../implementations/pin-version'
import { getImplementation } from '../implementations/read-implementations'
import { removeImplementation, restoreImplementation } from '../implementations/remove-implementation'
import { setOrigins } from '../implementations/set-origins'
import { setStatus } from '../implementations/set-status'
import { trackEvent } from '../implementations/track-event'
import { forgetSession } from '../privacy/forget-session'
import { setRetention } from '../privacy/set-retention'
import { getOffer, listOffers } from '../projects/list-offers'
import { answerKept } from './answer-kept'
import { requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { once } from './once'
import { readIfMatch, setEtag } from './etag'
import { readBody, readId, readQuery, readVisitorSession } from './read-request'
import { readSource } from './read-source'
import { requireTenant } from './require-tenant'

export const widgets = new Hono<AppEnv>()

widgets.post('/implement', requireTenant, requirePermission('purchase_widgets'), once, async (c) => {
  const request = await readBody(c.req, implementRequest)
  return c.json({ success: true, data: await implement(c.var.handles, c.var, request) }, 201)
})

widgets.get('/:id', requireTenant, requirePermission('manage_widgets'), (c) =>
  answerKept(
    c,
    async (handles) => ({
      data: await getImplementation(handles, c.var.actor, readId(c.req, 'implementation')),
    }),
    ({ data }) => data.configurationRevision,
  ),
)

widgets.delete('/:id', requireTenant, requirePermission('manage_widgets'), async (c) => {
  await removeImplementation(c.var.handles, c.var, readId(c.req, 'implementation'))
  return c.json({ success: true, data: null })
})

widgets.post('/:id/restore', requireTenant, requirePermission('manage_widgets'), async (c) => {
  const id = readId(c.req, 'implementation')
  return c.json({ success: true, data: await restoreImplementation(c.var.handles, c.var, id) })
})

widgets.post('/:id/track', requireTenant, requirePermission('manage_widgets'), once, async (c) => {
  const id = readId(c.req, 'implementation')
  const event = await readBody(c.req, trackRequest)
  await getImplementation(c.var.handles, c.var.actor, id)
  const receipt = await trackEvent(c.var.platform, c.var.actor, id, event, readSource(c))
  return c.json({ success: true, data: receipt }, 202)
})

widgets.patch('/:id/configuration', requireTenant, requirePermission('manage_widgets'), async (c) => {
  const id = readId(c.req, 'implementation')
  const { configuration } = await readBody(c.req, configureRequest)
  const data = await configure(c.var.handles, c.var, id, configuration, readIfMatch(c))
  setEtag(c, data.configurationRevision)
  return c.json({ success: true, data })
})

widgets.put('/:id/origins', requireTenant, requirePermission('manage_widgets'), async (c) => {
  const id = readId(c.req, 'implementation')
  const { origins } = await readBody(c.req, originsRequest)
  return c.json({ success: true, data: await setOrigins(c.var.handles, c.var, id, origins) })
})

widgets.put('/:id/pin', requireTenant, requirePermission('manage_widgets'), async (c) => {
  const id = readId(c.req, 'implementation')
  const { version } = await readBody(c.req, pinRequest)
  return c.json({ success: true, data: await pinVersion(c.var.handles, c.var, id, version) })
})

/** Who may set which status is decided with the row in hand. */
widgets.patch('/:id/status', requireTenant, async (c) => {
  const id = readId(c.req, 'implementation')
  const request = await readBody(c.req, statusRequest)
  return c.json({ success: true, data: await setStatus(c.var.handles, c.var, id, request) })
})

widgets.patch('/:id/retention', requireTenant, requirePermission('manage_widgets'), async (c) => {
  const id = readId(c.req, 'implementation')
  const { days } = await readBody(c.req, retentionRequest)
  return c.json({ success: true, data: await setRetention(c.var.handles, c.var, id, days) })
})

/** Who may do this is decided with the row in hand. */
widgets.delete('/:id/sessions/:session', requireTenant, async (c) => {
  const id = readId(c.req, 'implementation')
  const session = readVisitorSession(c.req)
  return c.json({ success: true, data: await forgetSession(c.var.handles, c.var, id, session) }, 202)
})

/** Mounted at /api/marketplace: what a site owner can choose from. */
export const marketplace = new Hono<AppEnv>()

marketplace.get('/', requireTenant, async (c) =>
  c.json({ success: true, ...(await listOffers(c.var.handles, c.var.actor, readQuery(c.req, offersQuery))) }),
)

marketplace.get('/:id', requireTenant, async (c) =>
  c.json({ success: true, data: await getOffer(c.var.handles, readId(c.req, 'project')) }),
)

/** Mounted at /api/modules: public, like the frame that shows the same. */
export const modules = new Hono<AppEnv>()

modules.get('/:id/runtime', async (c) =>
  c.json({ success: true, data: await getRuntime(c.var.handles, readId(c.req, 'implementation')) }),
)
