-- Add column "highest_version" to table: "mini_programs"
ALTER TABLE `mini_programs` ADD COLUMN `highest_version` integer NULL;
-- Create "tasks" table
CREATE TABLE `tasks` (`id` text NOT NULL, `workspace_id` text NOT NULL, `mini_program_id` text NOT NULL, `status` text NOT NULL DEFAULT ('QUEUED'), `progress` integer NOT NULL DEFAULT (0), `log` text NOT NULL DEFAULT ('[]'), `created_at` datetime NOT NULL, `started_at` datetime NULL, `finished_at` datetime NULL, `version_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `tasks_versions_task` FOREIGN KEY (`version_id`) REFERENCES `versions` (`id`) ON DELETE CASCADE);
-- Create index "tasks_version_id_key" to table: "tasks"
CREATE UNIQUE INDEX `tasks_version_id_key` ON `tasks` (`version_id`);
-- Create "versions" table
CREATE TABLE `versions` (`id` text NOT NULL, `number` text NOT NULL, `number_key` integer NOT NULL, `status` text NOT NULL DEFAULT ('CHECKING'), `notes` text NULL, `minimum_host_version` text NULL, `sha256` text NOT NULL, `size` integer NOT NULL, `unpacked_size` integer NULL, `file_count` integer NULL, `entry_page` text NULL, `app_json` text NULL, `contents` text NULL, `details_size` integer NOT NULL DEFAULT (0), `files_name` text NULL, `created_at` datetime NOT NULL, `mini_program_id` text NOT NULL, `uploaded_by_id` text NOT NULL, `workspace_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `versions_mini_programs_versions` FOREIGN KEY (`mini_program_id`) REFERENCES `mini_programs` (`id`) ON DELETE RESTRICT, CONSTRAINT `versions_users_versions` FOREIGN KEY (`uploaded_by_id`) REFERENCES `users` (`id`) ON DELETE RESTRICT, CONSTRAINT `versions_workspaces_versions` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE RESTRICT);
-- Create index "version_mini_program_id_number_key" to table: "versions"
CREATE UNIQUE INDEX `version_mini_program_id_number_key` ON `versions` (`mini_program_id`, `number_key`);
-- Create index "version_mini_program_id_status_number_key" to table: "versions"
CREATE INDEX `version_mini_program_id_status_number_key` ON `versions` (`mini_program_id`, `status`, `number_key`);
-- Create index "version_sha256" to table: "versions"
CREATE INDEX `version_sha256` ON `versions` (`sha256`);
-- Create index "version_files_name" to table: "versions"
CREATE INDEX `version_files_name` ON `versions` (`files_name`);
