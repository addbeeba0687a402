-- The platform's people search among everybody and everything by a part of a name. A server without the extension, or one
-- where the owner of the database may not add it, looks through the rows instead.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX idx_users_search ON users USING gin (name gin_trgm_ops, email gin_trgm_ops);
  CREATE INDEX idx_widget_impl_search ON widget_implementations
    USING gin (name gin_trgm_ops, implementation_url gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file THEN
  RAISE NOTICE 'pg_trgm cannot be added, so searches read all rows';
END $$;
--> statement-breakpoint
-- The policies say what they said. Who asks is now a question of its own (SELECT), which Postgres asks once for a statement
-- and not once for a row; and a project that is listed is known to be released, so that it is not asked for each.
ALTER POLICY seen ON projects USING (
  (SELECT asks_as('super_admin')) OR ((SELECT asks_as('builder')) AND builder_id = (SELECT asker()))
  OR (deleted_at IS NULL AND (status = 'published' OR (status NOT IN ('suspended', 'archived') AND is_released(id))))
  OR implements(id));
--> statement-breakpoint
ALTER POLICY own ON widget_implementations USING (
  (SELECT asks_as('super_admin')) OR ((SELECT asks_as('builder')) AND builder_id = (SELECT asker()))
  OR ((SELECT asks_as('end_user')) AND end_user_id = (SELECT asker())));
--> statement-breakpoint
ALTER POLICY own ON revenue_events USING (
  (SELECT asks_as('super_admin')) OR ((SELECT asks_as('builder')) AND builder_id = (SELECT asker()))
  OR ((SELECT asks_as('end_user')) AND end_user_id = (SELECT asker())));
--> statement-breakpoint
ALTER POLICY seen ON users USING (
  (SELECT asks_as('super_admin')) OR id = (SELECT asker())
  OR EXISTS (SELECT FROM widget_implementations i WHERE i.end_user_id = users.id)
  OR EXISTS (SELECT FROM projects p WHERE p.builder_id = users.id));
