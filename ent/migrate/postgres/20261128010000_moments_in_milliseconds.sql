-- Moments are kept in milliseconds now, and cursors hold them so.
UPDATE "mini_programs" SET "created_at" = date_trunc('milliseconds', "created_at"), "updated_at" = date_trunc('milliseconds', "updated_at")
WHERE "created_at" <> date_trunc('milliseconds', "created_at") OR "updated_at" <> date_trunc('milliseconds', "updated_at");
