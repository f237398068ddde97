-- Modify "sessions" table
ALTER TABLE "sessions" DROP COLUMN "data";
