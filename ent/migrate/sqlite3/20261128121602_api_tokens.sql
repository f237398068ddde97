-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_idempotency_keys" table
CREATE TABLE `new_idempotency_keys` (`id` text NOT NULL, `api_token_id` text NOT NULL DEFAULT (''), `mutation` text NOT NULL, `key` text NOT NULL, `fingerprint` blob NOT NULL, `result_id` text NOT NULL, `created_at` datetime NOT NULL, `user_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `idempotency_keys_users_idempotency_keys` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
-- Copy rows from old table "idempotency_keys" to new temporary table "new_idempotency_keys"
INSERT INTO `new_idempotency_keys` (`id`, `mutation`, `key`, `fingerprint`, `result_id`, `created_at`, `user_id`) SELECT `id`, `mutation`, `key`, `fingerprint`, `result_id`, `created_at`, `user_id` FROM `idempotency_keys`;
-- Drop "idempotency_keys" table after copying rows
DROP TABLE `idempotency_keys`;
-- Rename temporary table "new_idempotency_keys" to "idempotency_keys"
ALTER TABLE `new_idempotency_keys` RENAME TO `idempotency_keys`;
-- Create index "idempotencykey_user_id_api_token_id_mutation_key" to table: "idempotency_keys"
CREATE UNIQUE INDEX `idempotencykey_user_id_api_token_id_mutation_key` ON `idempotency_keys` (`user_id`, `api_token_id`, `mutation`, `key`);
-- Create index "idempotencykey_user_id_created_at" to table: "idempotency_keys"
CREATE INDEX `idempotencykey_user_id_created_at` ON `idempotency_keys` (`user_id`, `created_at`);
-- Add column "api_token_id" to table: "audit_events"
ALTER TABLE `audit_events` ADD COLUMN `api_token_id` text NULL;
-- Add column "uploaded_with_id" to table: "versions"
ALTER TABLE `versions` ADD COLUMN `uploaded_with_id` text NULL;
-- Create "api_tokens" table
CREATE TABLE `api_tokens` (`id` text NOT NULL, `name` text NOT NULL, `scopes` text NOT NULL, `is_limited` bool NOT NULL, `secret_hash` text NOT NULL, `last_four` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `last_used_at` datetime NULL, `last_used_from` text NOT NULL DEFAULT (''), `revoked_at` datetime NULL, `created_by_id` text NOT NULL, `workspace_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `api_tokens_users_api_tokens` FOREIGN KEY (`created_by_id`) REFERENCES `users` (`id`) ON DELETE RESTRICT, CONSTRAINT `api_tokens_workspaces_api_tokens` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE RESTRICT);
-- Create index "api_tokens_secret_hash_key" to table: "api_tokens"
CREATE UNIQUE INDEX `api_tokens_secret_hash_key` ON `api_tokens` (`secret_hash`);
-- Create index "apitoken_workspace_id_id" to table: "api_tokens"
CREATE INDEX `apitoken_workspace_id_id` ON `api_tokens` (`workspace_id`, `id`);
-- Create index "apitoken_not_revoked" to table: "api_tokens"
CREATE INDEX `apitoken_not_revoked` ON `api_tokens` (`workspace_id`, `expires_at`) WHERE revoked_at IS NULL;
-- Create index "apitoken_created_by_id" to table: "api_tokens"
CREATE INDEX `apitoken_created_by_id` ON `api_tokens` (`created_by_id`);
-- Create "api_token_mini_programs" table
CREATE TABLE `api_token_mini_programs` (`api_token_id` text NOT NULL, `mini_program_id` text NOT NULL, PRIMARY KEY (`api_token_id`, `mini_program_id`), CONSTRAINT `api_token_mini_programs_api_token_id` FOREIGN KEY (`api_token_id`) REFERENCES `api_tokens` (`id`) ON DELETE CASCADE, CONSTRAINT `api_token_mini_programs_mini_program_id` FOREIGN KEY (`mini_program_id`) REFERENCES `mini_programs` (`id`) ON DELETE CASCADE);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
