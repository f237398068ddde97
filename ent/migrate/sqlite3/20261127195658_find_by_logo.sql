-- Create index "miniprogram_logo_name" to table: "mini_programs"
CREATE INDEX `miniprogram_logo_name` ON `mini_programs` (`logo_name`);
