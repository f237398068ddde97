-- Modify "audit_events" table
ALTER TABLE "audit_events" ADD COLUMN "api_token_id" character varying NULL COLLATE "C";
-- Drop index "idempotencykey_user_id_mutation_key" from table: "idempotency_keys"
DROP INDEX "idempotencykey_user_id_mutation_key";
-- Modify "idempotency_keys" table
ALTER TABLE "idempotency_keys" ADD COLUMN "api_token_id" character varying NOT NULL DEFAULT '' COLLATE "C";
-- Create index "idempotencykey_user_id_api_token_id_mutation_key" to table: "idempotency_keys"
CREATE UNIQUE INDEX "idempotencykey_user_id_api_token_id_mutation_key" ON "idempotency_keys" ("user_id", "api_token_id", "mutation", "key");
-- Modify "versions" table
ALTER TABLE "versions" ADD COLUMN "uploaded_with_id" character varying NULL COLLATE "C";
-- Create "api_tokens" table
CREATE TABLE "api_tokens" ("id" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "scopes" character varying NOT NULL COLLATE "C", "is_limited" boolean NOT NULL, "secret_hash" character varying NOT NULL COLLATE "C", "last_four" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "last_used_at" timestamptz NULL, "last_used_from" character varying NOT NULL DEFAULT '' COLLATE "C", "revoked_at" timestamptz NULL, "created_by_id" character varying NOT NULL COLLATE "C", "workspace_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "api_tokens_users_api_tokens" FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "api_tokens_workspaces_api_tokens" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- Create index "api_tokens_secret_hash_key" to table: "api_tokens"
CREATE UNIQUE INDEX "api_tokens_secret_hash_key" ON "api_tokens" ("secret_hash");
-- Create index "apitoken_created_by_id" to table: "api_tokens"
CREATE INDEX "apitoken_created_by_id" ON "api_tokens" ("created_by_id");
-- Create index "apitoken_not_revoked" to table: "api_tokens"
CREATE INDEX "apitoken_not_revoked" ON "api_tokens" ("workspace_id", "expires_at") WHERE (revoked_at IS NULL);
-- Create index "apitoken_workspace_id_id" to table: "api_tokens"
CREATE INDEX "apitoken_workspace_id_id" ON "api_tokens" ("workspace_id", "id");
-- Create "api_token_mini_programs" table
CREATE TABLE "api_token_mini_programs" ("api_token_id" character varying NOT NULL COLLATE "C", "mini_program_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("api_token_id", "mini_program_id"), CONSTRAINT "api_token_mini_programs_api_token_id" FOREIGN KEY ("api_token_id") REFERENCES "api_tokens" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "api_token_mini_programs_mini_program_id" FOREIGN KEY ("mini_program_id") REFERENCES "mini_programs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
