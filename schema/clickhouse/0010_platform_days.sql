-- The whole platform's sessions and visitors by day, once the day is sealed: a month's question merges thirty sets and not
-- three thousand. Sets that grow, estimated within two percent, as in `platform_quarters`.
CREATE TABLE IF NOT EXISTS platform_days (
  day DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  sessions AggregateFunction(uniqCombined64(12), String),
  visitors AggregateFunction(uniqCombined64(12), UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY day;
INSERT INTO platform_days (day, sessions, visitors)
SELECT toStartOfDay(quarter, 'UTC') AS day, uniqCombined64MergeState(12)(sessions), uniqCombined64MergeState(12)(visitors)
FROM platform_quarters GROUP BY day;
