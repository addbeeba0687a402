CREATE TABLE "alert_rules" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"persona" varchar(20) NOT NULL,
	"name" text NOT NULL,
	"metric" text NOT NULL,
	"implementation_id" text,
	"project_id" text,
	"condition" text NOT NULL,
	"threshold" double precision NOT NULL,
	"window_minutes" integer NOT NULL,
	"enabled" boolean NOT NULL,
	"by_mail" boolean NOT NULL,
	"off_reason" text,
	"is_armed" boolean DEFAULT true NOT NULL,
	"value" double precision,
	"previous" double precision,
	"known_to" timestamp (3) with time zone,
	"evaluated_at" timestamp (3) with time zone,
	"unknown_since" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alert_rules_condition" CHECK ("alert_rules"."condition" in ('above', 'below', 'changesBy')),
	CONSTRAINT "alert_rules_narrowed" CHECK ("alert_rules"."implementation_id" is null or "alert_rules"."project_id" is null)
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"rule_id" text,
	"owner_id" text NOT NULL,
	"persona" varchar(20) NOT NULL,
	"name" text NOT NULL,
	"metric" text NOT NULL,
	"implementation_id" text,
	"project_id" text,
	"condition" text NOT NULL,
	"threshold" double precision NOT NULL,
	"window_minutes" integer NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"value" double precision NOT NULL,
	"peak" double precision NOT NULL,
	"last" double precision NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"held_to" timestamp (3) with time zone NOT NULL,
	"acknowledged_at" timestamp (3) with time zone,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text,
	CONSTRAINT "alerts_state" CHECK ("alerts"."state" in ('open', 'acknowledged', 'resolved')),
	CONSTRAINT "alerts_resolved" CHECK (("alerts"."state" = 'resolved') = ("alerts"."resolved_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "absences" (
	"from_at" timestamp (3) with time zone PRIMARY KEY NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "analyses" (
	"name" text PRIMARY KEY NOT NULL,
	"claim" uuid,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"duration_ms" integer,
	"error" text,
	"failed_at" timestamp (3) with time zone,
	"runs" bigint DEFAULT 0 NOT NULL,
	"failures" bigint DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "alert_rules" ADD CONSTRAINT "alert_rules_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_rules" ADD CONSTRAINT "alert_rules_implementation_id_widget_implementations_id_fk" FOREIGN KEY ("implementation_id") REFERENCES "public"."widget_implementations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_rules" ADD CONSTRAINT "alert_rules_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_rule_id_alert_rules_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."alert_rules"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_implementation_id_widget_implementations_id_fk" FOREIGN KEY ("implementation_id") REFERENCES "public"."widget_implementations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_alert_rules_owner" ON "alert_rules" USING btree ("owner_id","persona","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_live" ON "alerts" USING btree ("rule_id") WHERE "alerts"."state" <> 'resolved';--> statement-breakpoint
CREATE INDEX "idx_alerts_owner" ON "alerts" USING btree ("owner_id","persona","opened_at","id");--> statement-breakpoint
CREATE INDEX "idx_alerts_rule" ON "alerts" USING btree ("rule_id");--> statement-breakpoint
CREATE INDEX "idx_alerts_resolved" ON "alerts" USING btree ("resolved_at");--> statement-breakpoint
INSERT INTO analyses (name, next_at) VALUES
  ('alerts', 'epoch'), ('reports', 'epoch'), ('sealing', 'epoch'), ('rollup', 'epoch'), ('comparison', 'epoch');
--> statement-breakpoint
-- One writes one's own rules, as the persona that one is; alerts come from the platform, and one says what becomes of them.
ALTER TABLE alert_rules ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_rules TO oriel_app;
--> statement-breakpoint
GRANT SELECT, UPDATE ON alerts TO oriel_app;
--> statement-breakpoint
CREATE POLICY own ON alert_rules FOR ALL TO oriel_app USING (
  owner_id = (SELECT asker()) AND persona = (SELECT current_setting('oriel.persona', true)));
--> statement-breakpoint
CREATE POLICY own ON alerts FOR ALL TO oriel_app USING (
  owner_id = (SELECT asker()) AND persona = (SELECT current_setting('oriel.persona', true)));
