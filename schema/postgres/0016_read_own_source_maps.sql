GRANT SELECT ON source_maps TO oriel_app;
--> statement-breakpoint
CREATE POLICY seen ON source_maps FOR SELECT TO oriel_app
  USING (EXISTS (SELECT FROM versions v WHERE v.id = version_id AND owns_project(v.project_id)));
