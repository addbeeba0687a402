-- Usage that may still change: what `events FINAL` held in each quarter of an hour when it was last counted, without
-- previews. Reports read these rows for the time that is not sealed yet; money never does.
--
-- A quarter of an implementation is counted anew over distinct ids whenever something of it has arrived. Counts only
-- ever grow, so the row with the most events is the latest, whoever wrote it and in whatever order.
-- Partition: by day, so that days that are sealed are dropped whole.
-- Not synced: after a crash all that is not sealed is counted again.
CREATE TABLE IF NOT EXISTS recent_quarters (
  builder_id LowCardinality(String) CODEC(ZSTD(1)),
  implementation_id String CODEC(ZSTD(1)),
  quarter DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  loads UInt32 CODEC(T64, ZSTD(1)),
  interactions UInt32 CODEC(T64, ZSTD(1)),
  errors UInt32 CODEC(T64, ZSTD(1)),
  sessions AggregateFunction(uniqExact, UInt64) CODEC(ZSTD(1)),
  visitors AggregateFunction(uniqExact, UInt64) CODEC(ZSTD(1)),
  events UInt64 CODEC(T64, ZSTD(1)),
  last_at DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(events)
PARTITION BY toDate(quarter)
ORDER BY (builder_id, implementation_id, quarter)
SETTINGS index_granularity = 1024;
