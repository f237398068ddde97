-- Modify "sessions" table
ALTER TABLE "sessions" ADD COLUMN "address" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "client" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "last_used_at" timestamptz NULL;
-- Sessions so far count as used when they began
UPDATE "sessions" SET "last_used_at" = "created_at";
-- Modify "sessions" table
ALTER TABLE "sessions" ALTER COLUMN "last_used_at" SET NOT NULL;
-- Modify "users" table
ALTER TABLE "users" ADD COLUMN "locale" character varying NULL COLLATE "C", ADD COLUMN "signed_in_at" timestamptz NULL;
-- Create "known_addresses" table
CREATE TABLE "known_addresses" ("id" character varying NOT NULL COLLATE "C", "last_used_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "knownaddress_last_used_at" to table: "known_addresses"
CREATE INDEX "knownaddress_last_used_at" ON "known_addresses" ("last_used_at");
-- Create "mails" table
CREATE TABLE "mails" ("id" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL COLLATE "C", "to" character varying NOT NULL COLLATE "C", "about" character varying NOT NULL DEFAULT '' COLLATE "C", "language" character varying NOT NULL COLLATE "C", "tries" bigint NOT NULL DEFAULT 0, "created_at" timestamptz NOT NULL, "next_try_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "mail_next_try_at" to table: "mails"
CREATE INDEX "mail_next_try_at" ON "mails" ("next_try_at");
-- Create "throttles" table
CREATE TABLE "throttles" ("id" character varying NOT NULL COLLATE "C", "tries" bigint NOT NULL, "since" timestamptz NOT NULL, "closed_until" timestamptz NULL, "forgotten_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "throttle_forgotten_at" to table: "throttles"
CREATE INDEX "throttle_forgotten_at" ON "throttles" ("forgotten_at");
-- Create "one_time_tokens" table
CREATE TABLE "one_time_tokens" ("id" character varying NOT NULL COLLATE "C", "purpose" character varying NOT NULL COLLATE "C", "email" character varying NOT NULL DEFAULT '' COLLATE "C", "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "user_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "one_time_tokens_users_one_time_tokens" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "onetimetoken_expires_at" to table: "one_time_tokens"
CREATE INDEX "onetimetoken_expires_at" ON "one_time_tokens" ("expires_at");
-- Create index "onetimetoken_user_id_purpose" to table: "one_time_tokens"
CREATE INDEX "onetimetoken_user_id_purpose" ON "one_time_tokens" ("user_id", "purpose");
-- Create "recovery_codes" table
CREATE TABLE "recovery_codes" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "user_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "recovery_codes_users_recovery_codes" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "recoverycode_user_id" to table: "recovery_codes"
CREATE INDEX "recoverycode_user_id" ON "recovery_codes" ("user_id");
-- Create "second_factors" table
CREATE TABLE "second_factors" ("id" character varying NOT NULL COLLATE "C", "secret" character varying NOT NULL COLLATE "C", "last_step" bigint NOT NULL DEFAULT 0, "created_at" timestamptz NOT NULL, "confirmed_at" timestamptz NULL, "user_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "second_factors_users_second_factor" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "second_factors_user_id_key" to table: "second_factors"
CREATE UNIQUE INDEX "second_factors_user_id_key" ON "second_factors" ("user_id");
