-- Rows that ClickHouse would not take, each alone, with its words. Nothing accepted is ever thrown away.
CREATE TABLE IF NOT EXISTS dead_letters (
  token String,
  builder_id LowCardinality(String),
  implementation_id String,
  line String CODEC(ZSTD(3)),
  reason String,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY at
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
