-- How long an event is kept stands in its row, as its session's token said, so that one table serves every choice.
-- What is left out is the default, so that rows of nearly everybody are no longer for it.
ALTER TABLE events ADD COLUMN IF NOT EXISTS retention_days UInt16 DEFAULT 395 CODEC(ZSTD(1));
ALTER TABLE events MODIFY TTL toDateTime(created_at) + toIntervalDay(retention_days);
-- What visitors sent and could not be stored, or was refused, is kept for looking into: as long as the shortest choice.
-- The rows stay, because they are counted.
ALTER TABLE dead_letters MODIFY COLUMN line String CODEC(ZSTD(3)) TTL toDateTime(at) + INTERVAL 30 DAY;
ALTER TABLE dead_letters MODIFY COLUMN reason String TTL toDateTime(at) + INTERVAL 30 DAY;
ALTER TABLE ingest_outcomes MODIFY COLUMN example SimpleAggregateFunction(anyLast, String) TTL day + INTERVAL 30 DAY;
