-- Create "jobs" table
CREATE TABLE "jobs" ("id" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL COLLATE "C", "about" character varying NOT NULL DEFAULT '' COLLATE "C", "due_at" timestamptz NOT NULL, "tries" bigint NOT NULL DEFAULT 0, "last_error" character varying NOT NULL DEFAULT '' COLLATE "C", "owner" character varying NOT NULL DEFAULT '' COLLATE "C", "leased_until" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "job_kind_due_at_id" to table: "jobs"
CREATE INDEX "job_kind_due_at_id" ON "jobs" ("kind", "due_at", "id");
-- Each mail that waits gets the job that sends it
INSERT INTO "jobs" ("id", "kind", "about", "due_at", "tries", "created_at") SELECT 'job_' || substr("id", 5), 'mail', "id", "next_try_at", "tries", "created_at" FROM "mails";
-- Modify "mails" table
ALTER TABLE "mails" DROP COLUMN "tries", DROP COLUMN "next_try_at";
