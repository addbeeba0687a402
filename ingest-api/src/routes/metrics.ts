import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import { listAges } from '../analyses/pipelines'
import type { Handles } from '../handles'
import { describeError } from '../log'
import type { Gauge } from '../metrics'
import type { Outcome } from '../spool/outcome'
import { findHolders } from '../usage/held-to'
import { sealedUntil } from '../usage/sealed-until'
import type { AppEnv } from './context'

/** For Prometheus. It holds no ids and no addresses. */
export const metrics = new Hono<AppEnv>()

metrics.get('/', async (c) => {
  const { handles } = c.var
  const [store, connections, analyses] = await Promise.all([
    readStore(handles),
    readConnections(handles),
    readAnalyses(handles),
  ])
  const gauges = [...readSpool(handles), ...store, ...connections, ...analyses]
  return c.text(handles.caches.metrics.render(gauges), 200, {
    'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
  })
})

function readSpool({ spool, now }: Handles): Gauge[] {
  const { events, bytes, oldestAt } = spool.depth()
  const one = (value: number) => [{ value }]
  return [
    {
      name: 'spool_events',
      help: 'Accepted events that ClickHouse does not have yet.',
      samples: one(events),
    },
    { name: 'spool_bytes', help: 'Bytes of them.', samples: one(bytes) },
    {
      name: 'spool_age_seconds',
      help: 'How long the oldest of them has waited.',
      samples: one(oldestAt === null ? 0 : Math.max(0, (now() - oldestAt) / 1000)),
    },
    {
      name: 'spool_failing',
      help: '1 while no event can be accepted.',
      samples: one(spool.failure() === undefined ? 0 : 1),
    },
  ]
}

/** What became of all events that ever arrived, and how far usage is sealed. Without ClickHouse the rest is told. */
async function readStore(handles: Handles): Promise<Gauge[]> {
  const up = (value: number): Gauge => ({
    name: 'clickhouse_up',
    help: '1 while ClickHouse answers.',
    samples: [{ value }],
  })
  try {
    const [outcomes, holders, [letters], until] = await Promise.all([
      handles.clickhouse.query<{ outcome: Outcome; events: number }>(
        'SELECT outcome, toFloat64(sum(events)) AS events FROM ingest_outcomes GROUP BY outcome ORDER BY outcome',
        {},
      ),
      findHolders(handles),
      handles.clickhouse.query<{ open: number }>(
        `SELECT toFloat64(count()) AS open FROM dead_letters
         WHERE token NOT IN (SELECT token FROM dead_letter_decisions FINAL WHERE state != 'open')`,
        {},
      ),
      sealedUntil(handles),
    ])
    const counted = (outcome: Outcome) => outcomes.find((one) => one.outcome === outcome)?.events ?? 0
    const refusals = outcomes.filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'duplicate')
    return [
      up(1),
      {
        name: 'ingest_events',
        help: 'Events that arrived with a valid token, by what became of them, in all.',
        samples: [
          { labels: { outcome: 'accepted' }, value: counted('accepted') },
          { labels: { outcome: 'duplicate' }, value: counted('duplicate') },
          { labels: { outcome: 'refused' }, value: refusals.reduce((sum, { events }) => sum + events, 0) },
        ],
      },
      {
        name: 'ingest_refusals',
        help: 'The refused ones among them, by reason.',
        samples: refusals.map(({ outcome, events }) => ({ labels: { reason: outcome }, value: events })),
      },
      {
        name: 'drain_lag_seconds',
        help: 'Up to how long ago each spool, also of other processes, has handed everything over, as sealing goes by it; below 40 when all is well, four days and an hour for queues.',
        samples: holders.map(({ spool, drainedTo }) => ({
          labels: { spool },
          value: Math.max(0, (handles.now() - drainedTo) / 1000),
        })),
      },
      {
        name: 'dead_letters_open',
        help: 'Accepted events that could not be stored and about which nobody has decided.',
        samples: [{ value: letters!.open }],
      },
      {
        name: 'oriel_usage_unsealed_seconds',
        help: 'How far back usage is not sealed: 49 hours more than the largest drain_lag_seconds when all is well.',
        samples: until > 0 ? [{ value: (handles.now() - until) / 1000 }] : [],
      },
    ]
  } catch (error) {
    handles.log.warn('events cannot be counted', describeError(error))
    return [up(0)]
  }
}

/** Without Postgres the other numbers are wanted most, so they are told then as well. */
async function readConnections({ db, log }: Handles): Promise<Gauge[]> {
  const up = (value: number): Gauge => ({
    name: 'postgres_up',
    help: '1 while Postgres answers.',
    samples: [{ value }],
  })
  try {
    const rows = await db.execute<{ state: string; total: number }>(sql`
      select coalesce(state, 'other') as state, count(*)::int as total from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' group by 1`)
    const active = rows.find(({ state }) => state === 'active')?.total ?? 0
    return [
      up(1),
      {
        name: 'db_connections',
        help: 'Connections to the database, by what they do.',
        samples: rows.map(({ state, total }) => ({ labels: { state }, value: total })),
      },
      {
        name: 'db_connections_active',
        help: 'Connections that run a statement now.',
        samples: [{ value: active }],
      },
      {
        name: 'db_pool_connections_max',
        help: 'Connections that this process opens at most.',
        samples: [{ value: db.$client.options.max }],
      },
    ]
  } catch (error) {
    log.warn('connections cannot be counted', describeError(error))
    return [up(0)]
  }
}

/** Whichever process ran them. Without Postgres they are not told, and do not run either. */
async function readAnalyses(handles: Handles): Promise<Gauge[]> {
  try {
    return [
      {
        name: 'analysis_age_seconds',
        help: 'How long ago each of what analyses by itself has ended, in any process, exact to a minute.',
        samples: (await listAges(handles)).map(({ name, seconds }) => ({
          labels: { analysis: name },
          value: seconds,
        })),
      },
    ]
  } catch (error) {
    handles.log.warn('analyses cannot be read', describeError(error))
    return []
  }
}
