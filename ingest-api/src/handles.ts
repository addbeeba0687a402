import type { FrameAssets } from '../../schema/wire/frame'
import type { Caches } from './cache'
import type { ClickHouse } from './clickhouse'
import type { Config } from './config'
import type { Database } from './database'
import type { Keys } from './keys'
import type { Log } from './log'
import type { FetchBundle } from './projects/fetch-bundle'
import type { Spool } from './spool/spool'

/** Everything the app needs from where it runs. Node opens them at boot, Workers per request. */
export type Handles = {
  config: Config
  db: Database
  clickhouse: ClickHouse
  spool: Spool
  keys: Keys
  frame: FrameAssets
  caches: Caches
  log: Log
  fetchBundle: FetchBundle
  /** The clock, epoch ms. */
  now: () => number
}
