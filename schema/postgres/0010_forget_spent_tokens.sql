ALTER TABLE "refresh_tokens" DROP CONSTRAINT "refresh_tokens_parent_hash_refresh_tokens_hash_fk";
--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_parent_hash_refresh_tokens_hash_fk" FOREIGN KEY ("parent_hash") REFERENCES "public"."refresh_tokens"("hash") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_refresh_tokens_session" ON "refresh_tokens" USING btree ("session_id");