import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import postgres from 'postgres'
import type { FrameAssets } from '../../schema/wire/frame'
import { startAnalyses } from './analyses/start-analyses'
import { createCaches } from './cache'
import { createClickHouse } from './clickhouse'
import type { Config } from './config'
import { openDatabase } from './database'
import { openEmbeddedClickHouse } from './embedded/clickhouse'
import { openClickHouseFront } from './embedded/clickhouse-front'
import { lockDirectory } from './embedded/lock'
import { startPostgres } from './embedded/postgres'
import type { Handles } from './handles'
import { startUsageCache } from './ingest/usage-cache'
import { deriveKeys } from './keys'
import type { Log } from './log'
import { openCatcher } from './mail/catcher'
import { startMailDelivery } from './mail/deliver-mail'
import type { Mail } from './mail/mail'
import { openSmtp } from './mail/smtp'
import { migrateStores } from './migrate'
import { sweepExports } from './privacy/export-file'
import { startJobRunner } from './privacy/run-jobs'
import { openBundleFetch } from './projects/fetch-bundle'
import { openDiskSpool } from './spool/disk-spool'
import { keepUsage } from './usage/keep-usage'

export type NodeHandles = Handles & {
  /** What another process needs to serve the same data, passwords included. Embedded ClickHouse is reached by its front. */
  access: { secret: string; postgresUrl: string; clickhouseUrl: string | undefined }
  close(): Promise<void>
}

/** What an open page does not notice. */
const PATIENCE_MS = 20

/**
 * Opens everything the app needs on a machine with a disk: the data directory for this process alone, the engines
 * (its own unless others are configured), migrated, and the spool with what an earlier process left in it.
 * @param root folder that holds `schema/` and `dist/`
 * @throws Error in one sentence when the data directory is in use or an engine does not start
 */
export async function openNode(config: Config, root: string, log: Log): Promise<NodeHandles> {
  const opened: (() => Promise<unknown>)[] = []
  /** Closes in the reverse order of opening; one that fails does not keep the others open. */
  const close = async () => {
    for (const closeOne of opened.splice(0).reverse())
      await closeOne().catch((error: Error) => log.error('could not close cleanly', { error: error.message }))
  }
  try {
    opened.push(await lockDirectory(config.dataDir))
    const [{ sql, postgresUrl }, { clickhouse, clickhouseUrl }] = await Promise.all([
      openPostgres(config, log, opened),
      openClickHouse(config, opened),
    ])
    const db = openDatabase(sql)
    await migrateStores(db, clickhouse, root)
    // The only one that stores is who has an engine of its own that nobody else can reach.
    const caches = createCaches(true, clickhouseUrl === undefined ? 30_000 : undefined)
    caches.patienceMs = PATIENCE_MS
    const keeper = keepUsage({ db, clickhouse, caches, log, now: Date.now })
    opened.push(keeper.close)
    const usage = startUsageCache({ db, clickhouse, caches, log, now: Date.now })
    opened.push(usage.close)
    const spool = await openDiskSpool({
      directory: join(config.dataDir, 'spool'),
      maxBytes: config.maxSpoolBytes,
      clickhouse,
      log,
      now: Date.now,
      metrics: caches.metrics,
      onStored(implementationIds, builderIds) {
        keeper.noteStored(implementationIds, builderIds)
        usage.noteStored(implementationIds)
      },
    })
    opened.push(spool.close)
    const secret = config.secret ?? (await keepSecret(config.dataDir, 'secret'))
    const [keys, frame] = await Promise.all([deriveKeys(secret), readFrame(root)])
    const mail = openMail(config, log)
    if (mail) opened.push(startMailDelivery({ db, keys, log, now: Date.now, mail }).close)
    await sweepExports(config, Date.now())
    opened.push(startJobRunner({ config, db, clickhouse, keys, caches, log, now: Date.now }).close)
    opened.push(startAnalyses({ config, db, clickhouse, keys, caches, log, now: Date.now }).close)
    const access = { secret, postgresUrl, clickhouseUrl }
    const fetchBundle = openBundleFetch()
    const now = Date.now
    return { config, db, clickhouse, spool, keys, frame, caches, log, fetchBundle, now, access, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openPostgres(config: Config, log: Log, opened: (() => Promise<unknown>)[]) {
  let url = config.databaseUrl
  if (!url) {
    const server = await startPostgres(
      join(config.dataDir, 'postgres'),
      await keepSecret(config.dataDir, 'postgres.password'),
      (words) => log.error('PostgreSQL has ended and is started again', { words }),
    )
    opened.push(server.stop)
    url = server.url
  }
  const sql = postgres(url, { max: 20, idle_timeout: 30, connect_timeout: 5, onnotice: () => {} })
  opened.push(() => sql.end({ timeout: 5 }))
  return { sql, postgresUrl: url }
}

async function openClickHouse(config: Config, opened: (() => Promise<unknown>)[]) {
  const { clickhouseUrl, clickhouseFrontPort, dataDir } = config
  if (clickhouseUrl) {
    const clickhouse = createClickHouse(createClient({ url: clickhouseUrl }))
    opened.push(clickhouse.close)
    return { clickhouse, clickhouseUrl }
  }
  const clickhouse = await openEmbeddedClickHouse(join(dataDir, 'clickhouse'))
  opened.push(clickhouse.close)
  if (clickhouseFrontPort === undefined) return { clickhouse, clickhouseUrl: undefined }
  const password = await keepSecret(dataDir, 'clickhouse.password')
  const front = await openClickHouseFront(clickhouse, password, clickhouseFrontPort)
  opened.push(front.close)
  return { clickhouse, clickhouseUrl: front.url }
}

/** In production without a mail server, messages wait in the database for a process that has one. */
function openMail({ smtp, environment, dataDir }: Config, log: Log): Mail | undefined {
  if (smtp) return openSmtp(smtp)
  if (environment !== 'production') return openCatcher(join(dataDir, 'mail'), { log, now: Date.now })
  log.warn('SMTP_HOST is not set, so this process sends no mail')
  return undefined
}

/** A secret that is made once and then stays in the data directory, readable by its owner only. */
async function keepSecret(directory: string, name: string): Promise<string> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, name)
  const fresh = randomBytes(32).toString('hex')
  return writeFile(path, fresh, { mode: 0o600, flag: 'wx' }).then(
    () => fresh,
    () => readFile(path, 'utf8'),
  )
}

async function readFrame(root: string): Promise<FrameAssets> {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(root, 'dist/frame', `${name}.json`), 'utf8'))
  const [outer, inner, refused] = await Promise.all([read('outer'), read('inner'), read('refused')])
  return { outer, inner, refused }
}
