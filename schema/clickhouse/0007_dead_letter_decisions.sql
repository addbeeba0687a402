-- What was decided about a dead letter. The letter stays as it is; the latest row here is what became of it, so that
-- nothing is updated and the order of events can be told. `replaying` is written before the event goes in again and
-- `replayed` after it: whoever finds the former does the latter, and the event's key takes it once.
-- A letter without a row is open. Open and discarded letters are the ones that are counted as quarantined.
CREATE TABLE IF NOT EXISTS dead_letter_decisions (
  token String,
  state Enum8('open' = 0, 'replaying' = 1, 'replayed' = 2, 'discarded' = 3),
  at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(at)
ORDER BY token
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
-- The day on which a letter is counted is that of its event, as for every event that was accepted.
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS event_at DateTime64(3, 'UTC') DEFAULT at;
