CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_id" text,
	"actor_persona" text,
	"action" text NOT NULL,
	"resource_type" text NOT NULL,
	"resource_id" text,
	"before" jsonb,
	"after" jsonb,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "implementation_origins" (
	"implementation_id" text NOT NULL,
	"origin" text NOT NULL,
	CONSTRAINT "implementation_origins_implementation_id_origin_pk" PRIMARY KEY("implementation_id","origin"),
	CONSTRAINT "implementation_origins_form" CHECK ("implementation_origins"."origin" ~ '^https?://(\*\.)?[a-z0-9.-]+(:[0-9]+)?$')
);
--> statement-breakpoint
CREATE TABLE "widget_implementations" (
	"id" text PRIMARY KEY NOT NULL,
	"end_user_id" text NOT NULL,
	"project_id" text NOT NULL,
	"builder_id" text NOT NULL,
	"name" text NOT NULL,
	"implementation_url" text NOT NULL,
	"embed_code" text NOT NULL,
	"configuration" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"configuration_revision" integer DEFAULT 1 NOT NULL,
	"channel" text DEFAULT 'stable' NOT NULL,
	"pinned_version_id" text,
	"status" text DEFAULT 'active' NOT NULL,
	"usage_count" bigint DEFAULT 0 NOT NULL,
	"revenue_generated" bigint DEFAULT 0 NOT NULL,
	"last_activity" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "widget_impl_status" CHECK ("widget_implementations"."status" in ('active', 'paused', 'suspended', 'over_limit')),
	CONSTRAINT "widget_impl_usage" CHECK ("widget_implementations"."usage_count" >= 0)
);
--> statement-breakpoint
CREATE TABLE "bundles" (
	"integrity" text PRIMARY KEY NOT NULL,
	"code" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"version_id" text NOT NULL,
	"released_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channels_project_id_name_pk" PRIMARY KEY("project_id","name"),
	CONSTRAINT "channels_name" CHECK ("channels"."name" ~ '^[a-z][a-z0-9-]{0,30}$')
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text PRIMARY KEY NOT NULL,
	"builder_id" text NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"kind" text DEFAULT 'widget' NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "projects_slug_form" CHECK ("projects"."slug" ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
	CONSTRAINT "projects_kind" CHECK ("projects"."kind" in ('widget', 'template')),
	CONSTRAINT "projects_status" CHECK ("projects"."status" in ('draft', 'in_review', 'published', 'suspended', 'archived'))
);
--> statement-breakpoint
CREATE TABLE "releases" (
	"id" text PRIMARY KEY NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "releases_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" text NOT NULL,
	"channel" text NOT NULL,
	"kind" text NOT NULL,
	"version_id" text NOT NULL,
	"previous_version_id" text,
	"reason" text,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "releases_kind" CHECK ("releases"."kind" in ('release', 'rollback')),
	CONSTRAINT "releases_rollback_reason" CHECK ("releases"."kind" <> 'rollback' or "releases"."reason" is not null)
);
--> statement-breakpoint
CREATE TABLE "versions" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"version" text NOT NULL,
	"integrity" text NOT NULL,
	"size" integer NOT NULL,
	"manifest" json NOT NULL,
	"uploaded_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "versions_project_version" UNIQUE("project_id","version"),
	CONSTRAINT "versions_size" CHECK ("versions"."size" > 0),
	CONSTRAINT "versions_integrity" CHECK ("versions"."integrity" like 'sha384-%')
);
--> statement-breakpoint
CREATE TABLE "revenue_events" (
	"id" text PRIMARY KEY NOT NULL,
	"implementation_id" text,
	"builder_id" text NOT NULL,
	"end_user_id" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" char(3) DEFAULT 'USD' NOT NULL,
	"event_type" text NOT NULL,
	"description" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "revenue_type" CHECK ("revenue_events"."event_type" in ('purchase', 'usage', 'subscription', 'refund')),
	CONSTRAINT "revenue_currency" CHECK ("revenue_events"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "template_purchases" (
	"id" text PRIMARY KEY NOT NULL,
	"buyer_id" text NOT NULL,
	"template_project_id" text NOT NULL,
	"seller_id" text NOT NULL,
	"purchase_amount" bigint NOT NULL,
	"currency" char(3) DEFAULT 'USD' NOT NULL,
	"purchase_date" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"status" text DEFAULT 'completed' NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "template_purchase_parties" CHECK ("template_purchases"."buyer_id" <> "template_purchases"."seller_id"),
	CONSTRAINT "template_purchase_amount" CHECK ("template_purchases"."purchase_amount" >= 0),
	CONSTRAINT "template_purchase_status" CHECK ("template_purchases"."status" in ('pending', 'completed', 'refunded', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"hash" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"parent_hash" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"spent_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"persona" varchar(20) NOT NULL,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"revoke_reason" text,
	CONSTRAINT "sessions_revoke_reason" CHECK (("sessions"."revoked_at" is null) = ("sessions"."revoke_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"persona" varchar(20) DEFAULT 'builder' NOT NULL,
	"roles" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"permissions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "users_persona" CHECK ("users"."persona" in ('super_admin', 'builder', 'end_user')),
	CONSTRAINT "users_persona_held" CHECK ("users"."roles" ? "users"."persona")
);
--> statement-breakpoint
CREATE TABLE "visitor_salts" (
	"day" date PRIMARY KEY NOT NULL,
	"salt" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "implementation_origins" ADD CONSTRAINT "implementation_origins_implementation_id_widget_implementations_id_fk" FOREIGN KEY ("implementation_id") REFERENCES "public"."widget_implementations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "widget_implementations" ADD CONSTRAINT "widget_implementations_end_user_id_users_id_fk" FOREIGN KEY ("end_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "widget_implementations" ADD CONSTRAINT "widget_implementations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "widget_implementations" ADD CONSTRAINT "widget_implementations_builder_id_users_id_fk" FOREIGN KEY ("builder_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "widget_implementations" ADD CONSTRAINT "widget_implementations_pinned_version_id_versions_id_fk" FOREIGN KEY ("pinned_version_id") REFERENCES "public"."versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_version_id_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_builder_id_users_id_fk" FOREIGN KEY ("builder_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_version_id_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_previous_version_id_versions_id_fk" FOREIGN KEY ("previous_version_id") REFERENCES "public"."versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_actor_id_users_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_project_id_channel_channels_project_id_name_fk" FOREIGN KEY ("project_id","channel") REFERENCES "public"."channels"("project_id","name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "versions" ADD CONSTRAINT "versions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "versions" ADD CONSTRAINT "versions_integrity_bundles_integrity_fk" FOREIGN KEY ("integrity") REFERENCES "public"."bundles"("integrity") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "versions" ADD CONSTRAINT "versions_uploaded_by_users_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revenue_events" ADD CONSTRAINT "revenue_events_implementation_id_widget_implementations_id_fk" FOREIGN KEY ("implementation_id") REFERENCES "public"."widget_implementations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revenue_events" ADD CONSTRAINT "revenue_events_builder_id_users_id_fk" FOREIGN KEY ("builder_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revenue_events" ADD CONSTRAINT "revenue_events_end_user_id_users_id_fk" FOREIGN KEY ("end_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_purchases" ADD CONSTRAINT "template_purchases_buyer_id_users_id_fk" FOREIGN KEY ("buyer_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_purchases" ADD CONSTRAINT "template_purchases_template_project_id_projects_id_fk" FOREIGN KEY ("template_project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_purchases" ADD CONSTRAINT "template_purchases_seller_id_users_id_fk" FOREIGN KEY ("seller_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_parent_hash_refresh_tokens_hash_fk" FOREIGN KEY ("parent_hash") REFERENCES "public"."refresh_tokens"("hash") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_audit_actor" ON "audit_log" USING btree ("actor_id","at");--> statement-breakpoint
CREATE INDEX "idx_audit_resource" ON "audit_log" USING btree ("resource_type","resource_id","at");--> statement-breakpoint
CREATE INDEX "idx_widget_impl_end_user" ON "widget_implementations" USING btree ("end_user_id");--> statement-breakpoint
CREATE INDEX "idx_widget_impl_builder" ON "widget_implementations" USING btree ("builder_id");--> statement-breakpoint
CREATE INDEX "idx_widget_impl_project" ON "widget_implementations" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "idx_widget_impl_status" ON "widget_implementations" USING btree ("status");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_slug" ON "projects" USING btree ("builder_id","slug") WHERE "projects"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "idx_projects_builder" ON "projects" USING btree ("builder_id","status");--> statement-breakpoint
CREATE INDEX "idx_releases_channel" ON "releases" USING btree ("project_id","channel","sequence");--> statement-breakpoint
CREATE INDEX "idx_revenue_builder" ON "revenue_events" USING btree ("builder_id");--> statement-breakpoint
CREATE INDEX "idx_revenue_end_user" ON "revenue_events" USING btree ("end_user_id");--> statement-breakpoint
CREATE INDEX "idx_revenue_implementation" ON "revenue_events" USING btree ("implementation_id");--> statement-breakpoint
CREATE INDEX "idx_revenue_type" ON "revenue_events" USING btree ("event_type");--> statement-breakpoint
CREATE INDEX "idx_revenue_created" ON "revenue_events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "idx_template_purchase_buyer" ON "template_purchases" USING btree ("buyer_id");--> statement-breakpoint
CREATE INDEX "idx_template_purchase_seller" ON "template_purchases" USING btree ("seller_id");--> statement-breakpoint
CREATE INDEX "idx_template_purchase_project" ON "template_purchases" USING btree ("template_project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_tokens_one_live" ON "refresh_tokens" USING btree ("session_id") WHERE "refresh_tokens"."spent_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_tokens_one_child" ON "refresh_tokens" USING btree ("parent_hash") WHERE "refresh_tokens"."parent_hash" is not null;--> statement-breakpoint
CREATE INDEX "idx_sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_live" ON "users" USING btree (lower("email")) WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "idx_users_persona" ON "users" USING btree ("persona");--> statement-breakpoint
CREATE INDEX "idx_users_roles" ON "users" USING gin ("roles");--> statement-breakpoint
CREATE INDEX "idx_users_permissions" ON "users" USING gin ("permissions");