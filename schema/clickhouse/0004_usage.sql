-- Usage that does not change any more: what `events FINAL` held in each quarter of an hour once nothing of it could
-- arrive any more. Money and reports read these rows; they stay when the events are deleted.
--
-- Quarters, because the zones of the world lie at whole, half and quarter hours of UTC, so that every zone's hours and
-- days are sums of them. bot and preview stand apart: neither is billed, and only previews are left out of reports.
-- billed_loads are the loads that may be billed: of each token the first one that was neither a bot's nor a preview.
-- sessions and visitors are exact sets of 64-bit hashes, for a session may last over several quarters.
-- Engine: sealing an hour again writes the same keys with the same values, so wherever it was interrupted it is simply
-- done again; questions are asked with FINAL, which costs nothing for months that are one part.
-- Key and partition: tenant first as in `events`, a month of an implementation is at most 2,976 rows of a kind.
CREATE TABLE IF NOT EXISTS usage_quarters (
  builder_id LowCardinality(String) CODEC(ZSTD(1)),
  project_id LowCardinality(String) CODEC(ZSTD(1)),
  implementation_id String CODEC(ZSTD(1)),
  end_user_id String CODEC(ZSTD(1)),
  quarter DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  bot Bool,
  preview Bool,
  loads UInt32 CODEC(T64, ZSTD(1)),
  interactions UInt32 CODEC(T64, ZSTD(1)),
  errors UInt32 CODEC(T64, ZSTD(1)),
  billed_loads UInt32 CODEC(T64, ZSTD(1)),
  sessions AggregateFunction(uniqExact, UInt64) CODEC(ZSTD(1)),
  visitors AggregateFunction(uniqExact, UInt64) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(quarter)
ORDER BY (builder_id, implementation_id, quarter, bot, preview, project_id, end_user_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_age_to_force_merge_seconds = 7200;

-- Up to when usage is sealed, one row for each step, without gaps: everything before the highest `until` is sealed.
-- The sums are what was counted then, for comparing later.
CREATE TABLE IF NOT EXISTS usage_seals (
  since DateTime('UTC'),
  until DateTime('UTC'),
  loads UInt64,
  interactions UInt64,
  errors UInt64,
  at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY until
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What each spool says of itself now and then: everything it accepted before `drained_to` is in `events`. Sealing waits
-- for the last of them that still holds something or may accept more. at is this server's own clock, so that the last
-- word of a spool stays its last when its own clock is set back.
CREATE TABLE IF NOT EXISTS spool_watermarks (
  spool String,
  drained_to DateTime64(3, 'UTC'),
  holds Bool,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY spool;

-- The whole platform's usage, fresh to a second or two: each quarter of an hour counted anew over distinct ids whenever
-- something of its hour has arrived. Counts only ever grow, so the highest is the latest, whoever wrote it and in
-- whatever order; sessions and visitors are sets that grow, estimated within two percent.
CREATE TABLE IF NOT EXISTS platform_quarters (
  quarter DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  loads SimpleAggregateFunction(max, UInt64),
  interactions SimpleAggregateFunction(max, UInt64),
  errors SimpleAggregateFunction(max, UInt64),
  sessions AggregateFunction(uniqCombined64(12), String),
  visitors AggregateFunction(uniqCombined64(12), UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY quarter;
