-- Modify "mini_programs" table
ALTER TABLE "mini_programs" ADD COLUMN "highest_version" bigint NULL;
-- Create "versions" table
CREATE TABLE "versions" ("id" character varying NOT NULL COLLATE "C", "number" character varying NOT NULL COLLATE "C", "number_key" bigint NOT NULL, "status" character varying NOT NULL DEFAULT 'CHECKING' COLLATE "C", "notes" character varying NULL COLLATE "C", "minimum_host_version" character varying NULL COLLATE "C", "sha256" character varying NOT NULL COLLATE "C", "size" bigint NOT NULL, "unpacked_size" bigint NULL, "file_count" bigint NULL, "entry_page" character varying NULL COLLATE "C", "app_json" text NULL COLLATE "C", "contents" text NULL COLLATE "C", "details_size" bigint NOT NULL DEFAULT 0, "files_name" character varying NULL COLLATE "C", "created_at" timestamptz NOT NULL, "mini_program_id" character varying NOT NULL COLLATE "C", "uploaded_by_id" character varying NOT NULL COLLATE "C", "workspace_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "versions_mini_programs_versions" FOREIGN KEY ("mini_program_id") REFERENCES "mini_programs" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "versions_users_versions" FOREIGN KEY ("uploaded_by_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "versions_workspaces_versions" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- Create index "version_files_name" to table: "versions"
CREATE INDEX "version_files_name" ON "versions" ("files_name");
-- Create index "version_mini_program_id_number_key" to table: "versions"
CREATE UNIQUE INDEX "version_mini_program_id_number_key" ON "versions" ("mini_program_id", "number_key");
-- Create index "version_mini_program_id_status_number_key" to table: "versions"
CREATE INDEX "version_mini_program_id_status_number_key" ON "versions" ("mini_program_id", "status", "number_key");
-- Create index "version_sha256" to table: "versions"
CREATE INDEX "version_sha256" ON "versions" ("sha256");
-- Create "tasks" table
CREATE TABLE "tasks" ("id" character varying NOT NULL COLLATE "C", "workspace_id" character varying NOT NULL COLLATE "C", "mini_program_id" character varying NOT NULL COLLATE "C", "status" character varying NOT NULL DEFAULT 'QUEUED' COLLATE "C", "progress" bigint NOT NULL DEFAULT 0, "log" text NOT NULL DEFAULT '[]' COLLATE "C", "created_at" timestamptz NOT NULL, "started_at" timestamptz NULL, "finished_at" timestamptz NULL, "version_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "tasks_versions_task" FOREIGN KEY ("version_id") REFERENCES "versions" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "tasks_version_id_key" to table: "tasks"
CREATE UNIQUE INDEX "tasks_version_id_key" ON "tasks" ("version_id");
