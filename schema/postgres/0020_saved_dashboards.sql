CREATE TABLE "saved_dashboards" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"persona" varchar(20) NOT NULL,
	"name" text NOT NULL,
	"timezone" text NOT NULL,
	"charts" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "saved_dashboards" ADD CONSTRAINT "saved_dashboards_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_saved_dashboards_owner" ON "saved_dashboards" USING btree ("owner_id","persona","created_at","id");--> statement-breakpoint
ALTER TABLE saved_dashboards ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_dashboards TO oriel_app;
--> statement-breakpoint
CREATE POLICY own ON saved_dashboards FOR ALL TO oriel_app USING (
  owner_id = (SELECT asker()) AND persona = (SELECT current_setting('oriel.persona', true)));
