import { and, asc, eq, getTableColumns, gt, inArray, or, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { alertRules, alerts } from '../../../schema/tables/alerts'
import { apiKeys } from '../../../schema/tables/api-keys'
import { auditLog } from '../../../schema/tables/audit'
import { identities } from '../../../schema/tables/identities'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { subscriptions } from '../../../schema/tables/plans'
import { channels, projects, releases, versions } from '../../../schema/tables/projects'
import { revenueEvents, templatePurchases } from '../../../schema/tables/revenue'
import { reports } from '../../../schema/tables/reports'
import { savedDashboards } from '../../../schema/tables/saved-dashboards'
import { secondFactors } from '../../../schema/tables/second-factors'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { ClickHouse } from '../clickhouse'
import type { Handles } from '../handles'
import { originsOfImplementation } from '../implementations/find-live-implementation'
import { toCsvLine } from './csv'

/** A file of the export: its lines come in pages, so that no more than a page is ever in memory. */
export type ExportFile = { name: string; lines: () => AsyncIterable<string[]> }

type Engines = Pick<Handles, 'db' | 'clickhouse'>

const PAGE_ROWS = 1_000
const PAGE_EVENTS = 10_000

const README = `This is what Oriel keeps about you. Times are UTC.

account.json          you, your personas, your plan, how you sign in
sessions.csv          where you were signed in
api-keys.json         your API keys, without the keys themselves, which are not kept
projects.json         your projects, and channels.json to which version each of their channels leads
versions.csv          what you published, and releases.csv when it was released and by whom
implementations.json  the widgets on your sites with their configuration
revenue.csv           money that your work or your sites moved, in the currency's smallest unit
purchases.csv         templates that you bought or sold
alert-rules.json      what you let Oriel watch, and alerts.csv what came of it
dashboards.json       dashboards that you have put together, and reports.json the reports
audit.csv             what you did, and what was done to your account
events/<widget>.csv   what visitors did with each widget on your sites
`

/** Everything that is kept of a user, file by file. Secrets and their hashes are left out: they tell nobody anything. */
export async function* filesOf({ db, clickhouse }: Engines, userId: string): AsyncGenerator<ExportFile> {
  const json = (name: string, read: () => Promise<unknown>): ExportFile => ({
    name,
    async *lines() {
      yield [`${JSON.stringify(await read(), null, 2)}\n`]
    },
  })
  yield {
    name: 'README.txt',
    async *lines() {
      yield [README]
    },
  }
  yield json('account.json', async () => {
    const { passwordHash: _, ...user } = getTableColumns(users)
    const [account] = await db.select(user).from(users).where(eq(users.id, userId))
    const [plan] = await db.select().from(subscriptions).where(eq(subscriptions.userId, userId))
    const [secondStep] = await db
      .select({ confirmedAt: secondFactors.confirmedAt })
      .from(secondFactors)
      .where(eq(secondFactors.userId, userId))
    const connected = await db.select().from(identities).where(eq(identities.userId, userId))
    return { ...account, plan: plan?.planId ?? null, secondStep: secondStep ?? null, identities: connected }
  })
  yield rowsOf('sessions.csv', sessions, eq(sessions.userId, userId))
  yield json('api-keys.json', () => {
    const { hash: _, ...columns } = getTableColumns(apiKeys)
    return db.select(columns).from(apiKeys).where(eq(apiKeys.userId, userId))
  })
  const own = db.select({ id: projects.id }).from(projects).where(eq(projects.builderId, userId))
  yield json('projects.json', () => db.select().from(projects).where(eq(projects.builderId, userId)))
  yield json('channels.json', () => db.select().from(channels).where(inArray(channels.projectId, own)))
  yield rowsOf('versions.csv', versions, inArray(versions.projectId, own))
  yield rowsOf('releases.csv', releases, inArray(releases.projectId, own))
  const sites = await db
    .select({ ...getTableColumns(widgetImplementations), origins: originsOfImplementation })
    .from(widgetImplementations)
    .where(eq(widgetImplementations.endUserId, userId))
    .orderBy(asc(widgetImplementations.id))
  yield json('implementations.json', async () => sites)
  const { builderId, endUserId } = revenueEvents
  yield rowsOf('revenue.csv', revenueEvents, or(eq(builderId, userId), eq(endUserId, userId)))
  const { buyerId, sellerId } = templatePurchases
  yield rowsOf('purchases.csv', templatePurchases, or(eq(buyerId, userId), eq(sellerId, userId)))
  yield json('alert-rules.json', () => db.select().from(alertRules).where(eq(alertRules.ownerId, userId)))
  yield rowsOf('alerts.csv', alerts, eq(alerts.ownerId, userId))
  yield json('dashboards.json', () =>
    db.select().from(savedDashboards).where(eq(savedDashboards.ownerId, userId)),
  )
  yield json('reports.json', () => db.select().from(reports).where(eq(reports.ownerId, userId)))
  const { actorId, resourceType, resourceId } = auditLog
  const concernsMe = and(eq(resourceType, 'user'), eq(resourceId, userId))
  yield rowsOf('audit.csv', auditLog, or(eq(actorId, userId), concernsMe))
  for (const site of sites) yield eventsOf(clickhouse, site)

  /** A table page by page, each beginning after the last id of the one before. */
  function rowsOf(name: string, table: PgTable & { id: PgColumn }, where: SQL | undefined): ExportFile {
    const columns = Object.keys(getTableColumns(table))
    return {
      name,
      async *lines() {
        yield [toCsvLine(columns)]
        for (let rows: Record<string, unknown>[] = [], after: SQL | undefined; ;) {
          rows = await db
            .select()
            .from(table)
            .where(and(where, after))
            .orderBy(asc(table.id))
            .limit(PAGE_ROWS)
          yield rows.map((row) => toCsvLine(columns.map((column) => toCell(row[column]))))
          if (rows.length < PAGE_ROWS) return
          after = gt(table.id, rows.at(-1)!.id)
        }
      },
    }
  }
}

const toCell = (value: unknown): string | number | boolean | null =>
  value instanceof Date
    ? value.toISOString()
    : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
      ? value
      : JSON.stringify(value)

const EVENT_COLUMNS = [
  'id',
  'at',
  'type',
  'name',
  'data',
  'session',
  'version',
  'browser',
  'os',
  'device',
  'country',
]

/** The events of one implementation in the order of the store, so that each page goes on where the last one ended. */
function eventsOf(clickhouse: ClickHouse, site: { id: string; builderId: string }): ExportFile {
  return {
    name: `events/${site.id}.csv`,
    async *lines() {
      yield [toCsvLine(EVENT_COLUMNS)]
      for (let at = '0', id = '00000000-0000-0000-0000-000000000000'; ;) {
        const rows = await clickhouse.query<Record<string, string>>(
          `SELECT toString(events.id) AS id, toString(toUnixTimestamp64Milli(created_at)) AS epoch,
             formatDateTime(created_at, '%Y-%m-%dT%H:%i:%S.%fZ') AS at, event_type AS type, event_name AS name,
             event_data AS data, session_id AS session, version, browser, os, device, country
           FROM events FINAL
           WHERE builder_id = {builderId: String} AND implementation_id = {implementationId: String}
             AND created_at >= fromUnixTimestamp64Milli({at: Int64})
             AND (created_at, events.id) > (fromUnixTimestamp64Milli({at: Int64}), toUUID({id: String}))
           ORDER BY created_at, events.id LIMIT {limit: UInt32}`,
          { builderId: site.builderId, implementationId: site.id, at, id, limit: PAGE_EVENTS },
        )
        yield rows.map((row) => toCsvLine(EVENT_COLUMNS.map((column) => row[column]!)))
        const last = rows.at(-1)
        if (!last || rows.length < PAGE_EVENTS) return
        at = last.epoch!
        id = last.id!
      }
    },
  }
}
