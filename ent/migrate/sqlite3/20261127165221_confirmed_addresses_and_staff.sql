-- Add column "email_confirmed_at" to table: "users"
ALTER TABLE `users` ADD COLUMN `email_confirmed_at` datetime NULL;
-- Add column "staff_added_at" to table: "users"
ALTER TABLE `users` ADD COLUMN `staff_added_at` datetime NULL;
-- Add column "staff_added_by" to table: "users"
ALTER TABLE `users` ADD COLUMN `staff_added_by` text NULL;
-- Create index "user_staff" to table: "users"
CREATE INDEX `user_staff` ON `users` (`id`) WHERE staff_role IS NOT NULL;
-- Accounts from before count as confirmed, and their tokens for another address are asked for again
UPDATE `users` SET `email_confirmed_at` = `created_at`;
UPDATE `users` SET `staff_added_at` = `created_at` WHERE `staff_role` IS NOT NULL;
DELETE FROM `one_time_tokens` WHERE `purpose` = 'EMAIL_CHANGE';
