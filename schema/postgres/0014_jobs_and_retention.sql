CREATE TABLE "jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"owner_id" text NOT NULL,
	"subject" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"rows" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"file_bytes" bigint,
	"attempts" integer DEFAULT 0 NOT NULL,
	"claim" uuid,
	"next_at" timestamp (3) with time zone NOT NULL,
	"error" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "jobs_finished" CHECK (("jobs"."finished_at" is null) = ("jobs"."status" in ('waiting', 'running')))
);
--> statement-breakpoint
ALTER TABLE "widget_implementations" ADD COLUMN "retention_days" integer DEFAULT 395 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_jobs_owner" ON "jobs" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE INDEX "idx_jobs_next" ON "jobs" USING btree ("next_at") WHERE "jobs"."finished_at" is null;--> statement-breakpoint
ALTER TABLE "widget_implementations" ADD CONSTRAINT "widget_impl_retention" CHECK ("widget_implementations"."retention_days" in (30, 90, 180, 365, 395));