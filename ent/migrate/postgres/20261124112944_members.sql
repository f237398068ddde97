-- Modify "workspaces" table
ALTER TABLE "workspaces" ADD COLUMN "deleted_at" timestamptz NULL;
-- Create "audit_events" table
CREATE TABLE "audit_events" ("id" character varying NOT NULL COLLATE "C", "operation" character varying NOT NULL COLLATE "C", "subject_id" character varying NOT NULL DEFAULT '' COLLATE "C", "changes" text NOT NULL DEFAULT '[]' COLLATE "C", "address" character varying NOT NULL DEFAULT '' COLLATE "C", "request_id" character varying NOT NULL DEFAULT '' COLLATE "C", "created_at" timestamptz NOT NULL, "actor_id" character varying NULL COLLATE "C", "workspace_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "audit_events_users_audit_events" FOREIGN KEY ("actor_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "audit_events_workspaces_audit_events" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- Create index "auditevent_actor_id" to table: "audit_events"
CREATE INDEX "auditevent_actor_id" ON "audit_events" ("actor_id");
-- Create index "auditevent_workspace_id_actor_id_id" to table: "audit_events"
CREATE INDEX "auditevent_workspace_id_actor_id_id" ON "audit_events" ("workspace_id", "actor_id", "id");
-- Create index "auditevent_workspace_id_id" to table: "audit_events"
CREATE INDEX "auditevent_workspace_id_id" ON "audit_events" ("workspace_id", "id");
-- Create index "auditevent_workspace_id_operation_id" to table: "audit_events"
CREATE INDEX "auditevent_workspace_id_operation_id" ON "audit_events" ("workspace_id", "operation", "id");
-- Create index "auditevent_workspace_id_subject_id_id" to table: "audit_events"
CREATE INDEX "auditevent_workspace_id_subject_id_id" ON "audit_events" ("workspace_id", "subject_id", "id");
-- Create "invitations" table
CREATE TABLE "invitations" ("id" character varying NOT NULL COLLATE "C", "email" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "role" character varying NOT NULL COLLATE "C", "status" character varying NOT NULL DEFAULT 'INVITED' COLLATE "C", "token_hash" character varying NULL COLLATE "C", "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "invited_by_id" character varying NOT NULL COLLATE "C", "workspace_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "invitations_users_invitations" FOREIGN KEY ("invited_by_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "invitations_workspaces_invitations" FOREIGN KEY ("workspace_id") REFERENCES "workspaces" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "invitation_invited_by_id" to table: "invitations"
CREATE INDEX "invitation_invited_by_id" ON "invitations" ("invited_by_id");
-- Create index "invitation_one_open" to table: "invitations"
CREATE UNIQUE INDEX "invitation_one_open" ON "invitations" ("workspace_id", "email") WHERE ((status)::text = 'INVITED'::text);
-- Create index "invitation_workspace_id_id" to table: "invitations"
CREATE INDEX "invitation_workspace_id_id" ON "invitations" ("workspace_id", "id");
-- Create index "invitations_token_hash_key" to table: "invitations"
CREATE UNIQUE INDEX "invitations_token_hash_key" ON "invitations" ("token_hash");
-- Create "invitation_mini_programs" table
CREATE TABLE "invitation_mini_programs" ("invitation_id" character varying NOT NULL COLLATE "C", "mini_program_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("invitation_id", "mini_program_id"), CONSTRAINT "invitation_mini_programs_invitation_id" FOREIGN KEY ("invitation_id") REFERENCES "invitations" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "invitation_mini_programs_mini_program_id" FOREIGN KEY ("mini_program_id") REFERENCES "mini_programs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Modify "members" table
ALTER TABLE "members" ADD COLUMN "status" character varying NOT NULL DEFAULT 'ACTIVE' COLLATE "C", ADD COLUMN "joined_at" timestamptz NULL, ADD COLUMN "last_active_at" timestamptz NULL, ADD COLUMN "invited_by_id" character varying NULL COLLATE "C", ADD CONSTRAINT "members_users_invited_members" FOREIGN KEY ("invited_by_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- Everybody so far has joined when the place was made
UPDATE "members" SET "joined_at" = "created_at";
ALTER TABLE "members" ALTER COLUMN "joined_at" SET NOT NULL;
-- Create index "member_invited_by_id" to table: "members"
CREATE INDEX "member_invited_by_id" ON "members" ("invited_by_id");
