import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import type { Handles } from '../handles'
import { describeError } from '../log'
import type { Gauge } from '../metrics'
import type { AppEnv } from './context'

/** For Prometheus. It holds no ids and no addresses. */
export const metrics = new Hono<AppEnv>()

metrics.get('/', async (c) => {
  const { handles } = c.var
  const gauges = [...readSpool(handles), ...(await readConnections(handles))]
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
    ]
  } catch (error) {
    log.warn('connections cannot be counted', describeError(error))
    return [up(0)]
  }
}
