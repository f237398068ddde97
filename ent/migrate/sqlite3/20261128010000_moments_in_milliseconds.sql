-- Moments are kept in milliseconds now, and cursors hold them so.
UPDATE `mini_programs` SET `created_at` = rtrim(rtrim(substr(`created_at`, 1, 23), '0'), '.') || '+00:00' WHERE length(`created_at`) > 29;
UPDATE `mini_programs` SET `updated_at` = rtrim(rtrim(substr(`updated_at`, 1, 23), '0'), '.') || '+00:00' WHERE length(`updated_at`) > 29;
