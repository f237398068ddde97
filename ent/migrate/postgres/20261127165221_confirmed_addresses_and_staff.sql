-- Modify "users" table
ALTER TABLE "users" ADD COLUMN "email_confirmed_at" timestamptz NULL, ADD COLUMN "staff_added_at" timestamptz NULL, ADD COLUMN "staff_added_by" character varying NULL COLLATE "C";
-- Create index "user_staff" to table: "users"
CREATE INDEX "user_staff" ON "users" ("id") WHERE (staff_role IS NOT NULL);
-- Accounts from before count as confirmed, and their tokens for another address are asked for again
UPDATE "users" SET "email_confirmed_at" = "created_at";
UPDATE "users" SET "staff_added_at" = "created_at" WHERE "staff_role" IS NOT NULL;
DELETE FROM "one_time_tokens" WHERE "purpose" = 'EMAIL_CHANGE';
