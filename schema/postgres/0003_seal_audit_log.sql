-- The columns are named one by one, so that a later column does not change what earlier rows hash to.
-- An array in jsonb has one spelling, and the time zone is fixed, so that every session computes the same.
CREATE FUNCTION audit_hash(previous text, entry audit_log) RETURNS text
  LANGUAGE sql STABLE SET search_path = public, pg_catalog SET timezone = 'UTC' AS $$
  SELECT encode(sha256(convert_to(previous || jsonb_build_array(
    entry.id, entry.at, entry.actor_id, entry.actor_persona, entry.action, entry.resource_type, entry.resource_id,
    entry.before, entry.after, entry.request_id)::text, 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- Runs when the transaction commits: the lock is the last one it takes, so that it is held for a moment only and
-- nobody who holds it waits for anybody. The definer's rights let roles that may only add to the log be sealed too.
CREATE FUNCTION seal_audit_row() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog AS $$
DECLARE
  last audit_chain;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('oriel audit chain', 0));
  SELECT * INTO last FROM audit_chain ORDER BY sequence DESC LIMIT 1;
  INSERT INTO audit_chain (sequence, audit_id, hash)
    VALUES (coalesce(last.sequence, 0) + 1, NEW.id, audit_hash(coalesce(last.hash, ''), NEW));
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Rows from before the seal are sealed as they are now.
DO $$
DECLARE
  entry audit_log;
  place bigint := 0;
  previous text := '';
BEGIN
  FOR entry IN SELECT * FROM audit_log ORDER BY id LOOP
    place := place + 1;
    previous := audit_hash(previous, entry);
    INSERT INTO audit_chain (sequence, audit_id, hash) VALUES (place, entry.id, previous);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION seal_audit_row();
--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_chain FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- -1 is without end. The first plan is the one of every account that has chosen none.
INSERT INTO plans (id, name, features, limits) VALUES
  ('starter', 'Starter', '["analytics", "api_access"]',
   '{"projects": 100, "implementations": 100, "versionsPerProject": 500, "apiKeys": 10}'),
  ('pro', 'Pro', '["analytics", "api_access", "api_webhooks", "team_management", "commission_tracking"]',
   '{"projects": 1000, "implementations": 2000, "versionsPerProject": 5000, "apiKeys": 100}'),
  ('enterprise', 'Enterprise',
   '["analytics", "api_access", "api_webhooks", "team_management", "commission_tracking", "white_label", "enterprise_plan"]',
   '{"projects": -1, "implementations": -1, "versionsPerProject": -1, "apiKeys": -1}');
