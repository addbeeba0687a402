DROP INDEX "idx_audit_actor";--> statement-breakpoint
DROP INDEX "idx_audit_resource";--> statement-breakpoint
DROP INDEX "idx_audit_action";--> statement-breakpoint
DROP INDEX "idx_widget_impl_end_user";--> statement-breakpoint
DROP INDEX "idx_widget_impl_builder";--> statement-breakpoint
DROP INDEX "idx_revenue_builder";--> statement-breakpoint
DROP INDEX "idx_revenue_end_user";--> statement-breakpoint
CREATE INDEX "idx_audit_at" ON "audit_log" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "idx_audit_request" ON "audit_log" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "idx_widget_impl_created" ON "widget_implementations" USING btree ("created_at","id") WHERE "widget_implementations"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "idx_widget_impl_name" ON "widget_implementations" USING btree (lower("name"),"id") WHERE "widget_implementations"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "idx_widget_impl_customer" ON "widget_implementations" USING btree ("builder_id","end_user_id") WHERE "widget_implementations"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "idx_releases_version" ON "releases" USING btree ("version_id");--> statement-breakpoint
CREATE INDEX "idx_users_email" ON "users" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "idx_users_created" ON "users" USING btree ("created_at","id") WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "idx_users_name" ON "users" USING btree (lower("name"),"id") WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "idx_audit_actor" ON "audit_log" USING btree ("actor_id","at","id");--> statement-breakpoint
CREATE INDEX "idx_audit_resource" ON "audit_log" USING btree ("resource_type","resource_id","at","id");--> statement-breakpoint
CREATE INDEX "idx_audit_action" ON "audit_log" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "idx_widget_impl_end_user" ON "widget_implementations" USING btree ("end_user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "idx_widget_impl_builder" ON "widget_implementations" USING btree ("builder_id","created_at","id");--> statement-breakpoint
CREATE INDEX "idx_revenue_builder" ON "revenue_events" USING btree ("builder_id","created_at","id","end_user_id","currency","amount","event_type");--> statement-breakpoint
CREATE INDEX "idx_revenue_end_user" ON "revenue_events" USING btree ("end_user_id","created_at","id","builder_id","currency","amount","event_type");