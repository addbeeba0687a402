-- `events` as it stands from here on: the same rows, by day instead of by month.
--
-- Partition: by the day of the event's own time. A repeated event still meets its twin, because its time is its id's, and
-- an hour of the whole platform is read from one day (14 ms, of 100 million events of 30 days), not from a month: that is
-- what lets hours be sealed and the platform's rollup be fresh. A day that has been merged into one part is asked with
-- FINAL at no cost. A question about one implementation reads a granule for each day, which it only does for the days
-- that are not sealed.
-- min_age_to_force_merge_*: a day that is over becomes one part.
-- Key: tenant first, as before. Codecs, measured on the events of `npm run bench:store`, in bytes an event: the id is
-- half of it (74 of its 128 bits are random) with 15.1 by ZSTD(1) and 16.1 by LZ4, the JSON 3.55 by ZSTD(3) and 3.74 by
-- ZSTD(1), the time 2.7 by Delta, 2.9 without and 3.6 by DoubleDelta, the words 1.2 by ZSTD(1) and 2.2 by LZ4, which is
-- what they had before. 27.7 together.
DROP TABLE IF EXISTS events_by_day;
CREATE TABLE events_by_day (
  builder_id LowCardinality(String) CODEC(ZSTD(1)),
  project_id LowCardinality(String) CODEC(ZSTD(1)),
  implementation_id String CODEC(ZSTD(1)),
  end_user_id String CODEC(ZSTD(1)),
  id UUID CODEC(ZSTD(1)),
  event_type Enum8('load' = 1, 'interaction' = 2, 'error' = 3) CODEC(ZSTD(1)),
  event_name LowCardinality(String) CODEC(ZSTD(1)),
  event_data String CODEC(ZSTD(3)),
  created_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  session_id String CODEC(ZSTD(1)),
  visitor UInt64 CODEC(ZSTD(1)),
  version LowCardinality(String) CODEC(ZSTD(1)),
  browser LowCardinality(String) CODEC(ZSTD(1)),
  os LowCardinality(String) CODEC(ZSTD(1)),
  device LowCardinality(String) CODEC(ZSTD(1)),
  country LowCardinality(String) CODEC(ZSTD(1)),
  bot Bool,
  preview Bool,
  retention_days UInt16 DEFAULT 395 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(created_at)
ORDER BY (builder_id, implementation_id, created_at, id)
TTL toDateTime(created_at) + toIntervalDay(retention_days)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_age_to_force_merge_seconds = 7200, min_age_to_force_merge_on_partition_only = 1;
INSERT INTO events_by_day SELECT * FROM events SETTINGS max_partitions_per_insert_block = 0;
EXCHANGE TABLES events AND events_by_day;
DROP TABLE events_by_day;
