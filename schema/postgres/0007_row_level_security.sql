-- What a request does for a tenant, it does as this role, which sees only rows that are the tenant's: a query that
-- forgets its filter finds nothing. The tables' owner (migrations, signing in, visitors, the platform's own people) is
-- not held back. The role belongs to the whole server, so another database may have made it already; whoever migrates
-- must be allowed to make roles, or be a member of this one.
DO $$
BEGIN
  CREATE ROLE oriel_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
DO $$
BEGIN
  BEGIN
    EXECUTE format('GRANT oriel_app TO %I', current_user);
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  -- Better to fail here than at the first request.
  PERFORM set_config('role', 'oriel_app', true);
  PERFORM set_config('role', 'none', true);
END $$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO oriel_app;
--> statement-breakpoint
-- Who asks, set for one transaction. Unset is nobody.
CREATE FUNCTION asker() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('oriel.user_id', true), '') $$;
--> statement-breakpoint
CREATE FUNCTION asks_as(persona text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('oriel.persona', true) = persona, false)
$$;
--> statement-breakpoint
-- These look past the policies, because a policy on one table may not ask another one that asks back.
CREATE FUNCTION owns_project(project text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  SELECT asks_as('super_admin')
    OR (asks_as('builder') AND EXISTS (SELECT FROM projects p WHERE p.id = project AND p.builder_id = asker()))
$$;
--> statement-breakpoint
CREATE FUNCTION is_released(project text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  SELECT EXISTS (SELECT FROM channels c WHERE c.project_id = project)
$$;
--> statement-breakpoint
CREATE FUNCTION was_released(version text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  SELECT EXISTS (SELECT FROM releases r WHERE r.version_id = version)
$$;
--> statement-breakpoint
CREATE FUNCTION implements(project text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  SELECT asks_as('end_user')
    AND EXISTS (SELECT FROM widget_implementations i WHERE i.project_id = project AND i.end_user_id = asker())
$$;
--> statement-breakpoint
-- How many sites use a project is for everybody to see; which ones is not.
CREATE FUNCTION count_sites(project text) RETURNS integer
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  SELECT count(*)::int FROM widget_implementations i WHERE i.project_id = project AND i.deleted_at IS NULL
$$;
--> statement-breakpoint
ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE versions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE bundles ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE channels ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE releases ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE widget_implementations ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE implementation_origins ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE revenue_events ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE template_purchases ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON projects, channels, widget_implementations TO oriel_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON versions, releases TO oriel_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON implementation_origins TO oriel_app;
--> statement-breakpoint
GRANT SELECT ON revenue_events, template_purchases, subscriptions, plans TO oriel_app;
--> statement-breakpoint
GRANT SELECT (id, name) ON users TO oriel_app;
--> statement-breakpoint
GRANT INSERT ON bundles, audit_log TO oriel_app;
--> statement-breakpoint
-- Projects: a builder's own, those that anybody may implement, and those that stand on one's site whatever becomes of them.
CREATE POLICY seen ON projects FOR SELECT TO oriel_app USING (
  asks_as('super_admin') OR (asks_as('builder') AND builder_id = asker())
  OR (deleted_at IS NULL AND status NOT IN ('suspended', 'archived') AND is_released(id)) OR implements(id));
--> statement-breakpoint
CREATE POLICY added ON projects FOR INSERT TO oriel_app
  WITH CHECK (asks_as('super_admin') OR builder_id = asker());
--> statement-breakpoint
-- Who implements a project holds it for that moment, which counts as an update; what is written must be one's own.
CREATE POLICY changed ON projects FOR UPDATE TO oriel_app
  USING (true) WITH CHECK (asks_as('super_admin') OR (asks_as('builder') AND builder_id = asker()));
--> statement-breakpoint
CREATE POLICY seen ON versions FOR SELECT TO oriel_app USING (owns_project(project_id) OR was_released(id));
--> statement-breakpoint
CREATE POLICY added ON versions FOR INSERT TO oriel_app WITH CHECK (owns_project(project_id));
--> statement-breakpoint
CREATE POLICY added ON bundles FOR INSERT TO oriel_app WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY seen ON channels FOR SELECT TO oriel_app USING (
  EXISTS (SELECT FROM projects p WHERE p.id = channels.project_id));
--> statement-breakpoint
CREATE POLICY added ON channels FOR INSERT TO oriel_app WITH CHECK (owns_project(project_id));
--> statement-breakpoint
CREATE POLICY changed ON channels FOR UPDATE TO oriel_app
  USING (owns_project(project_id)) WITH CHECK (owns_project(project_id));
--> statement-breakpoint
CREATE POLICY seen ON releases FOR SELECT TO oriel_app USING (
  EXISTS (SELECT FROM projects p WHERE p.id = releases.project_id));
--> statement-breakpoint
CREATE POLICY added ON releases FOR INSERT TO oriel_app WITH CHECK (owns_project(project_id));
--> statement-breakpoint
CREATE POLICY own ON widget_implementations FOR ALL TO oriel_app USING (
  asks_as('super_admin') OR (asks_as('builder') AND builder_id = asker())
  OR (asks_as('end_user') AND end_user_id = asker()));
--> statement-breakpoint
CREATE POLICY own ON implementation_origins FOR ALL TO oriel_app USING (
  EXISTS (SELECT FROM widget_implementations i WHERE i.id = implementation_origins.implementation_id));
--> statement-breakpoint
CREATE POLICY own ON revenue_events FOR SELECT TO oriel_app USING (
  asks_as('super_admin') OR (asks_as('builder') AND builder_id = asker())
  OR (asks_as('end_user') AND end_user_id = asker()));
--> statement-breakpoint
CREATE POLICY own ON template_purchases FOR SELECT TO oriel_app USING (
  asks_as('super_admin') OR buyer_id = asker() OR seller_id = asker());
--> statement-breakpoint
-- People: oneself, one's customers, and the builders of what can be implemented; of all of them the name alone.
CREATE POLICY seen ON users FOR SELECT TO oriel_app USING (
  asks_as('super_admin') OR id = asker()
  OR EXISTS (SELECT FROM widget_implementations i WHERE i.end_user_id = users.id)
  OR EXISTS (SELECT FROM projects p WHERE p.builder_id = users.id));
--> statement-breakpoint
-- One signs for oneself.
CREATE POLICY added ON audit_log FOR INSERT TO oriel_app WITH CHECK (actor_id = asker());
--> statement-breakpoint
CREATE POLICY own ON subscriptions FOR SELECT TO oriel_app USING (asks_as('super_admin') OR user_id = asker());
--> statement-breakpoint
CREATE POLICY seen ON plans FOR SELECT TO oriel_app USING (true);
