-- `usage_quarters` as it stands from here on: the same rows, in granules of 1,024.
--
-- A month of an implementation is at most 2,976 rows of a kind, and every row that is read has two sets to be made of it,
-- so that with 8,192 rows to a granule most of the time went into rows of its neighbours. The index has eight times as many
-- marks for that, some hundred bytes for a thousand rows.
DROP TABLE IF EXISTS usage_quarters_fine;
CREATE TABLE usage_quarters_fine AS usage_quarters
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(quarter)
ORDER BY (builder_id, implementation_id, quarter, bot, preview, project_id, end_user_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_age_to_force_merge_seconds = 7200,
  index_granularity = 1024;
INSERT INTO usage_quarters_fine SELECT * FROM usage_quarters SETTINGS max_partitions_per_insert_block = 0;
EXCHANGE TABLES usage_quarters AND usage_quarters_fine;
DROP TABLE usage_quarters_fine;
