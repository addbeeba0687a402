-- What became of every event that arrived with a valid token: accepted, duplicate, or refused and why, counted per
-- implementation and day: of the event itself when it was taken, of its arrival when it was refused. Sums of these and the rows of `events`
-- and `dead_letters` must agree to the unit. One row per key after merges, so it stays small for ever.
CREATE TABLE IF NOT EXISTS ingest_outcomes (
  builder_id LowCardinality(String),
  implementation_id String,
  day Date,
  outcome LowCardinality(String),
  events SimpleAggregateFunction(sum, UInt64),
  example SimpleAggregateFunction(anyLast, String)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (builder_id, implementation_id, day, outcome)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
