ALTER TABLE "analyses" DROP COLUMN "runs";--> statement-breakpoint
ALTER TABLE "analyses" DROP COLUMN "failures";