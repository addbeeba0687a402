CREATE TABLE "source_maps" (
	"version_id" text PRIMARY KEY NOT NULL,
	"map" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "source_maps" ADD CONSTRAINT "source_maps_version_id_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON source_maps FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
ALTER TABLE source_maps ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT INSERT ON source_maps TO oriel_app;
--> statement-breakpoint
CREATE POLICY added ON source_maps FOR INSERT TO oriel_app
  WITH CHECK (EXISTS (SELECT FROM versions v WHERE v.id = version_id AND owns_project(v.project_id)));
