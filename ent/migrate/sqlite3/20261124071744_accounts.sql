-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_sessions" table
CREATE TABLE `new_sessions` (`id` text NOT NULL, `data` blob NOT NULL, `address` text NOT NULL DEFAULT (''), `client` text NOT NULL DEFAULT (''), `created_at` datetime NOT NULL, `last_used_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `user_id` text NOT NULL, `workspace_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_users_sessions` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE, CONSTRAINT `sessions_workspaces_sessions` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "sessions" to new temporary table "new_sessions"
INSERT INTO `new_sessions` (`id`, `data`, `created_at`, `last_used_at`, `expires_at`, `user_id`, `workspace_id`) SELECT `id`, `data`, `created_at`, `created_at`, `expires_at`, `user_id`, `workspace_id` FROM `sessions`;
-- Drop "sessions" table after copying rows
DROP TABLE `sessions`;
-- Rename temporary table "new_sessions" to "sessions"
ALTER TABLE `new_sessions` RENAME TO `sessions`;
-- Create index "session_expires_at" to table: "sessions"
CREATE INDEX `session_expires_at` ON `sessions` (`expires_at`);
-- Create index "session_user_id" to table: "sessions"
CREATE INDEX `session_user_id` ON `sessions` (`user_id`);
-- Create index "session_workspace_id" to table: "sessions"
CREATE INDEX `session_workspace_id` ON `sessions` (`workspace_id`);
-- Add column "locale" to table: "users"
ALTER TABLE `users` ADD COLUMN `locale` text NULL;
-- Add column "signed_in_at" to table: "users"
ALTER TABLE `users` ADD COLUMN `signed_in_at` datetime NULL;
-- Create "known_addresses" table
CREATE TABLE `known_addresses` (`id` text NOT NULL, `last_used_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "knownaddress_last_used_at" to table: "known_addresses"
CREATE INDEX `knownaddress_last_used_at` ON `known_addresses` (`last_used_at`);
-- Create "mails" table
CREATE TABLE `mails` (`id` text NOT NULL, `kind` text NOT NULL, `to` text NOT NULL, `about` text NOT NULL DEFAULT (''), `language` text NOT NULL, `tries` integer NOT NULL DEFAULT (0), `created_at` datetime NOT NULL, `next_try_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "mail_next_try_at" to table: "mails"
CREATE INDEX `mail_next_try_at` ON `mails` (`next_try_at`);
-- Create "one_time_tokens" table
CREATE TABLE `one_time_tokens` (`id` text NOT NULL, `purpose` text NOT NULL, `email` text NOT NULL DEFAULT (''), `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `user_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `one_time_tokens_users_one_time_tokens` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
-- Create index "onetimetoken_user_id_purpose" to table: "one_time_tokens"
CREATE INDEX `onetimetoken_user_id_purpose` ON `one_time_tokens` (`user_id`, `purpose`);
-- Create index "onetimetoken_expires_at" to table: "one_time_tokens"
CREATE INDEX `onetimetoken_expires_at` ON `one_time_tokens` (`expires_at`);
-- Create "recovery_codes" table
CREATE TABLE `recovery_codes` (`id` text NOT NULL, `created_at` datetime NOT NULL, `user_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `recovery_codes_users_recovery_codes` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
-- Create index "recoverycode_user_id" to table: "recovery_codes"
CREATE INDEX `recoverycode_user_id` ON `recovery_codes` (`user_id`);
-- Create "second_factors" table
CREATE TABLE `second_factors` (`id` text NOT NULL, `secret` text NOT NULL, `last_step` integer NOT NULL DEFAULT (0), `created_at` datetime NOT NULL, `confirmed_at` datetime NULL, `user_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `second_factors_users_second_factor` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
-- Create index "second_factors_user_id_key" to table: "second_factors"
CREATE UNIQUE INDEX `second_factors_user_id_key` ON `second_factors` (`user_id`);
-- Create "throttles" table
CREATE TABLE `throttles` (`id` text NOT NULL, `tries` integer NOT NULL, `since` datetime NOT NULL, `closed_until` datetime NULL, `forgotten_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "throttle_forgotten_at" to table: "throttles"
CREATE INDEX `throttle_forgotten_at` ON `throttles` (`forgotten_at`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
