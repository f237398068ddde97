-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "jobs" table
CREATE TABLE `jobs` (`id` text NOT NULL, `kind` text NOT NULL, `about` text NOT NULL DEFAULT (''), `due_at` datetime NOT NULL, `tries` integer NOT NULL DEFAULT (0), `last_error` text NOT NULL DEFAULT (''), `owner` text NOT NULL DEFAULT (''), `leased_until` datetime NULL, `created_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "job_kind_due_at_id" to table: "jobs"
CREATE INDEX `job_kind_due_at_id` ON `jobs` (`kind`, `due_at`, `id`);
-- Each mail that waits gets the job that sends it
INSERT INTO `jobs` (`id`, `kind`, `about`, `due_at`, `tries`, `created_at`) SELECT 'job_' || substr(`id`, 5), 'mail', `id`, `next_try_at`, `tries`, `created_at` FROM `mails`;
-- Create "new_mails" table
CREATE TABLE `new_mails` (`id` text NOT NULL, `kind` text NOT NULL, `to` text NOT NULL, `about` text NOT NULL DEFAULT (''), `language` text NOT NULL, `created_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Copy rows from old table "mails" to new temporary table "new_mails"
INSERT INTO `new_mails` (`id`, `kind`, `to`, `about`, `language`, `created_at`) SELECT `id`, `kind`, `to`, `about`, `language`, `created_at` FROM `mails`;
-- Drop "mails" table after copying rows
DROP TABLE `mails`;
-- Rename temporary table "new_mails" to "mails"
ALTER TABLE `new_mails` RENAME TO `mails`;
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
