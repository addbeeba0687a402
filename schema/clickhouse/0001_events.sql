-- Every load, interaction and error, once. This is the specification's usage_events, with its column meanings:
-- id, implementation_id, event_type, event_data, session_id and created_at are as it says; user_agent is kept as the
-- three things it is read for; an ip_address is never stored, a daily visitor hash is.
--
-- Engine: a row's key ends in its id, and created_at is the id's own time, so a repeated event always meets its twin
-- and a question asked with FINAL counts distinct ids, whatever was delivered how often and when.
-- Key: the tenant first, so that a question about one builder or one site reads only its granules.
-- Partition: by month of the event's own time, so that late rows find their twins.
-- non_replicated_deduplication_window: an insert repeated with the same token is taken once.
-- fsync_*: a spool segment is deleted after the insert, so the insert has to be on disk by then.
CREATE TABLE IF NOT EXISTS events (
  builder_id LowCardinality(String),
  project_id LowCardinality(String),
  implementation_id String CODEC(ZSTD(1)),
  end_user_id String CODEC(ZSTD(1)),
  id UUID CODEC(ZSTD(1)),
  event_type Enum8('load' = 1, 'interaction' = 2, 'error' = 3),
  event_name LowCardinality(String),
  event_data String CODEC(ZSTD(3)),
  created_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  session_id String CODEC(ZSTD(1)),
  visitor UInt64 CODEC(ZSTD(1)),
  version LowCardinality(String),
  browser LowCardinality(String),
  os LowCardinality(String),
  device LowCardinality(String),
  country LowCardinality(String),
  bot Bool,
  preview Bool
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(created_at)
ORDER BY (builder_id, implementation_id, created_at, id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
