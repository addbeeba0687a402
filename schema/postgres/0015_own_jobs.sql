-- One starts and sees one's own jobs. They are carried on by the platform.
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT ON jobs TO oriel_app;
--> statement-breakpoint
CREATE POLICY own ON jobs FOR ALL TO oriel_app USING (owner_id = asker());
