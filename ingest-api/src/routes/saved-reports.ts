import { Hono } from 'hono'
import {
  createReportRequest,
  reportRunQuery,
  reportsQuery,
  updateReportRequest,
} from '../../../schema/checks/reports'
import { requireAddress } from '../accounts/require-address'
import { reportToCsv, runReport } from '../saved-reports/run-report'
import {
  createReport,
  deleteReport,
  getReport,
  getReportRow,
  listReports,
  updateReport,
} from '../saved-reports/saved-reports'
import { answerKept } from './answer-kept'
import type { AppEnv } from './context'
import { readIfMatch, setEtag } from './etag'
import { once } from './once'
import { readBody, readId, readQuery } from './read-request'
import { requireTenant } from './require-tenant'
import { requireUsage } from './require-usage'

/** Mounted at /api/analytics/reports: what each person has put together, as each persona, to be read or to be sent. */
export const savedReports = new Hono<AppEnv>().use(requireTenant, requireUsage)

/** True when a report is to be sent by itself. */
const isSent = ({ schedule }: { schedule?: string }) => schedule !== undefined && schedule !== 'none'

savedReports.get('/', (c) =>
  answerKept(c, (handles) => listReports(handles, c.var.actor, readQuery(c.req, reportsQuery))),
)

savedReports.post('/', once, async (c) => {
  const request = await readBody(c.req, createReportRequest)
  await requireAddress(c.var.platform, c.var.actor, { path: 'schedule', asks: isSent(request) })
  const data = await createReport(c.var.handles, c.var, request)
  setEtag(c, data.revision)
  return c.json({ success: true, data }, 201)
})

savedReports.get('/:id', (c) =>
  answerKept(
    c,
    async ({ db }) => ({ data: await getReport(db, c.var.actor, readId(c.req, 'report')) }),
    ({ data }) => data.revision,
  ),
)

savedReports.patch('/:id', async (c) => {
  const id = readId(c.req, 'report')
  const changes = await readBody(c.req, updateReportRequest)
  await requireAddress(c.var.platform, c.var.actor, { path: 'schedule', asks: isSent(changes) })
  const data = await updateReport(c.var.handles, c.var, id, changes, readIfMatch(c))
  setEtag(c, data.revision)
  return c.json({ success: true, data })
})

savedReports.delete('/:id', async (c) => {
  await deleteReport(c.var.handles, c.var, readId(c.req, 'report'), readIfMatch(c))
  return c.json({ success: true, data: null })
})

savedReports.get('/:id/run', async (c) => {
  const { handles, platform, actor } = c.var
  const { at, format } = readQuery(c.req, reportRunQuery)
  const report = await getReportRow(handles.db, actor, readId(c.req, 'report'))
  const data = await runReport(handles, platform, actor, report, Math.min(at ?? Infinity, handles.now()))
  c.header('Vary', 'Accept', { append: true })
  if (!(format ? format === 'csv' : /\btext\/csv\b/i.test(c.req.header('accept') ?? '')))
    return c.json({ success: true, data })
  return c.body(reportToCsv(data), 200, {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="report-${new Date(data.from).toISOString().slice(0, 10)}.csv"`,
  })
})
