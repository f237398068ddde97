-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_members" table
CREATE TABLE `new_members` (`id` text NOT NULL, `role` text NOT NULL, `status` text NOT NULL DEFAULT ('ACTIVE'), `created_at` datetime NOT NULL, `joined_at` datetime NOT NULL, `last_active_at` datetime NULL, `user_id` text NOT NULL, `invited_by_id` text NULL, `workspace_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `members_users_memberships` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE RESTRICT, CONSTRAINT `members_users_invited_members` FOREIGN KEY (`invited_by_id`) REFERENCES `users` (`id`) ON DELETE SET NULL, CONSTRAINT `members_workspaces_members` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE CASCADE);
-- Copy rows from old table "members" to new temporary table "new_members"
INSERT INTO `new_members` (`id`, `role`, `created_at`, `joined_at`, `user_id`, `workspace_id`) SELECT `id`, `role`, `created_at`, `created_at`, `user_id`, `workspace_id` FROM `members`;
-- Drop "members" table after copying rows
DROP TABLE `members`;
-- Rename temporary table "new_members" to "members"
ALTER TABLE `new_members` RENAME TO `members`;
-- Create index "member_user_id_workspace_id" to table: "members"
CREATE UNIQUE INDEX `member_user_id_workspace_id` ON `members` (`user_id`, `workspace_id`);
-- Create index "member_user_id_id" to table: "members"
CREATE INDEX `member_user_id_id` ON `members` (`user_id`, `id`);
-- Create index "member_workspace_id_id" to table: "members"
CREATE INDEX `member_workspace_id_id` ON `members` (`workspace_id`, `id`);
-- Create index "member_invited_by_id" to table: "members"
CREATE INDEX `member_invited_by_id` ON `members` (`invited_by_id`);
-- Create index "member_one_owner" to table: "members"
CREATE UNIQUE INDEX `member_one_owner` ON `members` (`workspace_id`) WHERE role = 'OWNER';
-- Add column "deleted_at" to table: "workspaces"
ALTER TABLE `workspaces` ADD COLUMN `deleted_at` datetime NULL;
-- Create "audit_events" table
CREATE TABLE `audit_events` (`id` text NOT NULL, `operation` text NOT NULL, `subject_id` text NOT NULL DEFAULT (''), `changes` text NOT NULL DEFAULT ('[]'), `address` text NOT NULL DEFAULT (''), `request_id` text NOT NULL DEFAULT (''), `created_at` datetime NOT NULL, `actor_id` text NULL, `workspace_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `audit_events_users_audit_events` FOREIGN KEY (`actor_id`) REFERENCES `users` (`id`) ON DELETE RESTRICT, CONSTRAINT `audit_events_workspaces_audit_events` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE RESTRICT);
-- Create index "auditevent_workspace_id_id" to table: "audit_events"
CREATE INDEX `auditevent_workspace_id_id` ON `audit_events` (`workspace_id`, `id`);
-- Create index "auditevent_workspace_id_actor_id_id" to table: "audit_events"
CREATE INDEX `auditevent_workspace_id_actor_id_id` ON `audit_events` (`workspace_id`, `actor_id`, `id`);
-- Create index "auditevent_workspace_id_operation_id" to table: "audit_events"
CREATE INDEX `auditevent_workspace_id_operation_id` ON `audit_events` (`workspace_id`, `operation`, `id`);
-- Create index "auditevent_workspace_id_subject_id_id" to table: "audit_events"
CREATE INDEX `auditevent_workspace_id_subject_id_id` ON `audit_events` (`workspace_id`, `subject_id`, `id`);
-- Create index "auditevent_actor_id" to table: "audit_events"
CREATE INDEX `auditevent_actor_id` ON `audit_events` (`actor_id`);
-- Create "invitations" table
CREATE TABLE `invitations` (`id` text NOT NULL, `email` text NOT NULL, `name` text NOT NULL, `role` text NOT NULL, `status` text NOT NULL DEFAULT ('INVITED'), `token_hash` text NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `invited_by_id` text NOT NULL, `workspace_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `invitations_users_invitations` FOREIGN KEY (`invited_by_id`) REFERENCES `users` (`id`) ON DELETE RESTRICT, CONSTRAINT `invitations_workspaces_invitations` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE CASCADE);
-- Create index "invitations_token_hash_key" to table: "invitations"
CREATE UNIQUE INDEX `invitations_token_hash_key` ON `invitations` (`token_hash`);
-- Create index "invitation_workspace_id_id" to table: "invitations"
CREATE INDEX `invitation_workspace_id_id` ON `invitations` (`workspace_id`, `id`);
-- Create index "invitation_one_open" to table: "invitations"
CREATE UNIQUE INDEX `invitation_one_open` ON `invitations` (`workspace_id`, `email`) WHERE status = 'INVITED';
-- Create index "invitation_invited_by_id" to table: "invitations"
CREATE INDEX `invitation_invited_by_id` ON `invitations` (`invited_by_id`);
-- Create "invitation_mini_programs" table
CREATE TABLE `invitation_mini_programs` (`invitation_id` text NOT NULL, `mini_program_id` text NOT NULL, PRIMARY KEY (`invitation_id`, `mini_program_id`), CONSTRAINT `invitation_mini_programs_invitation_id` FOREIGN KEY (`invitation_id`) REFERENCES `invitations` (`id`) ON DELETE CASCADE, CONSTRAINT `invitation_mini_programs_mini_program_id` FOREIGN KEY (`mini_program_id`) REFERENCES `mini_programs` (`id`) ON DELETE CASCADE);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
