CREATE TABLE "report_sends" (
	"report_id" text NOT NULL,
	"period" text NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "report_sends_report_id_period_from_at_pk" PRIMARY KEY("report_id","period","from_at")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"persona" varchar(20) NOT NULL,
	"name" text NOT NULL,
	"metrics" jsonb NOT NULL,
	"period" text NOT NULL,
	"timezone" text NOT NULL,
	"schedule" text NOT NULL,
	"hour" integer NOT NULL,
	"implementation_id" text,
	"project_id" text,
	"off_reason" text,
	"next_at" timestamp (3) with time zone,
	"last_sent_at" timestamp (3) with time zone,
	"waits_since" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reports_period" CHECK ("reports"."period" in ('day', 'week', 'month')),
	CONSTRAINT "reports_schedule" CHECK ("reports"."schedule" in ('none', 'daily', 'weekly', 'monthly')),
	CONSTRAINT "reports_hour" CHECK ("reports"."hour" between 0 and 23),
	CONSTRAINT "reports_narrowed" CHECK ("reports"."implementation_id" is null or "reports"."project_id" is null)
);
--> statement-breakpoint
ALTER TABLE "report_sends" ADD CONSTRAINT "report_sends_report_id_reports_id_fk" FOREIGN KEY ("report_id") REFERENCES "public"."reports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_implementation_id_widget_implementations_id_fk" FOREIGN KEY ("implementation_id") REFERENCES "public"."widget_implementations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_reports_owner" ON "reports" USING btree ("owner_id","persona","created_at","id");--> statement-breakpoint
CREATE INDEX "idx_reports_next" ON "reports" USING btree ("next_at") WHERE "reports"."next_at" is not null;--> statement-breakpoint
ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON reports TO oriel_app;
--> statement-breakpoint
CREATE POLICY own ON reports FOR ALL TO oriel_app USING (
  owner_id = (SELECT asker()) AND persona = (SELECT current_setting('oriel.persona', true)));
