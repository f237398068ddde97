-- Create "users" table
CREATE TABLE "users" ("id" character varying NOT NULL COLLATE "C", "email" character varying NOT NULL COLLATE "C", "display_name" character varying NOT NULL COLLATE "C", "password_hash" character varying NOT NULL COLLATE "C", "staff_role" character varying NULL COLLATE "C", "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "users_email_key" to table: "users"
CREATE UNIQUE INDEX "users_email_key" ON "users" ("email");
-- Create "workspaces" table
CREATE TABLE "workspaces" ("id" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create "members" table
CREATE TABLE "members" ("id" character varying NOT NULL COLLATE "C", "role" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "user_id" character varying NOT NULL COLLATE "C", "workspace_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "members_users_memberships" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "members_workspaces_members" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "member_one_owner" to table: "members"
CREATE UNIQUE INDEX "member_one_owner" ON "members" ("workspace_id") WHERE ((role)::text = 'OWNER'::text);
-- Create index "member_user_id_id" to table: "members"
CREATE INDEX "member_user_id_id" ON "members" ("user_id", "id");
-- Create index "member_user_id_workspace_id" to table: "members"
CREATE UNIQUE INDEX "member_user_id_workspace_id" ON "members" ("user_id", "workspace_id");
-- Create index "member_workspace_id_id" to table: "members"
CREATE INDEX "member_workspace_id_id" ON "members" ("workspace_id", "id");
-- Create "mini_programs" table
CREATE TABLE "mini_programs" ("id" character varying NOT NULL COLLATE "C", "app_id" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "name_key" character varying NOT NULL COLLATE "C", "tagline" character varying NOT NULL COLLATE "C", "description" character varying NOT NULL COLLATE "C", "language" character varying NOT NULL COLLATE "C", "status" character varying NOT NULL DEFAULT 'CREATED' COLLATE "C", "industry_code" character varying NOT NULL COLLATE "C", "service_phone" character varying NOT NULL COLLATE "C", "service_email" character varying NOT NULL COLLATE "C", "logo_name" character varying NOT NULL COLLATE "C", "logo_width" bigint NOT NULL, "logo_height" bigint NOT NULL, "logo_content_type" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "created_by_id" character varying NOT NULL COLLATE "C", "workspace_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "mini_programs_users_mini_programs" FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "mini_programs_workspaces_mini_programs" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- Create index "mini_programs_app_id_key" to table: "mini_programs"
CREATE UNIQUE INDEX "mini_programs_app_id_key" ON "mini_programs" ("app_id");
-- Create index "miniprogram_created_by_id" to table: "mini_programs"
CREATE INDEX "miniprogram_created_by_id" ON "mini_programs" ("created_by_id");
-- Create index "miniprogram_workspace_id_created_at_id" to table: "mini_programs"
CREATE INDEX "miniprogram_workspace_id_created_at_id" ON "mini_programs" ("workspace_id", "created_at", "id");
-- Create index "miniprogram_workspace_id_name_key" to table: "mini_programs"
CREATE UNIQUE INDEX "miniprogram_workspace_id_name_key" ON "mini_programs" ("workspace_id", "name_key");
-- Create index "miniprogram_workspace_id_updated_at_id" to table: "mini_programs"
CREATE INDEX "miniprogram_workspace_id_updated_at_id" ON "mini_programs" ("workspace_id", "updated_at", "id");
-- Create "assignments" table
CREATE TABLE "assignments" ("created_at" timestamptz NOT NULL, "member_id" character varying NOT NULL COLLATE "C", "mini_program_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("member_id", "mini_program_id"), CONSTRAINT "assignments_members_member" FOREIGN KEY ("member_id") REFERENCES "members" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "assignments_mini_programs_mini_program" FOREIGN KEY ("mini_program_id") REFERENCES "mini_programs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "assignment_mini_program_id" to table: "assignments"
CREATE INDEX "assignment_mini_program_id" ON "assignments" ("mini_program_id");
-- Create "idempotency_keys" table
CREATE TABLE "idempotency_keys" ("id" character varying NOT NULL COLLATE "C", "mutation" character varying NOT NULL COLLATE "C", "key" character varying NOT NULL COLLATE "C", "fingerprint" bytea NOT NULL, "result_id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "user_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "idempotency_keys_users_idempotency_keys" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "idempotencykey_user_id_created_at" to table: "idempotency_keys"
CREATE INDEX "idempotencykey_user_id_created_at" ON "idempotency_keys" ("user_id", "created_at");
-- Create index "idempotencykey_user_id_mutation_key" to table: "idempotency_keys"
CREATE UNIQUE INDEX "idempotencykey_user_id_mutation_key" ON "idempotency_keys" ("user_id", "mutation", "key");
-- Create "quota_uses" table
CREATE TABLE "quota_uses" ("id" character varying NOT NULL COLLATE "C", "launch_target_code" character varying NOT NULL COLLATE "C", "used" bigint NOT NULL DEFAULT 0, "workspace_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "quota_uses_workspaces_quota_uses" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "quotause_workspace_id_launch_target_code" to table: "quota_uses"
CREATE UNIQUE INDEX "quotause_workspace_id_launch_target_code" ON "quota_uses" ("workspace_id", "launch_target_code");
-- Create "sessions" table
CREATE TABLE "sessions" ("id" character varying NOT NULL COLLATE "C", "data" bytea NOT NULL, "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "user_id" character varying NOT NULL COLLATE "C", "workspace_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "sessions_users_sessions" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "sessions_workspaces_sessions" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- Create index "session_expires_at" to table: "sessions"
CREATE INDEX "session_expires_at" ON "sessions" ("expires_at");
-- Create index "session_user_id" to table: "sessions"
CREATE INDEX "session_user_id" ON "sessions" ("user_id");
-- Create index "session_workspace_id" to table: "sessions"
CREATE INDEX "session_workspace_id" ON "sessions" ("workspace_id");
-- Create "targetings" table
CREATE TABLE "targetings" ("id" character varying NOT NULL COLLATE "C", "launch_target_code" character varying NOT NULL COLLATE "C", "mini_program_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "targetings_mini_programs_targetings" FOREIGN KEY ("mini_program_id") REFERENCES "mini_programs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "targeting_mini_program_id_launch_target_code" to table: "targetings"
CREATE UNIQUE INDEX "targeting_mini_program_id_launch_target_code" ON "targetings" ("mini_program_id", "launch_target_code");
